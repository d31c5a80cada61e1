package ann

import (
	"context"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// SearchExact finds the k rows of x nearest to each query without the graph: the
// answer is that of package exact on the same rows, bit for bit. It is the truth
// that recall is measured against, and the answer where no search of the graph is
// good enough. While at work it holds a copy of the distinct rows.
//
// queries are row-major; none gives an empty result. threads is the number of
// goroutines, 0 for GOMAXPROCS. The errors are those of SearchBatch.
func (x *Index) SearchExact(ctx context.Context, queries []float32, k, threads int) (_ *exact.Result, err error) {
	if err := x.checkQueries(queries, k, SearchOptions{EfSearch: 1, Threads: threads}); err != nil {
		return nil, err
	}
	g, err := x.enter(0)
	if err != nil {
		return nil, err
	}
	defer g.end(&err)
	return x.distinct(x.state.Load()).search(ctx, queries, k, threads)
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

func (x *Index) distinct(st *state) *distinct {
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	var keys []uint64           // smallest row id, place in found
	var found []hit
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
	room := make([]float32, x.space.padded())
	for i, key := range keys {
		d.values[i] = found[uint32(key)]
		d.rows = append(d.rows, st.views[d.values[i].view].value(room, d.values[i].value)...)
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
func (d *distinct) search(ctx context.Context, queries []float32, k, threads int) (*exact.Result, error) {
	dim := d.space.dim
	n, k := len(queries)/dim, min(k, d.st.live)
	res := newResult(n, k)
	if n == 0 || k == 0 {
		return res, nil
	}
	near, _, err := exact.Search(ctx, d.rows, dim, queries, k, exact.Options{Metric: d.space.metric, Nominal: d.opt.Nominal, Threads: threads})
	if err != nil {
		return nil, err
	}
	err = parallel.Do(ctx, parallel.Threads(threads), (n+batchQueries-1)/batchQueries, d.task(func(_, task int) error {
		g := d.pool.Get().(*group)
		s := &g.all[0]
		for q := task * batchQueries; q < min((task+1)*batchQueries, n); q++ {
			s.hits = s.hits[:0]
			values, distances := near.Of(q)
			for i, v := range values {
				h := d.values[v]
				h.distance = distances[i]
				s.hits = append(s.hits, h)
			}
			s.neighbors = s.expand(s.neighbors[:0], d.st.views, k, nil)
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

func newResult(queries, k int) *exact.Result {
	return &exact.Result{K: k, IDs: make([]uint32, queries*k), Distances: make([]float64, queries*k), Counts: make([]int32, queries)}
}

// put makes neighbors those of query q.
func put(res *exact.Result, q int, neighbors []Neighbor) {
	for i, nb := range neighbors {
		res.IDs[q*res.K+i], res.Distances[q*res.K+i] = nb.ID, nb.Distance
	}
	res.Counts[q] = int32(len(neighbors))
}
