package ann

import (
	"math"
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
			if slices.Contains(s.outposts, uint32(value)) {
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

// TestDescend expects rows much nearer to a query than the entries, on a line.
func TestDescend(t *testing.T) {
	const n = 8000
	var rows []float32
	for i := range n {
		rows = append(rows, float32(i), 0)
	}
	g := &mustBuild(t, rows, 2, exact.L2Squared, small).first().graph
	s := &searcher{}
	for id := uint32(0); id < n; id += 77 {
		s.q = g.target(id)
		s.pool.reset(aroundWidth, 0)
		g.enter(s)
		if found := s.pool.found(); len(found) != aroundWidth {
			t.Fatalf("row %d: %d entries in the pool", id, len(found))
		}
		g.descend([]*searcher{s}, g.entries.shift)
		if d := s.pool.found()[0].distance(); d > 32*32 { // entries are 256 apart
			t.Errorf("row %d: the nearest found is %v away, squared", id, d)
		}
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
	if len(s.outposts) < 20 {
		t.Fatalf("%d outposts", len(s.outposts))
	}
	for _, id := range s.outposts {
		for _, ef := range []int{1, 4, 40} {
			found, err := x.Search(s.value(nil, id), k, SearchOptions{EfSearch: ef})
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

// TestEnter compares with all entries one by one, with and without codes.
func TestEnter(t *testing.T) {
	const dim, n = 40, 3000
	rows := clustered(n, dim, 1)
	for _, mode := range []Quantize{QuantizeOff, QuantizeOn} {
		opt := DefaultOptions()
		opt.Quantize = mode
		x, err := build(t.Context(), rows, dim, opt, small)
		if err != nil {
			t.Fatal(err)
		}
		g := &x.first().graph
		s := &searcher{}
		for id := uint32(0); id < uint32(g.n); id += 101 {
			s.q = g.target(id)
			s.pool.reset(7, 0)
			g.enter(s)
			var want []key
			for i, rank := range g.rank(make([]uint32, len(g.entrance.ids)), s.q, g.entrance.ids) {
				want = append(want, rankKey(rank, g.entrance.ids[i]))
			}
			slices.Sort(want)
			for i, k := range s.pool.found() {
				if d := math.Abs(float64(g.length(k.rank()) - g.length(want[i].rank()))); k.node() != want[i].node() || d > 1e-4 {
					t.Fatalf("quantize %d, row %d: entry %d is %v, want %v", mode, id, i, k, want[i])
				}
			}
		}
	}
}
