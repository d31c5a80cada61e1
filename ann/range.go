package ann

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// SearchRange returns the rows at a distance of at most radius from query that searches
// of the graph find, ascending by (distance, id), but no more than the limit nearest.
//
// It searches for more and more rows, four times as many each time, until one of them is
// beyond radius. So nothing that it returns is beyond, and it finds what Search finds for
// a k above the number of rows within radius and an EfSearch of at least k: mostly all
// of them, or all but some in a hundred, since such a search is wide. Rows within radius
// that other rows beyond it cut off from the query are what it may miss. Its time grows
// with the number of rows within radius. SearchRange of package exact misses none.
//
// The errors are those of SearchBatch: ErrK where limit is below 1, ErrOptions where
// radius is not a number.
func (x *Index) SearchRange(ctx context.Context, query []float32, radius float64, limit int, opt SearchOptions) (found []Neighbor, err error) {
	if math.IsNaN(radius) {
		return nil, fmt.Errorf("%w: the radius is not a number", ErrOptions)
	}
	if err := x.checkQuery(ctx, query, limit, opt); err != nil {
		return nil, err
	}
	g := x.pool.Get().(*group)
	guard, err := x.enter(g.stripe)
	if err != nil {
		return nil, err
	}
	defer guard.end(&err)
	st := x.state.Load()
	limit = min(limit, st.live)
	g.rules = st.rules(ctx, g.rules[:0], &opt)
	for k := min(limit, usualEf); k > 0 && ctx.Err() == nil; k = min(limit, rangeGrowth*k) {
		s := g.take(query)
		st.search(g.busy, k, max(opt.width(k), k), g.rules)
		found = s.expand(found[:0], st.views, g.rules, k)
		g.release(opt.Counters)
		if k == limit || len(found) < k || found[k-1].Distance > radius {
			break
		}
	}
	g.end(opt.Counters)
	x.pool.Put(g) // not where a filter panics: g is halfway then
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	beyond := slices.IndexFunc(found, func(nb Neighbor) bool { return nb.Distance > radius })
	if beyond >= 0 {
		found = found[:beyond]
	}
	return found, nil
}

// rangeGrowth is how many times as many rows SearchRange searches for next.
const rangeGrowth = 4
