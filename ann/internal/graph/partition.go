package graph

import (
	"context"
	"math"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// nearLists holds, for each row of a layer, the nearest rows met so far:
// ascending, farthest where a list is not full.
type nearLists struct {
	l     *Layer
	width int
	keys  []key
}

func newNearLists(l *Layer, width int) *nearLists {
	lists := &nearLists{l: l, width: width, keys: make([]key, l.Size*width)}
	for i := range lists.keys {
		lists.keys[i] = Farthest
	}
	return lists
}

func (n *nearLists) of(id uint32) []key {
	return n.keys[n.l.index(id)*n.width:][:n.width:n.width]
}

// insert puts k, which is below the last key of list, in its place unless it is
// there already.
func insert(list []key, k key) {
	lo, hi := 0, len(list)
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); list[mid] < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if list[lo] != k {
		copy(list[lo+1:], list[lo:])
		list[lo] = k
	}
}

// bound returns the distance below which a row must be to enter list.
func bound(list []key) float32 {
	if last := list[len(list)-1]; last != Farthest {
		return last.distance()
	}
	return float32(math.Inf(1))
}

// compareAll compares the rows of each part with each other, all pairs, and
// keeps the nearest in lists. Parts have no row in common, so workers never
// write the same list.
func (s *splitter) compareAll(ctx context.Context, ids []uint32, parts []span, lists *nearLists) error {
	scratch := make([]pairScratch, s.threads)
	return s.steps.do(ctx, s.threads, len(parts), func(worker, i int) error {
		s.comparePart(&scratch[worker], ids[parts[i].lo:parts[i].hi], lists)
		return nil
	})
}

type pairScratch struct {
	rows, blocks, query []float32
	hit                 simd.TileHit
}

// comparePart compares four rows of a part at a time with all of its rows.
func (s *splitter) comparePart(w *pairScratch, ids []uint32, lists *nearLists) {
	dim := s.g.Stride
	w.rows = memory.Grow(w.rows, len(ids)*dim)
	w.blocks = memory.Grow(w.blocks, simd.BlocksLen(len(ids), dim))
	w.query = memory.Grow(w.query, dim*simd.TileQueries)
	for i, id := range ids {
		s.g.PutVector(w.rows[i*dim:], id)
	}
	simd.PackBlocks(w.blocks, w.rows, dim, dim, len(ids))
	for first := 0; first < len(ids); first += simd.TileQueries {
		n := min(simd.TileQueries, len(ids)-first)
		simd.PackQueries(w.query, w.rows[first*dim:], dim, dim, n)
		s.compareFour(w, ids, first, n, lists)
	}
}

// compareFour compares n rows of a part, from the first on, with all of its rows.
func (s *splitter) compareFour(w *pairScratch, ids []uint32, first, n int, lists *nearLists) {
	var limit [simd.TileQueries]float32
	for j := range limit {
		limit[j] = -1 // a place without a query has no hits
	}
	for j := range n {
		limit[j] = bound(lists.of(ids[first+j]))
	}
	dim := s.g.Stride
	size := dim * simd.BlockRows
	for block, blocks := 0, w.blocks; len(blocks) > 0; {
		skip := s.g.Kernels.Tile(w.query, blocks, dim, 0, &limit, &w.hit)
		if block += skip; block*size >= len(w.blocks) {
			return
		}
		for j := range n {
			list := lists.of(ids[first+j])
			for hit := w.hit.Hit[j]; hit != 0; {
				var r int
				r, hit = simd.NextHit(hit)
				at := block*simd.BlockRows + r
				if k := newKey(w.hit.Dist[j][r], ids[at]); at != first+j && k < list[len(list)-1] {
					insert(list, k)
				}
			}
			limit[j] = bound(list)
		}
		block++
		blocks = w.blocks[block*size:]
	}
}
