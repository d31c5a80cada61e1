package graph

import (
	"context"

	"github.com/nngmix/nngmix/internal/xrand"
)

// splitter cuts rows of a graph into parts of nearby rows, by halving again
// and again: two rows a and b are drawn, and the half of the rows that is nearer
// to a than to b, as compared with the rest, goes left. Each part is a convex
// cell (hyperplanes between two points: Dasgupta and Freund, Random projection
// trees and low dimensional manifolds, STOC 2008).
type splitter struct {
	g       *Graph
	leaf    int // parts have at most so many rows
	seed    uint64
	threads int
	steps   *steps
}

// span is a part of the ids that are being split: from lo to hi.
type span struct{ lo, hi int }

// split orders ids by part and returns the parts.
func (s *splitter) split(ctx context.Context, ids []uint32) ([]span, error) {
	parts := []span{{0, len(ids)}}
	scratch := make([]splitScratch, s.threads)
	for depth := uint64(0); parts[0].hi-parts[0].lo > s.leaf; depth++ { // parts differ by one row at most
		halves := make([]span, 2*len(parts))
		err := s.steps.do(ctx, s.threads, len(parts), func(worker, i int) error {
			p := parts[i]
			stream := xrand.New(s.seed+depth, uint64(i))
			mid := p.lo + s.halve(&scratch[worker], ids[p.lo:p.hi], &stream)
			halves[2*i], halves[2*i+1] = span{p.lo, mid}, span{mid, p.hi}
			return nil
		})
		if err != nil {
			return nil, err
		}
		parts = halves
	}
	return parts, nil
}

type splitScratch struct {
	near, far []uint32
	keys      []uint64
}

// drawn is the number of rows of which the one farthest from a is taken as b.
const drawn = 4

// halve orders ids such that its left half is nearer to a than the right half,
// relative to b, and returns where the right half begins.
func (s *splitter) halve(w *splitScratch, ids []uint32, stream *xrand.Stream) int {
	n := len(ids)
	if cap(w.keys) < n {
		w.keys, w.near, w.far = make([]uint64, n), make([]uint32, n), make([]uint32, n)
	}
	keys, near, far := w.keys[:n], w.near[:n], w.far[:n]
	a := s.g.target(ids[stream.IntN(n)])
	var others [drawn]uint32
	for i := range others {
		others[i] = ids[stream.IntN(n)]
	}
	var ranks [drawn]uint32
	s.g.rank(ranks[:], a, others[:])
	b := 0
	for i, r := range ranks {
		if r > ranks[b] {
			b = i
		}
	}
	s.g.rank(near, a, ids)
	s.g.rank(far, s.g.target(others[b]), ids)
	for i, id := range ids {
		keys[i] = uint64(orderedBits(s.g.length(near[i])-s.g.length(far[i])))<<32 | uint64(id)
	}
	mid := n / 2
	selectNth(keys, mid)
	for i, k := range keys {
		ids[i] = uint32(k)
	}
	return mid
}
