package ann

import (
	"context"
	"slices"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
)

// base is an index that does not change: the distinct rows of a table with their
// graph, and which rows of the table each of them stands for.
//
// The distinct rows are called values. A node of the graph is a distinct vector,
// which under Cosine may belong to several values: rows that differ in length.
// Under the other metrics values and nodes are the same.
type base struct {
	space
	graph
	rowCount   int       // rows of the table
	values     []float32 // Cosine: value v at v·dim, node after node; else nil, vectors hold them
	nodeStarts []uint32  // values nodeStarts[i] to nodeStarts[i+1] belong to node i; nil where value i does
	ids        []uint32  // row ids, value after value, ascending within one
	starts     []uint32  // ids[starts[v]:starts[v+1]] are value v; nil where each value is one row
}

// buildBase builds the index of rows, which are checked.
func buildBase(ctx context.Context, rows []float32, dim int, opt Options, tune tuning) (*base, error) {
	sp, err := newSpace(opt.Metric, rows, dim)
	if err != nil {
		return nil, err
	}
	kernels, err := sp.kernelsAt(tune.level)
	if err != nil {
		return nil, err
	}
	groups, err := dedupe.Find(ctx, rows, dim, parallel.Threads(opt.Threads))
	if err != nil {
		return nil, err
	}
	x := &base{space: sp, graph: graph{kernels: kernels, n: groups.Len(), stride: sp.columns()}, rowCount: len(rows) / dim}
	x.rows = alignedFloats(x.n * x.stride)
	for i := range x.n {
		sp.putRow(x.row(uint32(i)), rows[groups.First(i)*dim:][:dim])
	}
	b := newBuilder(&x.graph, opt, tune)
	order, err := x.arrange(ctx, b)
	if err != nil {
		return nil, err
	}
	x.takeGroups(groups, order)
	if opt.Metric == exact.Cosine {
		x.takeValues(rows)
	}
	return x, b.build(ctx)
}

// arrange puts the rows of the graph, which are one for each value in the order of
// values, into the order of nodes and returns the values in that order.
func (x *base) arrange(ctx context.Context, b *builder) ([]uint32, error) {
	if x.metric == exact.Cosine {
		return x.arrangeCosine(ctx, b)
	}
	order := make([]uint32, x.n)
	for i := range order {
		order[i] = uint32(i)
	}
	if err := b.order(ctx, order); err != nil {
		return nil, err
	}
	x.pick(order)
	return order, nil
}

// arrangeCosine is arrange where several values may share a vector.
func (x *base) arrangeCosine(ctx context.Context, b *builder) ([]uint32, error) {
	same, err := dedupe.Find(ctx, x.graph.rows, x.stride, b.threads)
	if err != nil {
		return nil, err
	}
	nodes := make([]uint32, same.Len()) // a value of each node
	groupOf := make(map[uint32]int, same.Len())
	for i := range nodes {
		nodes[i] = uint32(same.First(i))
		groupOf[nodes[i]] = i
	}
	if err := b.order(ctx, nodes); err != nil {
		return nil, err
	}
	var values []uint32
	x.nodeStarts = []uint32{0}
	for _, first := range nodes {
		i := groupOf[first]
		values = append(values, same.Rows[same.Starts[i]:same.Starts[i+1]]...)
		x.nodeStarts = append(x.nodeStarts, uint32(len(values)))
	}
	x.pick(nodes)
	return values, nil
}

// takeGroups takes the row ids of groups: value v is group order[v].
func (x *base) takeGroups(groups *dedupe.Groups, order []uint32) {
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

// takeValues copies the values from rows.
func (x *base) takeValues(rows []float32) {
	n := int(x.nodeStarts[len(x.nodeStarts)-1])
	x.values = make([]float32, 0, n*x.dim)
	for v := range uint32(n) {
		x.values = append(x.values, rows[int(x.valueRows(v)[0])*x.dim:][:x.dim]...)
	}
}

// unique returns the number of values.
func (x *base) unique() int {
	if x.starts == nil {
		return len(x.ids)
	}
	return len(x.starts) - 1
}

// nodeValues returns the range of the values of node.
func (x *base) nodeValues(node uint32) (from, to uint32) {
	if x.nodeStarts == nil {
		return node, node + 1
	}
	return x.nodeStarts[node], x.nodeStarts[node+1]
}

// valueRows returns the ids of the rows that are equal to value v, ascending.
func (x *base) valueRows(v uint32) []uint32 {
	if x.starts == nil {
		return x.ids[v : v+1]
	}
	return x.ids[x.starts[v]:x.starts[v+1]]
}

// value returns value v.
func (x *base) value(v uint32) []float32 {
	if x.values != nil {
		return x.values[int(v)*x.dim:][:x.dim]
	}
	return x.row(v)[:x.dim]
}

// hit is a value near a query with its distance in float64.
type hit struct {
	distance float64
	first    uint32 // its smallest row id
	value    uint32
}

func (h hit) compare(o hit) int {
	switch {
	case h.distance < o.distance:
		return -1
	case h.distance > o.distance:
		return 1
	}
	return int(int64(h.first) - int64(o.first))
}

// rescore appends to dst the values of the candidates with their distances to
// query in float64, sorted by (distance, row id). It leaves out candidates that
// are too far in float32 to be among the k nearest.
func (x *base) rescore(dst []hit, candidates []key, query []float32, k int) []hit {
	var norm float64
	if x.metric == exact.Cosine {
		norm = normOf(query)
	}
	enough := farthest
	for i, c := range candidates {
		if c > enough {
			break
		}
		for v, end := x.nodeValues(c.node()); v < end; v++ {
			dst = append(dst, hit{x.distance(query, norm, x.value(v)), x.valueRows(v)[0], v})
		}
		if i == k-1 {
			enough = newKey(c.distance()*(1+float32(x.graph.stride)*0x1p-21), maxNodes)
		}
	}
	slices.SortFunc(dst, hit.compare)
	return dst
}

// expand appends to dst the k nearest rows of hits, which are sorted: all rows
// equal to the nearest value, then to the next; those at one distance by row id.
func (x *base) expand(dst []Neighbor, hits []hit, k int, scratch *[]uint32) []Neighbor {
	end := len(dst) + k
	for from, to := 0, 0; from < len(hits) && len(dst) < end; from = to {
		ids := (*scratch)[:0]
		for to = from; to < len(hits) && hits[to].distance == hits[from].distance; to++ {
			rows := x.valueRows(hits[to].value)
			ids = append(ids, rows[:min(len(rows), end-len(dst))]...)
		}
		if to-from > 1 {
			slices.Sort(ids)
		}
		for _, id := range ids[:min(len(ids), end-len(dst))] {
			dst = append(dst, Neighbor{ID: id, Distance: hits[from].distance})
		}
		*scratch = ids
	}
	return dst
}
