package ann

import (
	"math"

	"github.com/nngmix/nngmix/simd"
)

// entrance is a set of rows with which queries are compared first: rows spread
// evenly, then outposts.
type entrance struct {
	ids    []uint32
	blocks []float32 // these rows as simd.PackBlocks lays them out
	codes  []uint8   // their codes, one after the other, where there are any
}

// takeEntries chooses at most limit rows at which searches may enter.
func (g *graph) takeEntries(limit int) {
	shift := uint(0)
	for g.n>>shift > limit {
		shift++
	}
	g.copyEntries(shift)
}

// copyEntries makes every 1<<shift-th row an entry, and the outposts.
func (g *graph) copyEntries(shift uint) {
	g.entries = sampled(g.n, shift, 0)
	g.entered.Store(false)
	g.opened()
}

// opened returns the entrance. Only the first call makes it: opening a file does not
// read the rows that it copies.
func (g *graph) opened() *entrance {
	if !g.entered.Load() {
		g.entering.Lock()
		defer g.entering.Unlock()
		if !g.entered.Load() {
			g.entrance = g.newEntrance()
			g.entered.Store(true)
		}
	}
	return &g.entrance
}

func (g *graph) newEntrance() entrance {
	if g.entries.shift == 0 {
		return entrance{}
	}
	e := entrance{ids: g.entries.ids()}
	for _, id := range g.outposts {
		if int(id) >= g.n {
			damaged("there is an outpost %d of %d nodes", id, g.n)
		}
		if !g.entries.holds(id) {
			e.ids = append(e.ids, id)
		}
	}
	rows := make([]float32, len(e.ids)*g.stride)
	for i, id := range e.ids {
		g.putVector(rows[i*g.stride:], id)
	}
	e.blocks = alignedFloats(simd.BlocksLen(len(e.ids), g.columns))
	simd.PackBlocks(e.blocks, rows, g.columns, g.stride, len(e.ids))
	if g.codes != nil {
		stride := g.quantizer.stride()
		e.codes = aligned(len(e.ids) * stride)
		for i, id := range e.ids {
			copy(e.codes[i*stride:], g.code(id))
		}
	}
	return e
}

// enter offers the rows of the entrance to s.pool.
func (g *graph) enter(s *searcher) {
	e := g.opened()
	s.work.Distances += int64(len(e.ids))
	s.work.Entries += int64(len(e.ids))
	if s.q.codes != nil {
		s.ranks = grow(s.ranks, len(e.ids))
		simd.RowsU8(s.ranks, s.q.codes, e.codes, len(s.q.codes))
		s.take(s.ranks, func(i int) uint32 { return e.ids[i] })
		return
	}
	kernels := g.kernels
	if s.q.products != nil {
		kernels = s.q.products
	}
	size := g.columns * simd.BlockRows
	q := s.q.vector[:g.columns]
	for at := 0; at*size < len(e.blocks); at++ {
		at += kernels.Scan(q, e.blocks[at*size:], g.columns, 0, s.reach(), &s.hit)
		if at*size >= len(e.blocks) {
			return
		}
		for hit := s.hit.Hit; hit != 0; {
			var r int
			r, hit = simd.NextHit(hit)
			if k := rankKey(s.q.rankOf(s.hit.Dist[r]), e.ids[at*simd.BlockRows+r]); k < s.pool.bound() {
				s.pool.add(k)
			}
		}
	}
}

// reach returns the distance below which all candidates are that may enter the pool.
func (s *searcher) reach() float32 {
	p := &s.pool
	if p.size < p.limit {
		return float32(math.Inf(1))
	}
	return math.Nextafter32(s.q.distanceOf(p.keys[p.size-1].rank()), float32(math.Inf(1)))
}
