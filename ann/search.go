package ann

import (
	"cmp"
	"context"
	"fmt"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// scratch is what one search needs.
type scratch struct {
	graph.Searcher
	query     []float32 // as it was given
	vector    []float32 // of the query
	hits      []hit
	tied      []Neighbor // rows with the lowest ids of each view, where all are at one distance
	neighbors []Neighbor
}

// Search returns the k rows nearest to query that a search of the graph finds, or
// all rows where they are fewer, ascending by (distance, id). Distances are
// those of package exact. The errors are those of SearchBatch.
func (x *Index) Search(ctx context.Context, query []float32, k int, opt SearchOptions) ([]Neighbor, error) {
	return x.AppendSearch(ctx, nil, query, k, opt)
}

// AppendSearch is Search that appends to dst. It allocates nothing where dst has
// room.
func (x *Index) AppendSearch(ctx context.Context, dst []Neighbor, query []float32, k int, opt SearchOptions) (found []Neighbor, err error) {
	found = dst
	if err := x.checkQuery(ctx, query, k, opt); err != nil {
		return dst, err
	}
	g := x.pool.Get().(*group)
	guard, err := x.enter(g.stripe)
	if err != nil {
		return dst, err
	}
	defer guard.end(&err)
	st, s := x.state.Load(), g.take(query)
	g.rules = st.rules(ctx, g.rules[:0], &opt)
	st.search(g.busy, k, opt.width(k), g.rules)
	found = s.expand(dst, st.views, g.rules, min(k, st.live))
	g.end(opt.Counters)
	x.pool.Put(g) // not where a filter panics: g is halfway then
	if err := ctx.Err(); err != nil {
		return dst, err
	}
	return found, nil
}

// checkQuery returns an error where one query cannot be answered.
func (x *Index) checkQuery(ctx context.Context, query []float32, k int, opt SearchOptions) error {
	if len(query) != x.space.dim {
		return fmt.Errorf("%w: query of %d columns, want %d", ErrDimension, len(query), x.space.dim)
	}
	if err := x.checkQueries(query, k, opt); err != nil {
		return err
	}
	return ctx.Err()
}

// group is what a goroutine needs to answer several queries in turns.
type group struct {
	all    [graph.GroupSize]scratch
	busy   []*scratch // the first ones of all
	rules  []rule     // of a search of one query
	stripe uint32     // see usage
}

// take adds a query.
func (g *group) take(query []float32) *scratch {
	s := &g.all[len(g.busy)]
	s.query, s.hits = query, s.hits[:0]
	g.busy = append(g.busy, s)
	return s
}

// end ends the use of g.
func (g *group) end(c *Counters) {
	g.release(c)
	clear(g.rules) // they refer to a state
}

// release takes the queries away and adds the work done for them to c.
func (g *group) release(c *Counters) {
	for _, s := range g.busy {
		c.take(&s.Work)
		s.query, s.tied, s.Q, s.Allow = nil, s.tied[:0], graph.Target{}, graph.Allowed{}
	}
	g.busy = g.busy[:0]
}

// search sets the hits of all of busy.
func (st *state) search(busy []*scratch, k, ef int, rules []rule) {
	for i := range st.views {
		st.views[i].nearest(busy, k, ef, uint32(i), &rules[i])
	}
}

// SearchBatch is Search for many queries, row-major; none gives an empty result.
// All of them see the same state of the index.
//
// The error is ErrK, ErrDimension, ErrOptions, ErrNotFinite or ErrTooLarge (with
// the query), ErrClosed, ErrCorrupt where a file turns out to be damaged, or that of ctx.
func (x *Index) SearchBatch(ctx context.Context, queries []float32, k int, opt SearchOptions) (res *Result, err error) {
	if err := x.checkQueries(queries, k, opt); err != nil {
		return nil, err
	}
	g, err := x.enter(0)
	if err != nil {
		return nil, err
	}
	defer g.end(&err)
	return x.answer(ctx, x.state.Load(), queries, k, opt)
}

// answer is SearchBatch in a state, for checked queries.
func (x *Index) answer(ctx context.Context, st *state, queries []float32, k int, opt SearchOptions) (*Result, error) {
	dim := x.space.dim
	asked, n := k, len(queries)/dim
	k = min(k, st.live)
	res := x.newResult(n, k)
	rules, err := x.batchRules(ctx, st, n, &opt)
	if err != nil {
		return nil, err
	}
	err = parallel.Do(ctx, parallel.Threads(opt.Threads), (n+batchQueries-1)/batchQueries, x.task(func(_, task int) error {
		g := x.pool.Get().(*group)
		for first, end := task*batchQueries, min((task+1)*batchQueries, n); first < end; first += graph.GroupSize {
			for q := first; q < min(first+graph.GroupSize, end); q++ {
				g.take(queries[q*dim:][:dim])
			}
			st.search(g.busy, k, opt.width(asked), rules)
			for i, s := range g.busy {
				s.neighbors = s.expand(s.neighbors[:0], st.views, rules, k)
				put(res, first+i, s.neighbors)
			}
			g.end(opt.Counters)
		}
		x.pool.Put(g)
		return nil
	}))
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	return res, nil
}

// batchQueries is the number of queries that a worker takes at a time.
const batchQueries = 16

// checkQueries returns an error where queries cannot be answered.
func (x *Index) checkQueries(queries []float32, k int, opt SearchOptions) error {
	if err := opt.Validate(); err != nil {
		return err
	}
	dim := x.space.dim
	switch {
	case opt.FilterKey != nil && !x.opt.Keyed:
		return fmt.Errorf("%w: there is a FilterKey, but rows have no keys", ErrOptions)
	case k < 1:
		return fmt.Errorf("%w: it is %d", ErrK, k)
	case len(queries)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole queries of %d columns", ErrDimension, len(queries), dim)
	}
	if err := checkFinite("query", queries, dim, 1); err != nil {
		return err
	}
	if m := x.space.metric; m != exact.L2Squared && m != exact.L1 {
		return nil // queries are scaled
	}
	for i := 0; i < len(queries); i += dim {
		if size := x.space.size(queries[i : i+dim]); size > maxSize {
			return x.space.tooLong("query", i/dim, size)
		}
	}
	return nil
}

func (x *Index) newResult(queries, k int) *Result {
	res := &Result{K: k, IDs: make([]uint32, queries*k), Distances: make([]float64, queries*k), Counts: make([]int32, queries)}
	if x.opt.Keyed {
		res.Keys = make([]uint64, queries*k)
	}
	return res
}

// put makes neighbors those of query q.
func put(res *Result, q int, neighbors []Neighbor) {
	for i, nb := range neighbors {
		res.IDs[q*res.K+i], res.Distances[q*res.K+i] = nb.ID, nb.Distance
		if res.Keys != nil {
			res.Keys[q*res.K+i] = nb.Key
		}
	}
	res.Counts[q] = int32(len(neighbors))
}
