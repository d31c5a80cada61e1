package ann

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// SearchExact finds the k rows of x nearest to each query without the graph: the
// answer is that of package exact on the same rows, bit for bit. It is the truth
// that recall is measured against, and the answer where no search of the graph is
// good enough. It needs a copy of the distinct rows, which later calls find until the
// index is changed or the collector frees it.
//
// queries are row-major; none gives an empty result. EfSearch and Counters do not
// matter. The errors are those of SearchBatch.
func (x *Index) SearchExact(ctx context.Context, queries []float32, k int, opt SearchOptions) (_ *Result, err error) {
	if err := x.checkQueries(queries, k, opt); err != nil {
		return nil, err
	}
	g, err := x.enter(0)
	if err != nil {
		return nil, err
	}
	defer g.end(&err)
	st := x.state.Load()
	return x.distinct(st).search(ctx, queries, k, opt)
}

// distinct is a copy of the values that a state shows, in the order of the
// smallest row ids that they stand for.
//
// The k values nearest to a query by (distance, smallest row id) hold the k rows
// nearest by (distance, row id): where k values come before a value, so do their k
// smallest rows.
type distinct struct {
	*Index
	st     *state
	values []hit // which value row i is; their distances mean nothing
	rows   []float32
}

// distinctCache holds the distinct of a state as long as the collector leaves it.
type distinctCache struct {
	mu   sync.Mutex
	kept weak.Pointer[distinct]
}

// distinct returns the distinct of st, which is made unless it is there.
func (x *Index) distinct(st *state) *distinct {
	c := st.cache
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.kept.Value(); d != nil {
		return d
	}
	d := x.newDistinct(st)
	c.kept = weak.Make(d)
	return d
}

func (x *Index) newDistinct(st *state) *distinct {
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	most := 0
	for i := range st.views {
		most += st.views[i].unique()
	}
	keys := make([]uint64, 0, most) // smallest row id, place in found
	found := make([]hit, 0, most)
	for at := range st.views {
		v := &st.views[at]
		for value := range uint32(v.unique()) {
			if id, ok := v.firstShown(value); ok {
				keys = append(keys, uint64(id)<<32|uint64(len(found)))
				found = append(found, hit{view: uint32(at), value: value})
			}
		}
	}
	slices.Sort(keys)
	d := &distinct{Index: x, st: st, values: make([]hit, len(keys)), rows: make([]float32, 0, len(keys)*x.space.dim)}
	var room []float32
	for i, key := range keys {
		h := found[uint32(key)]
		v := &st.views[h.view]
		room = memory.Grow(room, v.Stride)
		d.values[i] = h
		d.rows = append(d.rows, v.value(room, h.value)...)
	}
	return d
}

// firstShown returns the smallest id of the rows equal to value that were not
// deleted, if there is one.
func (v *view) firstShown(value uint32) (id uint32, ok bool) {
	for i, end := v.valueRows(value); i < end; i++ {
		if !v.hidden.has(i) {
			return v.id(i), true
		}
	}
	return 0, false
}

// search returns the k nearest rows of checked queries.
func (d *distinct) search(ctx context.Context, queries []float32, k int, opt SearchOptions) (*Result, error) {
	dim := d.space.dim
	n, k := len(queries)/dim, min(k, d.st.live)
	res := d.newResult(n, k)
	if n == 0 || k == 0 {
		return res, ctx.Err()
	}
	rules := d.st.rules(ctx, nil, &opt)
	values, rows, err := d.allowed(ctx, rules, &opt)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	if len(values) == 0 {
		return res, nil
	}
	near, _, err := exact.Search(ctx, rows, dim, queries, k, exact.Options{Metric: d.space.metric, Nominal: d.opt.Nominal, Threads: opt.Threads})
	if errors.Is(err, exact.ErrNotFinite) { // queries were checked, and rows when they were added
		graph.Damaged("rows are not finite: %v", err)
	}
	if err != nil {
		return nil, err
	}
	err = parallel.Do(ctx, parallel.Threads(opt.Threads), (n+batchQueries-1)/batchQueries, d.task(func(_, task int) error {
		g := d.pool.Get().(*group)
		s := &g.all[0]
		for q := task * batchQueries; q < min((task+1)*batchQueries, n); q++ {
			s.hits = s.hits[:0]
			found, distances := near.Of(q)
			for i, v := range found {
				h := values[v]
				h.distance = distances[i]
				s.hits = append(s.hits, h)
			}
			s.neighbors = s.expand(s.neighbors[:0], d.st.views, rules, k)
			put(res, q, s.neighbors)
		}
		d.pool.Put(g)
		return nil
	}))
	if err != nil {
		return nil, err
	}
	return res, nil
}

// allowed returns the values that have rows that opt allows, and those. All of them are
// marked in rules then.
func (d *distinct) allowed(ctx context.Context, rules []rule, opt *SearchOptions) ([]hit, []float32, error) {
	if opt.Allowed == nil && opt.Filter == nil && opt.FilterKey == nil {
		return d.values, d.rows, nil
	}
	for i := range rules {
		m, err := d.mark(ctx, &d.st.views[i], &rules[i], parallel.Threads(opt.Threads))
		if err != nil {
			return nil, nil, err
		}
		rules[i].marks = m
	}
	var values []hit
	var rows []float32
	for i, h := range d.values {
		if d.st.views[h.view].valueAllowed(&rules[h.view], h.value) {
			values = append(values, h)
			rows = append(rows, d.rows[i*d.space.dim:][:d.space.dim]...)
		}
	}
	return values, rows, nil
}
