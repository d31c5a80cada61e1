package generator

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/nngmix/nngmix/internal/xrand"
)

// units gives every column of a test another range.
func units(dim int) []Column {
	columns := make([]Column, dim)
	for j := range columns {
		columns[j] = Column{Min: float64(-3 * j), Max: float64(7*j*j + 2)}
	}
	return columns
}

// rowsIn returns n rows of uniform values in the ranges of columns, and of codes
// 0 to 3 in nominal ones, whose range only serves here.
func rowsIn(columns []Column, seed uint64, n int) Rows {
	data := slices.Clone(randomRows(seed, n, len(columns)).(dense).data)
	for i := range data {
		c := columns[i%len(columns)]
		if data[i] = c.Min + float64(data[i]*c.width()); c.Nominal {
			data[i] = float64(int(data[i]) % 4)
		}
	}
	return Dense(data, len(columns))
}

// almostNever is the chance of a false alarm of a statistical check, were seeds not fixed.
const almostNever = 1e-6

// checkKS fails when draws are too far from cdf by the Kolmogorov-Smirnov test.
func checkKS(t *testing.T, what string, draws []float64, cdf func(float64) float64) {
	t.Helper()
	slices.Sort(draws)
	n, gap := float64(len(draws)), 0.0
	for i, x := range draws {
		gap = max(gap, float64(i+1)/n-cdf(x), cdf(x)-float64(i)/n)
	}
	if bound := math.Sqrt(math.Log(2/almostNever) / 2 / n); gap > bound {
		t.Errorf("%s: KS distance %.4f, want at most %.4f", what, gap, bound)
	}
}

// checkShares fails when count is too far from n draws of equally likely cells.
func checkShares(t *testing.T, what string, count []int) {
	t.Helper()
	observed, expected, n := make([]float64, len(count)), make([]float64, len(count)), 0
	for i, c := range count {
		observed[i] = float64(c)
		n += c
	}
	for i := range expected {
		expected[i] = float64(n) / float64(len(count))
	}
	law := distuv.ChiSquared{K: float64(len(count) - 1)}
	if chi2 := stat.ChiSquare(observed, expected); len(count) > 1 && law.Survival(chi2) < almostNever {
		t.Errorf("%s: counts %v are not of equally likely cells", what, count)
	}
}

// TestNNGMixDraws checks every random choice of NNG-Mix against its law.
func TestNNGMixDraws(t *testing.T) {
	const n = 200_000
	columns := units(4)
	data := Data{Labeled: rowsIn(columns, 1, 12), Unlabeled: rowsIn(columns, 2, 200), Columns: columns}
	opt := DefaultOptions()
	opt.K, opt.KLabeled, opt.Alpha, opt.Beta, opt.NoiseStd, opt.Seed = 7, 5, 0.5, 2, 0.25, 99
	g := mustNew(t, data, opt)
	samples, origins := sampleN(t, g, n)

	sources, branches := make([]int, 12), make([]int, 2)
	others := [2]map[int]map[int]int{{}, {}} // branch, source, other
	var lambdas []float64
	for _, o := range origins {
		branch := 0
		if o.OtherLabeled {
			branch = 1
		}
		sources[o.Source]++
		branches[branch]++
		lambdas = append(lambdas, o.Lambda)
		if others[branch][o.Source] == nil {
			others[branch][o.Source] = map[int]int{}
		}
		others[branch][o.Source][o.Other]++
	}
	checkShares(t, "sources", sources)
	checkShares(t, "branches", branches)
	checkKS(t, "lambda", lambdas, distuv.Beta{Alpha: 0.5, Beta: 2}.CDF)
	for source := range 12 {
		want := [2][]int{naiveNearest(columns, data.Labeled, source, data.Unlabeled, 7), naiveNearest(columns, data.Labeled, source, data.Labeled, 5)}
		want[1] = slices.DeleteFunc(want[1], func(i int) bool { return i == source })
		for branch := range 2 {
			var count []int
			for _, other := range want[branch] {
				count = append(count, others[branch][source][other])
			}
			if len(others[branch][source]) != len(count) || slices.Contains(count, 0) {
				t.Errorf("branch %d, source %d: others %v, want all of %v", branch, source, others[branch][source], want[branch])
			}
			checkShares(t, fmt.Sprintf("branch %d, source %d", branch, source), count)
		}
	}
	checkNoise(t, g, samples, origins, opt.NoiseStd)
}

