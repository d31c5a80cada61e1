package detect

import (
	"context"
	"math"
	"slices"
	"sort"

	"github.com/nngmix/nngmix/internal/xrand"
)

// ecod scores a row by how far in the tails of the columns' empirical distributions its
// values lie (Li et al., ECOD: Unsupervised Outlier Detection Using Empirical Cumulative
// Distribution Functions, TKDE 2022, algorithm 1): the largest of the sums over columns
// of -ln of the left tail, of the right tail, and of the tail on the side to which the
// column is skewed. The row itself counts in the tails, so that none is empty.
type ecod struct {
	columns [][]float32 // sorted
	right   []bool      // whether the column is skewed to the right
}

func newECOD(Options) Detector { return &ecod{} }

// Fit implements [Detector].
func (e *ecod) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, false); err != nil {
		return err
	}
	e.columns, e.right = make([][]float32, dim), make([]bool, dim)
	for j := range dim {
		if err := ctx.Err(); err != nil {
			return err
		}
		column := make([]float32, len(anomaly))
		for i := range column {
			column[i] = x[i*dim+j]
		}
		e.right[j] = thirdMoment(column) >= 0
		slices.Sort(column)
		e.columns[j] = column
	}
	return nil
}

// thirdMoment returns the sum of the cubes of the deviations from the mean, which has the
// sign of the skewness.
func thirdMoment(column []float32) (sum float64) {
	var mean float64
	for _, v := range column {
		mean += float64(v)
	}
	mean /= float64(len(column))
	for _, v := range column {
		d := float64(v) - mean
		sum += float64(float64(d*d) * d)
	}
	return sum
}

// Score implements [Detector].
func (e *ecod) Score(ctx context.Context, x []float32) ([]float64, error) {
	dim := len(e.columns)
	if err := checkScore(x, dim); err != nil {
		return nil, err
	}
	logs := make([]float64, len(e.columns[0])+2) // -ln of c in n+1
	for c := range logs {
		logs[c] = xrand.Log(float64(len(e.columns[0])+1)) - xrand.Log(math.Max(1, float64(c)))
	}
	scores := make([]float64, len(x)/dim)
	for i := range scores {
		var left, right, skewed float64
		for j, v := range x[i*dim : (i+1)*dim] {
			column := e.columns[j]
			upTo := sort.Search(len(column), func(k int) bool { return column[k] > v })
			below := sort.Search(upTo, func(k int) bool { return column[k] >= v })
			l, r := logs[upTo+1], logs[len(column)-below+1]
			left += l
			right += r
			if e.right[j] {
				skewed += r
			} else {
				skewed += l
			}
		}
		scores[i] = max(left, right, skewed)
	}
	return scores, ctx.Err()
}
