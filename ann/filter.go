package ann

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sort"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/internal/parallel"
)

// rule says which rows of a view a search may return: those that were not deleted
// and that SearchOptions allow. Where that was looked up before, marks or few hold it.
type rule struct {
	ctx     context.Context // of the search; where it ended, filters are not asked
	hidden  *rowSet
	allowed *Bitmap // nil allows all, as the next two
	filter  func(id uint32) bool
	keys    func(key uint64) bool
	marks   *marks   // of all rows, or nil
	few     []uint32 // the nodes that have allowed rows, each once, or nil
}

// marks tells which rows of a view may be returned, by their position, and which nodes
// have such rows.
type marks struct {
	rows, nodes []uint64
	count       int // nodes
}

// selective tells whether SearchOptions allow some of the rows only.
func (r *rule) selective() bool { return r.allowed != nil || r.asks() }

// asks tells whether there are functions of the caller to be asked.
func (r *rule) asks() bool { return r.filter != nil || r.keys != nil }

func (r *rule) allAllowed() bool { return r.hidden.empty() && !r.selective() }

// allowed tells whether the row at position i of ids may be returned.
func (x *segment) allowed(r *rule, i uint32) bool {
	if r.marks != nil {
		return r.marks.rows[i/64]>>(i%64)&1 == 1
	}
	return !r.hidden.has(i) && (r.allowed == nil || r.allowed.Contains(x.id(i))) && x.agreed(r, i)
}

// agreed tells whether the functions of the caller allow the row at position i of ids.
func (x *segment) agreed(r *rule, i uint32) bool {
	if !r.asks() {
		return true
	}
	return r.ctx.Err() == nil && (r.filter == nil || r.filter(x.id(i))) && (r.keys == nil || r.keys(x.key(i)))
}

// valueAllowed tells whether any row equal to value v may be returned.
func (x *segment) valueAllowed(r *rule, v uint32) bool {
	if r.allAllowed() {
		return true
	}
	for i, end := x.valueRows(v); i < end; i++ {
		if x.allowed(r, i) {
			return true
		}
	}
	return false
}

// nodeAllowed tells whether node has a row that may be returned.
func (v *view) nodeAllowed(r *rule, node uint32) bool {
	if r.marks != nil {
		return r.marks.nodes[node/64]>>(node%64)&1 == 1
	}
	for value, end := v.nodeValues(node); value < end; value++ {
		if v.valueAllowed(r, value) {
			return true
		}
	}
	return false
}

// rules appends to dst the rules of the views of st for one query.
func (st *state) rules(ctx context.Context, dst []rule, opt *SearchOptions) []rule {
	for i := range st.views {
		v := &st.views[i]
		r := rule{ctx: ctx, hidden: &v.hidden, allowed: opt.Allowed, filter: opt.Filter, keys: opt.FilterKey}
		if opt.Allowed != nil && opt.Allowed.Len() <= len(v.ids)/fewShare {
			r.few = v.nodesOf(&r)
		}
		dst = append(dst, r)
	}
	return dst
}

// fewShare is the share of the rows below which those of a Bitmap are looked up.
const fewShare = 16

