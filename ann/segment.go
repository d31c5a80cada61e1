package ann

import (
	"context"
	"fmt"
	"math"
	"math/bits"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
)

// segment is an index that does not change: distinct rows with their graph, and
// which rows each of them stands for.
//
// The distinct rows are called values. A node of the graph is a distinct vector,
// which may belong to several values: under Cosine to rows that differ in length,
// with nominal columns to rows whose codes share places. Otherwise values and nodes
// are the same.
type segment struct {
	space
	graph.Graph
	values     []float32 // where keepsValues: value v at v·dim, node after node; else nil, vectors hold them
	nodeStarts []uint32  // values nodeStarts[i] to nodeStarts[i+1] belong to node i; nil where value i does
	ids        []uint32  // row ids, value after value, ascending within one
	starts     []uint32  // ids[starts[v]:starts[v+1]] are value v; nil where each value is one row
	memory     *mapping  // the file that the slices refer to, or nil
	next       uint32    // ids are below, if it is not 0
	lookup     lookup    // of ids

	keys  []uint64  // of the rows in ids; nil where rows have none
	keyed keyLookup // of keys
}

// rowNames are the ids of rows, ascending, and their keys, if they have any.
type rowNames struct {
	ids  []uint32
	keys []uint64
}

// buildSegment builds the index of rows, which are checked. Row i has the id
// names.ids[i].
func buildSegment(ctx context.Context, rows []float32, names rowNames, dim int, opt Options, tune graph.Tuning) (*segment, error) {
	sp, err := newSpace(opt, rows, dim)
	if err != nil {
		return nil, err
	}
	kernels, err := sp.kernelsAt(tune.Level)
	if err != nil {
		return nil, err
	}
	products, err := sp.productsAt(tune.Level)
	if err != nil {
		return nil, err
	}
	groups, err := dedupe.Find(ctx, rows, dim, parallel.Threads(opt.Threads))
	if err != nil {
		return nil, err
	}
	x := &segment{space: sp, next: graph.None, Graph: graph.Graph{Kernels: kernels, Products: products, N: groups.Len(), Columns: sp.width(), Stride: sp.padded()}}
	if err := x.checkSize(opt.M, tune.Width); err != nil {
		return nil, err
	}
	x.Rows = memory.Floats(x.N * x.Stride)
	b := graph.NewBuilder(&x.Graph, opt.graph(), tune)
	parallel.Chunks(b.Threads, x.N, graph.ChunkRows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			sp.putRow(x.Row(uint32(i)), rows[groups.First(i)*dim:][:dim])
		}
	})
	order, err := x.arrange(ctx, b)
	if err != nil {
		return nil, err
	}
	x.takeGroups(groups, order)
	if x.keepsValues() {
		x.takeValues(rows)
	}
	x.takeNames(names)
	if err := x.makeCodes(ctx, opt, b.Threads); err != nil {
		return nil, err
	}
	if err := b.Build(ctx); err != nil {
		return nil, err
	}
	if err := x.CountLinks(ctx); err != nil {
		return nil, err
	}
	x.positions() // now, so that no deletion has to wait for it
	x.keyPositions()
	b.Steps.End()
	return x, nil
}

// checkSize returns an error where the vectors of x, the nearest rows kept for each
// of them or the links cannot be in the memory that the processor can address.
func (x *segment) checkSize(m, width int) error {
	each := 4 * max(uint64(x.Stride), 2*uint64(width), 2*uint64(m))
	if uint64(x.N) > math.MaxInt/each {
		return fmt.Errorf("%w: %d distinct rows at %d bytes each, which %d-bit programs cannot address", ErrTooLarge, x.N, each, bits.UintSize)
	}
	return nil
}

// arrange puts the rows of the graph, which are one for each value in the order of
// values, into the order of nodes and returns the values in that order.
func (x *segment) arrange(ctx context.Context, b *graph.Builder) ([]uint32, error) {
	if x.keepsValues() {
		return x.arrangeNodes(ctx, b)
	}
	order := sequence(0, x.N)
	if err := b.Order(ctx, order); err != nil {
		return nil, err
	}
	x.Pick(order, b.Threads)
	return order, nil
}