// checkNoise takes the mixture away from each sample and judges what is left.
func checkNoise(t *testing.T, g *Generator, samples dense, origins []Origin, std float64) {
	t.Helper()
	mixed := make([]float64, g.Dim())
	noise := make([][]float64, g.Dim())
	for i, o := range origins {
		g.mix(mixed, o, 0, nil)
		factor := std * math.Sqrt(o.Lambda*o.Lambda+(1-o.Lambda)*(1-o.Lambda))
		for j, c := range g.space.columns {
			noise[j] = append(noise[j], (samples.row(i)[j]-mixed[j])/(factor*(c.Max-c.Min)))
		}
	}
	for j := range noise {
		for k := range j {
			if r := stat.Correlation(noise[j], noise[k], nil); math.Abs(r) > 5/math.Sqrt(float64(len(origins))) {
				t.Errorf("noise of columns %d and %d has correlation %.4f", j, k, r)
			}
		}
	}
	for j := range noise {
		checkKS(t, fmt.Sprintf("noise of column %d", j), noise[j], distuv.UnitNormal.CDF)
	}
}

// naiveNearest sorts rows by distance to labeled row i in search space.
func naiveNearest(columns []Column, labeled Rows, i int, rows Rows, k int) []int {
	dim := len(columns)
	a, b := make([]float64, dim), make([]float64, dim)
	labeled.Row(a, i)
	at := make([]float64, rows.Len())
	ids := make([]int, rows.Len())
	for r := range ids {
		rows.Row(b, r)
		ids[r] = r
		for j, c := range columns {
			d := float64(float32(c.scaled(a[j])) - float32(c.scaled(b[j])))
			if c.Nominal && d != 0 {
				d = 1
			}
			at[r] += d * d
		}
	}
	slices.SortStableFunc(ids, func(x, y int) int {
		switch {
		case at[x] < at[y]:
			return -1
		case at[x] > at[y]:
			return 1
		}
		return 0
	})
	return ids[:min(k, len(ids))]
}

func TestUniformLambda(t *testing.T) {
	opt := DefaultOptions()
	opt.UniformLambda = true
	for _, method := range []Method{NNGMix, Mixup, SMOTE} {
		opt.Method = method
		g := mustNew(t, Data{Labeled: randomRows(1, 5, 3), Unlabeled: randomRows(2, 50, 3)}, opt)
		_, origins := sampleN(t, g, 50_000)
		var lambdas []float64
		for _, o := range origins {
			lambdas = append(lambdas, o.Lambda)
		}
		checkKS(t, method.String(), lambdas, distuv.UnitUniform.CDF)
	}
}

// TestWeightOneIsTheAnomaly draws all weights as 1 without noise: samples are
// copies of the anomaly, but in the labeled branch of NNG-Mix, which then gives
// the weight to the neighbor as the reference does.
func TestWeightOneIsTheAnomaly(t *testing.T) {
	columns := units(5)
	data := Data{Labeled: rowsIn(columns, 1, 6), Unlabeled: rowsIn(columns, 2, 40), Columns: columns}
	opt := DefaultOptions()
	opt.Alpha, opt.Beta, opt.NoiseStd = xrand.MaxShape, xrand.MinShape, 0
	for _, method := range []Method{NNGMix, Mixup} {
		opt.Method = method
		samples, origins := sampleN(t, mustNew(t, data, opt), 2000)
		for i, o := range origins {
			want, lambda := data.Labeled.(dense).row(o.Source), 1.0
			if method == NNGMix && o.OtherLabeled {
				want, lambda = data.Labeled.(dense).row(o.Other), 0
			}
			if !slices.Equal(samples.row(i), want) || o.Lambda != lambda {
				t.Fatalf("%v: sample %d of %+v is %v, want %v", method, i, o, samples.row(i), want)
			}
		}
	}
}

