package graph

import (
	"math"

	"github.com/nngmix/nngmix/ann/internal/memory"
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
func (g *Graph) takeEntries(limit int) {
	shift := uint(0)
	for g.N>>shift > limit {
		shift++
	}
	g.copyEntries(shift)
}

// copyEntries makes every 1<<shift-th row an entry, and the outposts.
func (g *Graph) copyEntries(shift uint) {
	g.Entries = Sampled(g.N, shift, 0)
	g.entered.Store(false)
	g.opened()
}

// opened returns the entrance. Only the first call makes it: opening a file does not
// read the rows that it copies.
func (g *Graph) opened() *entrance {
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

func (g *Graph) newEntrance() entrance {
	if g.Entries.Shift == 0 {
		return entrance{}
	}
	e := entrance{ids: g.Entries.ids()}
	for _, id := range g.Outposts {
		if int(id) >= g.N {
			Damaged("there is an outpost %d of %d nodes", id, g.N)
		}
		if !g.Entries.holds(id) {
			e.ids = append(e.ids, id)
		}
	}
	rows := make([]float32, len(e.ids)*g.Stride)
	for i, id := range e.ids {
		g.PutVector(rows[i*g.Stride:], id)
	}
	e.blocks = memory.Floats(simd.BlocksLen(len(e.ids), g.Columns))
	simd.PackBlocks(e.blocks, rows, g.Columns, g.Stride, len(e.ids))
	if g.Codes != nil {
		stride := g.Quantizer.stride()
		e.codes = memory.Bytes(len(e.ids) * stride)
		for i, id := range e.ids {
			copy(e.codes[i*stride:], g.Code(id))
		}
	}
	return e
}

// enter offers the rows of the entrance to s.pool.
func (g *Graph) enter(s *Searcher) {
	e := g.opened()
	s.Work.Distances += int64(len(e.ids))
	s.Work.Entries += int64(len(e.ids))
	if s.Q.Codes != nil {
		s.ranks = memory.Grow(s.ranks, len(e.ids))
		simd.RowsU8(s.ranks, s.Q.Codes, e.codes, len(s.Q.Codes))
		s.take(s.ranks, func(i int) uint32 { return e.ids[i] })
		return
	}
	kernels := g.Kernels
	if s.Q.products != nil {
		kernels = s.Q.products
	}
	size := g.Columns * simd.BlockRows
	q := s.Q.vector[:g.Columns]
	for at := 0; at*size < len(e.blocks); at++ {
		at += kernels.Scan(q, e.blocks[at*size:], g.Columns, 0, s.reach(), &s.hit)
		if at*size >= len(e.blocks) {
			return
		}
		for hit := s.hit.Hit; hit != 0; {
			var r int
			r, hit = simd.NextHit(hit)
			if k := RankKey(s.Q.RankOf(s.hit.Dist[r]), e.ids[at*simd.BlockRows+r]); k < s.Pool.bound() {
				s.Pool.add(k)
			}
		}
	}
}

// reach returns the distance below which all candidates are that may enter the pool.
func (s *Searcher) reach() float32 {
	p := &s.Pool
	if p.size < p.limit {
		return float32(math.Inf(1))
	}
	return math.Nextafter32(s.Q.DistanceOf(p.keys[p.size-1].Rank()), float32(math.Inf(1)))
}