// nodesOf returns the nodes that have a row that r, which has a Bitmap, allows.
func (v *view) nodesOf(r *rule) []uint32 {
	defer runtime.KeepAlive(v.segment) // its memory may be a mapped file
	nodes := make([]uint32, 0, r.allowed.Len())
	plain, l := v.starts == nil && v.nodeStarts == nil, v.positions()
	for i, word := range r.allowed.Words() {
		for ; word != 0; word &= word - 1 {
			at, ok := v.positionIn(l, uint32(i*64+bits.TrailingZeros64(word)))
			switch {
			case !ok || r.hidden.has(at) || !v.agreed(r, at):
			case plain:
				nodes = append(nodes, at)
			default:
				nodes = append(nodes, v.nodeAt(at))
			}
		}
	}
	if plain {
		return nodes // each of them once
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// nodeAt returns the node of the row at position at of ids, and valueAt its value.
func (x *segment) nodeAt(at uint32) uint32 {
	node := lastStart(x.nodeStarts, x.valueAt(at))
	if int(node) >= x.N {
		graph.Damaged("the row at %d belongs to node %d of %d", at, node, x.N)
	}
	return node
}

func (x *segment) valueAt(at uint32) uint32 {
	value := lastStart(x.starts, at)
	if int(value) >= x.unique() {
		graph.Damaged("the row at %d belongs to value %d of %d", at, value, x.unique())
	}
	return value
}

// lastStart returns the number of the last of starts that is not above at, or at where
// there are none.
func lastStart(starts []uint32, at uint32) uint32 {
	if starts == nil {
		return at
	}
	return uint32(max(1, sort.Search(len(starts), func(i int) bool { return starts[i] > at })) - 1)
}

// batchRules is rules for many queries: where these would call the filter more often
// than there are rows, it is called once for each row, and no more.
func (x *Index) batchRules(ctx context.Context, st *state, queries int, opt *SearchOptions) ([]rule, error) {
	rules := st.rules(ctx, nil, opt)
	for i := range rules {
		r, v := &rules[i], &st.views[i]
		if !r.selective() || r.few != nil || queries < 2+len(v.ids)/filterCalls {
			continue
		}
		m, err := x.mark(ctx, v, r, parallel.Threads(opt.Threads))
		if err != nil {
			return nil, err
		}
		r.marks = m
		if m.count <= v.N/fewShare {
			r.few = m.list()
		}
	}
	return rules, nil
}

// filterCalls is about how often a search calls a filter.
const filterCalls = 1000

// mark looks at all rows of v.
func (x *Index) mark(ctx context.Context, v *view, r *rule, threads int) (*marks, error) {
	const piece = 1 << 14 // a multiple of 64, so that no two threads write to one word
	m := &marks{rows: make([]uint64, (len(v.ids)+63)/64), nodes: make([]uint64, (v.N+63)/64)}
	err := parallel.Do(ctx, threads, (len(v.ids)+piece-1)/piece, x.task(func(_, task int) error {
		for at := task * piece; at < min((task+1)*piece, len(v.ids)); at++ {
			if v.allowed(r, uint32(at)) {
				m.rows[at/64] |= 1 << (at % 64)
			}
		}
		return nil
	}))
	if err != nil {
		return nil, err
	}
	err = parallel.Do(ctx, threads, (v.N+piece-1)/piece, x.task(func(_, task int) error {
		marked := rule{hidden: r.hidden, allowed: r.allowed, filter: r.filter, keys: r.keys, marks: &marks{rows: m.rows}}
		for node := uint32(task * piece); node < uint32(min((task+1)*piece, v.N)); node++ {
			for value, end := v.nodeValues(node); value < end; value++ {
				if v.valueAllowed(&marked, value) {
					m.nodes[node/64] |= 1 << (node % 64)
					break
				}
			}
		}
		return nil
	}))
	for _, word := range m.nodes {
		m.count += bits.OnesCount64(word)
	}
	return m, err
}

// allowedShare returns which share of the nodes may be returned: about, from a sample,
// where it was not looked up.
func (v *view) allowedShare(r *rule) float64 {
	switch {
	case r.allAllowed():
		return 1
	case !r.selective():
		return float64(v.live) / float64(len(v.ids))
	case r.marks != nil:
		return float64(r.marks.count) / float64(v.N)
	case r.few != nil:
		return float64(len(r.few)) / float64(v.N)
	}
	const sample = 256
	step := max(1, v.unique()/sample)
	all, allowed := 0, 0
	for value := step / 2; value < v.unique(); value += step {
		all++
		from, to := v.valueRows(uint32(value))
		for i := from; i < min(to, from+sampleCopies); i++ {
			if v.allowed(r, i) {
				allowed++
				break
			}
		}
	}
	return float64(allowed) / float64(max(all, 1))
}

// sampleCopies is how many of equal rows are looked at for a sample.
const sampleCopies = 8

// scanPays tells whether comparing a query with all of the given share of nodes, which
// are here and there, takes less time than a walk of width ef that leaves out the
// others. The figures are picoseconds, as in ScanIsCheaper. To find the nodes costs
// nothing where they were looked up, and a call of the filter each otherwise.
func (v *view) scanPays(r *rule, share float64, ef int) bool {
	stride := float64(v.Stride)
	scan := share * float64(v.N) * (12_000 + 170*stride)
	link := 4500.0
	if r.marks == nil && r.few == nil {
		scan += float64(v.N) * 4000
		if r.asks() {
			link = 12_000
		}
	}
	links := float64((1 + through(share)) * v.Degree)
	return scan < float64(ef)*(300_000+2200*stride+links*link)
}

// walkShare is the share of allowed nodes below which a walk leaves out the others;
// above, one through all nodes finds enough of them.
const walkShare = 0.7

// offerAllowed offers s all nodes that r allows.
func (v *view) offerAllowed(s *graph.Searcher, r *rule) {
	switch {
	case r.few != nil:
		v.OfferAll(s, r.few)
		return
	case r.marks != nil:
		v.OfferAll(s, r.marks.list())
		return
	}
	const piece = 256
	var room [piece]uint32
	take := room[:0]
	for first := 0; first < v.N && r.ctx.Err() == nil; first += piece {
		take = v.appendAllowed(take[:0], r, uint32(first), uint32(min(first+piece, v.N)))
		v.OfferAll(s, take)
	}
}

// appendAllowed appends to dst the nodes from from to to that r allows. Where nodes are
// rows, filters are asked here, since a search asks for all of them.
func (v *view) appendAllowed(dst []uint32, r *rule, from, to uint32) []uint32 {
	if v.starts != nil || v.nodeStarts != nil || r.keys != nil || r.filter == nil {
		for node := from; node < to; node++ {
			if v.nodeAllowed(r, node) {
				dst = append(dst, node)
			}
		}
		return dst
	}
	for node := from; node < to; node++ {
		if r.hidden.has(node) || r.allowed != nil && !r.allowed.Contains(v.id(node)) {
			continue
		}
		if r.filter(v.id(node)) {
			dst = append(dst, node)
		}
	}
	return dst
}

// list returns the marked nodes.
func (m *marks) list() []uint32 {
	nodes := make([]uint32, 0, m.count)
	for at, word := range m.nodes {
		for ; word != 0; word &= word - 1 {
			nodes = append(nodes, uint32(at*64+bits.TrailingZeros64(word)))
		}
	}
	return nodes
}