// TestMixupParents checks that all other rows are equally likely second parents.
func TestMixupParents(t *testing.T) {
	const na, nu = 4, 6
	for _, labeledOnly := range []bool{false, true} {
		opt := DefaultOptions()
		opt.Method, opt.LabeledOnly = Mixup, labeledOnly
		_, origins := sampleN(t, mustNew(t, Data{Labeled: randomRows(1, na, 2), Unlabeled: randomRows(2, nu, 2)}, opt), 60_000)
		var pairs [na][na + nu]int
		for _, o := range origins {
			if !o.OtherLabeled {
				o.Other += na
			}
			pairs[o.Source][o.Other]++
		}
		for source := range na {
			count := slices.Delete(slices.Clone(pairs[source][:]), source, source+1)
			if pairs[source][source] > 0 {
				t.Errorf("labeledOnly=%v: row %d was mixed with itself", labeledOnly, source)
			}
			if labeledOnly {
				count = count[:na-1]
			}
			checkShares(t, fmt.Sprintf("labeledOnly=%v, others of %d", labeledOnly, source), count)
		}
	}
}

func TestGaussianNoise(t *testing.T) {
	columns := units(3)
	opt := DefaultOptions()
	opt.Method, opt.NoiseStd = Gaussian, 0.3
	g := mustNew(t, Data{Labeled: rowsIn(columns, 1, 5), Columns: columns}, opt)
	samples, origins := sampleN(t, g, 100_000)
	checkNoise(t, g, samples, origins, 0.3)
}

// TestNominalColumns checks that codes are compared, taken and left as codes.
func TestNominalColumns(t *testing.T) {
	columns := []Column{{Max: 9, Nominal: true}, {Min: 0, Max: 10}, {Max: 99, Nominal: true}}
	data := Data{Labeled: rowsIn(columns, 1, 8), Unlabeled: rowsIn(columns, 2, 150), Columns: columns}
	opt := DefaultOptions()
	opt.UniformLambda, opt.NoiseStd, opt.K, opt.KLabeled = true, 0.05, 6, 4
	g := mustNew(t, data, opt)
	for i := range 8 {
		for name, lists := range map[string][2][]int{
			"unlabeled": {ints(g.far.of(i)), naiveNearest(columns, data.Labeled, i, data.Unlabeled, 6)},
			"labeled":   {ints(g.near.of(i)), naiveNearest(columns, data.Labeled, i, data.Labeled, 4)},
		} {
			if !slices.Equal(lists[0], lists[1]) {
				t.Errorf("%s neighbors of %d: got %v, want %v", name, i, lists[0], lists[1])
			}
		}
	}
	samples, origins := sampleN(t, g, 100_000)
	sides := map[bool]dense{false: data.Unlabeled.(dense), true: data.Labeled.(dense)}
	var taken, want, variance float64
	for i, o := range origins {
		a, b := sides[true].row(o.Source), sides[o.OtherLabeled].row(o.Other)
		for _, j := range []int{0, 2} {
			switch x := samples.row(i)[j]; {
			case x != a[j] && x != b[j]:
				t.Fatalf("sample %d, column %d: code %g, parents have %g and %g", i, j, x, a[j], b[j])
			case a[j] != b[j]:
				want += o.Lambda
				variance += o.Lambda * (1 - o.Lambda)
				if x == a[j] {
					taken++
				}
			}
		}
	}
	if math.Abs(taken-want) > 5*math.Sqrt(variance) || want == 0 {
		t.Errorf("%g codes are of the source, want about %.0f", taken, want)
	}
}

func ints(ids []uint32) []int {
	out := make([]int, len(ids))
	for i, id := range ids {
		out[i] = int(id)
	}
	return out
}
