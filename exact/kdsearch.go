package exact

import (
	"context"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// searchTree compares the queries in s with the blocks that can hold neighbors.
func (b *batch) searchTree(ctx context.Context, s *scratch) error {
	for i := range s.groups {
		if err := ctx.Err(); err != nil {
			return err
		}
		b.visit(s, &s.groups[i], 0, 0, b.blockCount())
	}
	return nil
}

// arrange sets the order in which queries are answered: with a tree those near
// the same leaf follow each other and visit much the same blocks together.
func (b *batch) arrange(ctx context.Context) error {
	keys := make([]uint64, b.groups.Len())
	tasks := min(len(keys), 16*b.threads)
	err := parallel.Do(ctx, b.threads, tasks, func(_, task int) error {
		lo, hi := parallel.Range(len(keys), tasks, task)
		for i := range keys[lo:hi] {
			i += lo
			keys[i] = uint64(i)
			if b.tree != nil {
				keys[i] |= uint64(b.home(b.query(uint32(i)))) << 32
			}
		}
		return nil
	})
	slices.Sort(keys)
	b.order = make([]uint32, len(keys))
	for i, key := range keys {
		b.order[i] = uint32(key)
	}
	return err
}

// home returns the block that the way to the nearer child leads to.
func (b *batch) home(q []float32) (first int) {
	inf := float32(math.Inf(1))
	for node, n := 0, b.blockCount(); n > 1; {
		left := leftBlocks(n)
		near, far := node+1, node+2*left
		lo, hi := b.tree.box(near)
		distance := b.boxDistance(q, lo, hi, inf)
		lo, hi = b.tree.box(far)
		if b.boxDistance(q, lo, hi, distance) < distance {
			node, first, n = far, first+left, n-left
		} else {
			node, n = near, left
		}
	}
	return first
}

// visit compares g with the rows of node, which covers n blocks from block first
// on, nearer child first, and leaves out what lies beyond all bounds.
//
// A box distance is computed as the kernels compute that of a row, column by
// column in float32, so the reasoning of filter holds for it: where it is not
// below the bound, no row of the box is needed.
func (b *batch) visit(s *scratch, g *group, node, first, n int) {
	if n == 1 {
		s.visits.tiles++
		b.scan(s, g, b.span(first, first+1), first)
		return
	}
	left := leftBlocks(n)
	near, far := child{node + 1, first, left}, child{node + 2*left, first + left, n - left}
	var dNear, dFar [simd.TileQueries]float32
	sNear, sFar := b.boxDistances(s, &dNear, g, near.node), b.boxDistances(s, &dFar, g, far.node)
	if sFar < sNear {
		near, far, dNear, dFar = far, near, dFar, dNear
	}
	if g.needs(&dNear) {
		b.visit(s, g, near.node, near.first, near.n)
	}
	if g.needs(&dFar) {
		b.visit(s, g, far.node, far.first, far.n)
	}
}

// child is a node and the blocks it covers.
type child struct{ node, first, n int }

// needs tells whether any query of g has a bound above its distance to a box.
func (g *group) needs(distances *[simd.TileQueries]float32) bool {
	for j := range g.queries {
		if distances[j] < g.bound[j] {
			return true
		}
	}
	return false
}

// boxDistances computes the distances between the queries of g and the box of
// node, or some value beyond the bound, and returns their sum.
func (b *batch) boxDistances(s *scratch, dst *[simd.TileQueries]float32, g *group, node int) (sum float32) {
	s.visits.boxes += len(g.queries)
	lo, hi := b.tree.box(node)
	for j := range g.queries {
		dst[j] = b.boxDistance(g.queries[j].values, lo, hi, g.bound[j])
		sum += dst[j]
	}
	return sum
}

func (b *batch) boxDistance(q, lo, hi []float32, bound float32) (sum float32) {
	if b.wide {
		return 0
	}
	l1 := b.metric == L1
	numeric := b.dim - b.nominal
	for i, x := range q[:numeric] {
		d := max(lo[i]-x, x-hi[i], 0)
		if !l1 {
			d *= d
		}
		if sum += d; sum >= bound {
			return float32(math.Inf(1))
		}
	}
	for i := numeric; i < b.dim; i++ {
		if q[i] < lo[i] || q[i] > hi[i] {
			sum++
		}
	}
	return sum
}
