package exact

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestCosineOfEqualRows searches for rows of which some are parallel, tiny or huge:
// no distance is below 0, that of a row from itself and its doubles is 0, and a row
// of zeros is at 1 from all.
func TestCosineOfEqualRows(t *testing.T) {
	const dim, n = 16, 600
	r := rand.New(rand.NewPCG(1, 2))
	rows := make([]float32, n*dim)
	for i := range n {
		row := rows[i*dim:][:dim]
		switch scale := float32(math.Ldexp(1, r.IntN(200)-100)); {
		case i%5 == 4:
			for j := range row {
				row[j] = 2 * rows[(i-1)*dim+j]
			}
		case i == 7:
		default:
			for j := range row {
				row[j] = scale * float32(r.NormFloat64())
			}
		}
	}
	res, _, err := Search(t.Context(), rows, dim, rows, n, Options{Metric: Cosine})
	if err != nil {
		t.Fatal(err)
	}
	for q := range n {
		ids, distances := res.Of(q)
		for i, id := range ids {
			d := distances[i]
			switch same := int(id) == q || int(id)/5 == q/5 && (int(id)%5 == 4 && q%5 == 3 || int(id)%5 == 3 && q%5 == 4); {
			case q == 7 || id == 7:
				if d != 1 {
					t.Fatalf("query %d, row %d: distance %v from zeros, want 1", q, id, d)
				}
			case same && d != 0:
				t.Fatalf("query %d, row %d: distance %v, want 0", q, id, d)
			case !(d >= 0 && d <= 2+1e-15):
				t.Fatalf("query %d, row %d: distance %v", q, id, d)
			}
		}
	}
}
