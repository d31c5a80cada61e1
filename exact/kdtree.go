package exact

import (
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/nngmix/nngmix/simd"
	"golang.org/x/sync/errgroup"
)

// tree is a kd-tree over the blocks of a store. A node covers consecutive blocks;
// one of n > 1 blocks has a left child with the first leftBlocks(n) of them and a
// right child with the others. Nodes are numbered in preorder, so the children of
// node i are i+1 and i+2·leftBlocks(n), and every shape follows from the number
// of blocks: only boxes are stored.
type tree struct {
	dim   int
	boxes []float32 // for each node the lowest value of each column, then the highest
}

func leftBlocks(n int) int { return (n + 1) / 2 }

// box returns the lowest and the highest values of the rows of node.
func (t *tree) box(node int) (lo, hi []float32) {
	b := t.boxes[node*2*t.dim:][:2*t.dim]
	return b[:t.dim:t.dim], b[t.dim:]
}

// cellBytes is the size of a subtree whose rows are copied together before it is
// split further, so that they stay in the second-level cache.
const cellBytes = 256 << 10

// sampleRows is the number of rows on which a node chooses its column.
const sampleRows = 64

// view is a part of the rows to be split.
type view struct {
	source
	items []uint32 // numbers of rows of source
	cell  bool     // source is the copy of a cell
}

// builder is one goroutine of buildTree.
type builder struct {
	*store
	tree *tree
	g    *errgroup.Group

	keys        []uint64
	cell        []float32
	outer       []uint32
	block       []float32
	sample      [sampleRows]uint32
	sum, spread []float64
}

// buildTree orders the rows of s such that those of a block lie near each other,
// fills the blocks with them and returns the tree over the blocks and the number in
// from of the row at each place.
//
// A node splits at the middle block by the column whose values vary most in a
// sample. The tree depends on nothing but the rows, and is worthless once ctx ends.
func buildTree(ctx context.Context, s *store, from source, threads int) (*tree, []uint32) {
	n := s.blockCount()
	items := make([]uint32, s.places)
	for i := range items {
		items[i] = uint32(i)
	}
	t := &tree{dim: s.dim, boxes: make([]float32, (2*n-1)*2*s.dim)}
	g := new(errgroup.Group)
	g.SetLimit(threads)
	newBuilder(s, t, g).split(ctx, view{source: from, items: items}, 0, 0, n)
	_ = g.Wait() // no goroutine of g returns an error
	t.unite(0, n)
	return t, items
}

func newBuilder(s *store, t *tree, g *errgroup.Group) *builder {
	return &builder{store: s, tree: t, g: g, block: make([]float32, simd.BlockRows*s.dim), sum: make([]float64, s.dim), spread: make([]float64, s.dim)}
}

// split orders the items of v, those of node, which covers n blocks from block
// first on, and packs them.
func (b *builder) split(ctx context.Context, v view, node, first, n int) {
	switch {
	case ctx.Err() != nil:
		return
	case n == 1:
		b.leaf(v, node, first)
		return
	case !v.cell && n*simd.BlockRows*b.dim*4 <= cellBytes:
		b.splitCell(ctx, v, node, first, n)
		return
	}
	left := leftBlocks(n)
	at := left * simd.BlockRows
	b.selectBy(v, b.widest(v), at)
	low, high := v, v
	low.items, high.items = v.items[:at], v.items[at:]
	if v.cell || !b.g.TryGo(func() error { newBuilder(b.store, b.tree, b.g).split(ctx, low, node+1, first, left); return nil }) {
		b.split(ctx, low, node+1, first, left)
	}
	b.split(ctx, high, node+2*left, first+left, n-left)
}

// splitCell is split on a copy of the rows of v.
func (b *builder) splitCell(ctx context.Context, v view, node, first, n int) {
	b.cell = v.gather(b.cell, v.items)
	b.outer = append(b.outer[:0], v.items...)
	for i := range v.items {
		v.items[i] = uint32(i)
	}
	b.split(ctx, view{source{rows: b.cell, dim: b.dim}, v.items, true}, node, first, n)
	for i, local := range v.items {
		v.items[i] = b.outer[local]
	}
}

// leaf packs the rows of v as block first and finds their box.
func (b *builder) leaf(v view, node, first int) {
	b.block = v.gather(b.block, v.items)
	simd.PackBlocks(b.span(first, first+1), b.block, b.dim, b.dim, len(v.items))
	lo, hi := b.tree.box(node)
	for i := range lo {
		lo[i], hi[i] = float32(math.Inf(1)), float32(math.Inf(-1))
	}
	simd.ColumnRange(lo, hi, b.block, b.dim, len(v.items))
}

// unite sets the box of node, which covers n blocks, and of the inner nodes below
// it from the boxes of the leaves.
func (t *tree) unite(node, n int) {
	if n == 1 {
		return
	}
	left := leftBlocks(n)
	t.unite(node+1, left)
	t.unite(node+2*left, n-left)
	lo, hi := t.box(node)
	lo1, hi1 := t.box(node + 1)
	lo2, hi2 := t.box(node + 2*left)
	for i := range lo {
		lo[i], hi[i] = min(lo1[i], lo2[i]), max(hi1[i], hi2[i])
	}
}

// widest returns the column with the largest variance in a sample of v.
func (b *builder) widest(v view) int {
	sample := b.sample[:min(len(v.items), sampleRows)]
	for i := range sample {
		sample[i] = v.items[i*len(v.items)/len(sample)]
	}
	v.spread(b.sum, b.spread, sample, b.nominal)
	widest := 0
	for c, spread := range b.spread {
		if spread > b.spread[widest] {
			widest = c
		}
	}
	return widest
}

// selectBy orders the items of v such that the first at of them are those lowest
// in column c, ties by item.
func (b *builder) selectBy(v view, c, at int) {
	b.keys = grow(b.keys, len(v.items))
	for i, item := range v.items {
		b.keys[i] = uint64(ordered(v.row(item)[c]))<<32 | uint64(item)
	}
	selectKeys(b.keys, at)
	for i, key := range b.keys {
		v.items[i] = uint32(key)
	}
}

// ordered maps a float32 to an integer of the same order.
func ordered(x float32) uint32 {
	v := math.Float32bits(x + 0) // -0 becomes 0
	return v ^ (uint32(int32(v)>>31) | 1<<31)
}

// selectKeys orders keys such that the lowest at of them, which is within them,
// come first (Hoare, Find, CACM 4, 1961).
func selectKeys(keys []uint64, at int) {
	for len(keys) > 16 {
		n := partition(keys)
		switch {
		case at < n:
			keys = keys[:n]
		case at == n:
			return
		default:
			keys, at = keys[n:], at-n
		}
	}
	slices.Sort(keys)
}

// partition puts the keys below some key before the others and returns how many
// they are, which is between 1 and len(keys)-1. Its loop has no branch to mispredict.
func partition(keys []uint64) int {
	pivot := middle(keys)
	n := 0
	for i, key := range keys {
		keys[i], keys[n] = keys[n], key
		_, less := bits.Sub64(key, pivot, 0)
		n += int(less)
	}
	return n
}

// middle returns a key that is not the lowest: of nine keys the median.
func middle(keys []uint64) uint64 {
	var sample [9]uint64
	for i := range sample {
		sample[i] = keys[i*(len(keys)-1)/(len(sample)-1)]
	}
	slices.Sort(sample[:])
	return sample[len(sample)/2]
}