// arrangeNodes is arrange where several values may share a vector.
func (x *segment) arrangeNodes(ctx context.Context, b *graph.Builder) ([]uint32, error) {
	same, err := dedupe.Find(ctx, x.Graph.Rows, x.Stride, b.Threads)
	if err != nil {
		return nil, err
	}
	nodes := make([]uint32, same.Len()) // a value of each node
	groupOf := make(map[uint32]int, same.Len())
	for i := range nodes {
		nodes[i] = uint32(same.First(i))
		groupOf[nodes[i]] = i
	}
	if err := b.Order(ctx, nodes); err != nil {
		return nil, err
	}
	var values []uint32
	x.nodeStarts = []uint32{0}
	for _, first := range nodes {
		i := groupOf[first]
		values = append(values, same.Rows[same.Starts[i]:same.Starts[i+1]]...)
		x.nodeStarts = append(x.nodeStarts, uint32(len(values)))
	}
	x.Pick(nodes, b.Threads)
	return values, nil
}

// takeGroups takes the row ids of groups: value v is group order[v].
func (x *segment) takeGroups(groups *dedupe.Groups, order []uint32) {
	x.ids = make([]uint32, 0, len(groups.Rows))
	if len(groups.Rows) > len(order) {
		x.starts = make([]uint32, 1, len(order)+1)
	}
	for _, g := range order {
		x.ids = append(x.ids, groups.Rows[groups.Starts[g]:groups.Starts[g+1]]...)
		if x.starts != nil {
			x.starts = append(x.starts, uint32(len(x.ids)))
		}
	}
}

// takeNames names the rows in x.ids, which are numbers of rows so far.
func (x *segment) takeNames(names rowNames) {
	if names.keys != nil {
		x.keys = make([]uint64, len(x.ids))
		for i, row := range x.ids {
			x.keys[i] = names.keys[row]
		}
	}
	for i, row := range x.ids {
		x.ids[i] = names.ids[row]
	}
}

// takeValues copies the values from rows.
func (x *segment) takeValues(rows []float32) {
	n := int(x.nodeStarts[len(x.nodeStarts)-1])
	x.values = make([]float32, 0, n*x.dim)
	for v := range uint32(n) {
		first, _ := x.valueRows(v)
		x.values = append(x.values, rows[int(x.ids[first])*x.dim:][:x.dim]...)
	}
}

// unique returns the number of values.
func (x *segment) unique() int {
	if x.starts == nil {
		return len(x.ids)
	}
	return len(x.starts) - 1
}

// nodeValues returns the range of the values of node.
func (x *segment) nodeValues(node uint32) (from, to uint32) {
	if x.nodeStarts == nil {
		return node, node + 1
	}
	return x.valuesOf(node)
}

// valueRows returns the range in ids of the rows that are equal to value v.
func (x *segment) valueRows(v uint32) (from, to uint32) {
	if x.starts == nil {
		return v, v + 1
	}
	return x.rowsOf(v)
}

// valuesOf and rowsOf are not part of their callers, which so are of theirs.
//
//go:noinline
func (x *segment) valuesOf(node uint32) (from, to uint32) {
	return between(x.nodeStarts, node, x.unique())
}

//go:noinline
func (x *segment) rowsOf(v uint32) (from, to uint32) { return between(x.starts, v, len(x.ids)) }

// between returns start i and the next one, which may be end at most.
func between(starts []uint32, i uint32, end int) (from, to uint32) {
	from, to = starts[i], starts[i+1]
	if from >= to || int(to) > end {
		graph.Damaged("start %d is %d, the next %d, of %d", i, from, to, end)
	}
	return from, to
}

// id returns the id of the row at position i of ids.
func (x *segment) id(i uint32) uint32 {
	if id := x.ids[i]; id < x.next {
		return id
	}
	return x.lastID(i)
}

// lastID is id where that is not below next.
func (x *segment) lastID(i uint32) uint32 {
	id := x.ids[i]
	if x.next > 0 {
		graph.Damaged("there is an id %d, the next one is %d", id, x.next)
	}
	return id
}

// key returns the key of the row at position i of ids, 0 where rows have none.
func (x *segment) key(i uint32) uint64 {
	if x.keys == nil {
		return 0
	}
	return x.keys[i]
}

// value returns value v, which is written to room where only codes are stored.
func (x *segment) value(room []float32, v uint32) []float32 {
	switch {
	case x.values != nil:
		return x.values[int(v)*x.dim:][:x.dim]
	case x.Graph.Rows != nil:
		return x.Row(v)[:x.dim]
	}
	x.PutVector(room, v)
	return room[:x.dim]
}

// bytes returns the memory that x takes.
func (x *segment) bytes() int64 {
	words := len(x.values) + len(x.nodeStarts) + len(x.ids) + len(x.starts)
	return 4*int64(words) + 8*int64(len(x.keys)) + x.MemoryBytes() + x.lookup.bytes() + x.keyed.bytes()
}
