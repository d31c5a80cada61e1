package detect

import (
	"context"
	"math"

	"github.com/nngmix/nngmix/internal/xrand"
)

// logistic is logistic regression with the squared weights, but not the intercept, as
// penalty: the minimum that scikit-learn's LogisticRegression with C = 1 approaches. The
// score is the logit. It is fitted in float64 by L-BFGS.
type logistic struct {
	w []float64 // weights, then the intercept
}

func newLogistic(Options) Detector { return &logistic{} }

// Fit implements [Detector].
func (l *logistic) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	t := table{x, dim, anomaly}
	w, err := minimize(ctx, dim+1, func(grad, w []float64) float64 { return logisticLoss(t, grad, w) })
	l.w = w
	return err
}

// Score implements [Detector].
func (l *logistic) Score(ctx context.Context, x []float32) ([]float64, error) {
	dim := len(l.w) - 1
	if err := checkScore(x, dim); err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/dim)
	for i := range scores {
		scores[i] = logit(l.w, x[i*dim:(i+1)*dim])
	}
	return scores, ctx.Err()
}

// logit returns the intercept plus the weighted sum of row.
func logit(w []float64, row []float32) float64 {
	var sum float64
	for j, v := range row {
		sum += float64(w[j] * float64(v))
	}
	return sum + w[len(row)]
}

// logisticLoss returns ½·|weights|² + Σ ln(1 + e^-(±logit)) and sets grad to its gradient.
func logisticLoss(t table, grad, w []float64) float64 {
	var loss float64
	copy(grad, w)
	grad[t.dim] = 0
	for _, v := range w[:t.dim] {
		loss += float64(float64(0.5*v) * v)
	}
	for i, a := range t.anomaly {
		row := t.x[i*t.dim : (i+1)*t.dim]
		z := logit(w, row)
		if a {
			z = -z
		}
		e := xrand.Exp(-math.Abs(z))
		loss += max(z, 0) + xrand.Log(1+e)
		p := 1 / (1 + e) // of the wrong class
		if z < 0 {
			p = e / (1 + e)
		}
		if a {
			p = -p
		}
		for j, v := range row {
			grad[j] += float64(p * float64(v))
		}
		grad[t.dim] += p
	}
	return loss
}
