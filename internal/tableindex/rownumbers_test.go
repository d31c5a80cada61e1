package tableindex

import (
	"testing"

	"pgregory.net/rapid"
)

// TestRowNumbers compares with a list of the rows that are in the index.
func TestRowNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 7, 8, 9, 511, 512, 513, 3000}).Draw(t, "rows")
		each := rapid.SampledFrom([]int{2, 3, 100, 700}).Draw(t, "a gap in")
		var rows []int
		gap := make([]bool, n)
		for i := range n {
			if gap[i] = rapid.IntRange(1, each).Draw(t, "gap") == 1; !gap[i] {
				rows = append(rows, i)
			}
		}
		m := &Schema{Rows: n, Gaps: gaps(rows, n)}
		r := m.RowNumbers()
		for id, row := range rows {
			if got := r.Of(uint32(id)); got != row {
				t.Fatalf("id %d is row %d, want %d", id, got, row)
			}
		}
		id := 0
		for row := range n {
			if got, ok := r.ID(row); int(got) != id || ok == gap[row] {
				t.Fatalf("row %d has id %d, %v; want %d, %v", row, got, ok, id, !gap[row])
			}
			if !gap[row] {
				id++
			}
		}
	})
}
