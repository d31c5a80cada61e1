package eval

import (
	"context"
	"fmt"
	"math"
)

// count returns how many pseudo-anomalies cell c makes in task t.
func (c Cell) count(t *Task) int {
	unlabeled, labeled := len(t.Unlabeled)/t.Dim, len(t.Labeled)/t.Dim
	if c.Balance > 0 {
		return max(0, int(math.Round(c.Balance*float64(unlabeled)))-labeled)
	}
	return int(math.Round(c.Multiplier * float64(labeled)))
}

// pseudoAnomalies returns the pseudo-anomalies of cell c, in the scale of t.
func pseudoAnomalies(ctx context.Context, t *Task, c Cell) ([]float64, error) {
	n := c.count(t)
	switch c.Method {
	case None:
		return nil, nil
	case Oversample:
		r := stream(c.Seed, "copies")
		var out []float64
		for range n {
			i := r.IntN(len(t.Labeled) / t.Dim)
			out = append(out, t.Labeled[i*t.Dim:(i+1)*t.Dim]...)
		}
		return out, nil
	}
	return nil, fmt.Errorf("eval: unknown method %q", c.Method)
}
