package graph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAllowed says in three ways which rows a walk may keep: all have to find the same
// rows, allowed ones only, and to ask once at most for each row.
func TestAllowed(t *testing.T) {
	const n, dim, keep = 3000, 6, 20
	g := mustGraph(t, around(n, dim, 1), dim, smallGraph)
	r := rand.New(rand.NewPCG(1, 9))
	names := make([]uint32, n) // row i has bit names[i]
	for i, name := range r.Perm(n) {
		names[i] = uint32(name) * 3
	}
	for _, share := range []float64{0.9, 0.5, 0.1, 0.02} {
		words, named := make([]uint64, n/64+1), make([]uint64, 3*n/64-5) // too short for the last names
		allowed := map[uint32]bool{}
		for row := range uint32(n) {
			if name := names[row]; r.Float64() < share && int(name/64) < len(named) {
				words[row/64] |= 1 << (row % 64)
				named[name/64] |= 1 << (name % 64)
				allowed[row] = true
			}
		}
		for _, through := range []int{0, 1, 9, 1000} {
			asked := map[uint32]int{}
			ways := []Allowed{{Words: words}, {Words: named, Names: names}, {Ask: func(row uint32) bool { asked[row]++; return allowed[row] }}}
			searchers := []*Searcher{{}, {}, {}}
			for id := uint32(0); id < n; id += 97 {
				clear(asked)
				for i, s := range searchers {
					s.Q, s.Allow, s.Through = g.target(id), ways[i], through
				}
				g.Search(searchers, 30, keep)
				first := searchers[0].Pool.Found()
				for _, k := range first {
					if !allowed[k.Node()] {
						t.Fatalf("share %v, through %d, row %d: row %d is not allowed", share, through, id, k.Node())
					}
				}
				for i, s := range searchers[1:] {
					if !slices.Equal(first, s.Pool.Found()) {
						t.Fatalf("share %v, through %d, row %d: way %d finds others", share, through, id, i+1)
					}
				}
				for row, times := range asked {
					if times > 1 {
						t.Fatalf("share %v, through %d: asked for row %d %d times", share, through, row, times)
					}
				}
			}
		}
	}
}
