package graph

import (
	"math"
	"slices"
	"testing"
)

// TestDescend expects rows much nearer to a query than the entries, on a line.
func TestDescend(t *testing.T) {
	const n = 8000
	var rows []float32
	for i := range n {
		rows = append(rows, float32(i), 0)
	}
	g := mustGraph(t, rows, 2, smallGraph)
	s := &Searcher{}
	for id := uint32(0); id < n; id += 77 {
		s.Q = g.target(id)
		s.Pool.Reset(aroundWidth, 0)
		g.enter(s)
		if found := s.Pool.Found(); len(found) != aroundWidth {
			t.Fatalf("row %d: %d entries in the pool", id, len(found))
		}
		g.descend([]*Searcher{s}, g.Entries.Shift)
		if d := s.Pool.Found()[0].distance(); d > 32*32 { // entries are 256 apart
			t.Errorf("row %d: the nearest found is %v away, squared", id, d)
		}
	}
}

// TestEnter compares with all entries one by one, with and without codes.
func TestEnter(t *testing.T) {
	const dim, n = 40, 3000
	rows := around(n, dim, 1)
	for _, codes := range []bool{false, true} {
		g := mustGraph(t, rows, dim, smallGraph)
		if codes {
			g = withCodes(t, g)
		}
		s := &Searcher{}
		for id := uint32(0); id < uint32(g.N); id += 101 {
			s.Q = g.target(id)
			s.Pool.Reset(7, 0)
			g.enter(s)
			var want []key
			for i, rank := range g.rank(make([]uint32, len(g.entrance.ids)), s.Q, g.entrance.ids) {
				want = append(want, RankKey(rank, g.entrance.ids[i]))
			}
			slices.Sort(want)
			for i, k := range s.Pool.Found() {
				if d := math.Abs(float64(g.length(k.Rank()) - g.length(want[i].Rank()))); k.Node() != want[i].Node() || d > 1e-4 {
					t.Fatalf("codes %v, row %d: entry %d is %v, want %v", codes, id, i, k, want[i])
				}
			}
		}
	}
}
