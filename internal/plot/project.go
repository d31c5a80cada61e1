package plot

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/plotter"
)

// picture is what is drawn: the kept points of each group in the plane.
type picture struct {
	points [3]plotter.XYs // in the order of Figure.groups
	counts [3]int         // points there are, drawn or not
	axes   [2]string      // their titles
}

// layOut thins the groups and puts what is left in the plane.
func layOut(f Figure, opt Options) picture {
	var kept [3][]float64
	var p picture
	for g, rows := range f.groups() {
		p.counts[g] = len(rows) / f.Dim
		kept[g] = thin(rows, f.Dim, opt.MaxPoints, opt.Seed+uint64(g))
	}
	project := identity
	p.axes = [2]string{f.name(0), f.name(1)}
	if f.Dim > 2 {
		project, p.axes = components(kept[0], kept[1], f.Dim)
	}
	for g, rows := range kept {
		p.points[g] = make(plotter.XYs, 0, len(rows)/f.Dim)
		for r := 0; r < len(rows); r += f.Dim {
			p.points[g] = append(p.points[g], project(rows[r:r+f.Dim]))
		}
	}
	return p
}

func identity(row []float64) plotter.XY { return plotter.XY{X: row[0], Y: row[1]} }

// thin returns rows itself, or limit of its rows drawn without replacement, in
// their order (Knuth, TAOCP vol. 2, section 3.4.2, algorithm S).
func thin(rows []float64, dim, limit int, seed uint64) []float64 {
	n := len(rows) / dim
	if n <= limit {
		return rows
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([]float64, 0, limit*dim)
	for i := 0; len(out) < limit*dim; i++ {
		if rng.IntN(n-i) < limit-len(out)/dim {
			out = append(out, rows[i*dim:(i+1)*dim]...)
		}
	}
	return out
}

// componentRows bounds the rows that determine the components: their cost grows
// with rows x columns squared, and their direction settles long before.
const componentRows = 5_000

// components returns the projection on the first two principal components of
// the min-max scaled unlabeled and labeled rows, and the titles of its axes.
func components(unlabeled, labeled []float64, dim int) (func(row []float64) plotter.XY, [2]string) {
	scale := newScaler(dim, unlabeled, labeled)
	sample := append(thin(unlabeled, dim, componentRows, 0), thin(labeled, dim, componentRows, 1)...)
	scaled := make([]float64, len(sample))
	for r := 0; r < len(sample); r += dim {
		scale.apply(scaled[r:r+dim], sample[r:r+dim])
	}
	axes, shares := principalAxes(mat.NewDense(len(scaled)/dim, dim, scaled))
	row := make([]float64, dim)
	project := func(raw []float64) plotter.XY {
		scale.apply(row, raw)
		return plotter.XY{X: dot(row, axes[0].RawVector().Data), Y: dot(row, axes[1].RawVector().Data)}
	}
	title := "principal component %d (%.1f %% of variance)"
	return project, [2]string{fmt.Sprintf(title, 1, 100*shares[0]), fmt.Sprintf(title, 2, 100*shares[1])}
}

// principalAxes returns the two eigenvectors of the covariance of rows with the
// largest eigenvalues, each with its largest entry positive, and their shares
// of the variance. It finds them by orthogonal iteration (Golub and Van Loan,
// Matrix Computations, section 8.2.4): at 1,555 columns a whole
// eigendecomposition takes seven times as long.
func principalAxes(rows *mat.Dense) (axes [2]*mat.VecDense, shares [2]float64) {
	n, d := rows.Dims()
	cov := mat.NewSymDense(d, nil)
	if n > 1 { // a single row has no variance
		stat.CovarianceMatrix(cov, rows, nil)
	}
	rng := rand.New(rand.NewPCG(0, 0))
	for a := range axes {
		axes[a] = mat.NewVecDense(d, nil)
		for i := range d {
			axes[a].SetVec(i, rng.NormFloat64())
		}
		axes[a].ScaleVec(1/mat.Norm(axes[a], 2), axes[a])
	}
	const most, settled = 300, 1e-12
	for change, i := 1.0, 0; i < most && change > settled; i++ {
		change = iterate(cov, &axes)
	}
	total := mat.Trace(cov)
	for a, axis := range axes {
		if total > 0 {
			shares[a] = mat.Inner(axis, cov, axis) / total
		}
		if largest(axis.RawVector().Data) < 0 {
			axis.ScaleVec(-1, axis)
		}
	}
	return axes, shares
}

// iterate multiplies both axes by cov and makes them orthonormal again. It
// returns the larger of 1 - cosine between an old axis and the new.
func iterate(cov *mat.SymDense, axes *[2]*mat.VecDense) (change float64) {
	for a, old := range axes {
		var v mat.VecDense
		v.MulVec(cov, old)
		if a == 1 {
			v.AddScaledVec(&v, -mat.Dot(&v, axes[0]), axes[0])
		}
		length := mat.Norm(&v, 2)
		if length == 0 {
			return 0 // no variance is left to follow
		}
		v.ScaleVec(1/length, &v)
		change = max(change, 1-mat.Dot(&v, old))
		axes[a] = &v
	}
	return change
}

// largest returns the entry of v with the largest magnitude.
func largest(v []float64) float64 {
	best := v[0]
	for _, x := range v {
		if math.Abs(x) > math.Abs(best) {
			best = x
		}
	}
	return best
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i] * b[i])
	}
	return sum
}

// scaler maps each column to 0..1 over the rows it was made from; a constant
// column becomes 0.
type scaler struct{ low, width []float64 }

func newScaler(dim int, groups ...[]float64) scaler {
	s := scaler{make([]float64, dim), make([]float64, dim)}
	for c := range dim {
		low, high := math.Inf(1), math.Inf(-1)
		for _, rows := range groups {
			for i := c; i < len(rows); i += dim {
				low, high = min(low, rows[i]), max(high, rows[i])
			}
		}
		s.low[c], s.width[c] = low, high-low
	}
	return s
}

func (s scaler) apply(dst, row []float64) {
	for c, v := range row {
		dst[c] = 0
		if s.width[c] > 0 {
			dst[c] = (v - s.low[c]) / s.width[c]
		}
	}
}
