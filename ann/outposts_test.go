package ann

import (
	"slices"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// TestOutposts puts small groups of rows far out, where only outposts lead, and
// asks for what is nearest to points beyond them.
func TestOutposts(t *testing.T) {
	const n, dim, groups, size = 5000, 8, 10, 3
	rows := clustered(n, dim, 1)
	queries := make([]float32, groups*dim)
	for g := range groups {
		for i := range size {
			row := rows[(100*g+i)*dim:][:dim]
			clear(row)
			row[g%dim] = 50 + float32(i)
			if g >= dim {
				row[g%dim] *= -1
			}
		}
		copy(queries[g*dim:], rows[100*g*dim:][:dim])
		queries[g*dim+g%dim] *= 2
	}
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	s := x.first()
	for g := range groups {
		found := 0
		for i := range size {
			at := slices.Index(s.ids, uint32(100*g+i))
			value := slices.IndexFunc(s.starts, func(start uint32) bool { return int(start) > at }) - 1
			if slices.Contains(s.Outposts, uint32(value)) {
				found++
			}
		}
		if found != 1 {
			t.Errorf("group %d: %d outposts, want 1", g, found)
		}
	}
	got, err := x.SearchBatch(t.Context(), queries, size, SearchOptions{EfSearch: 10})
	if err != nil {
		t.Fatal(err)
	}
	if r := recall(got, truth(t, rows, queries, dim, size, exact.L2Squared)); r < 1 {
		t.Errorf("recall %.3f", r)
	}
}

// TestOutpostsOnce asks for what is nearest to outposts, of which some are also among
// the rows that a search looks at around entries: no row may come twice, and those that
// are equal to the outpost all have to come.
func TestOutpostsOnce(t *testing.T) {
	const n, dim, copies, k = 6000, 4, 3, 6
	once := clustered(n/copies, dim, 1)
	rows := slices.Concat(once, once, once)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	s := x.first()
	if len(s.Outposts) < 20 {
		t.Fatalf("%d outposts", len(s.Outposts))
	}
	for _, id := range s.Outposts {
		for _, ef := range []int{1, 4, 40} {
			found, err := x.Search(t.Context(), s.value(nil, id), k, SearchOptions{EfSearch: ef})
			if err != nil {
				t.Fatal(err)
			}
			var ids []uint32
			for _, nb := range found {
				ids = append(ids, nb.ID)
			}
			slices.Sort(ids)
			if len(slices.Compact(ids)) != k || found[copies-1].Distance != 0 {
				t.Fatalf("outpost %d, ef %d: %v", id, ef, found)
			}
		}
	}
}
