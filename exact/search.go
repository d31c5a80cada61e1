package exact

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// batchQueries is the largest number of queries that go through the rows
// together: enough to make reading the rows from memory a small part.
const batchQueries = 512

// batchEntries is the largest number of neighbors that a batch gathers, unless
// four queries alone have more.
const batchEntries = 1 << 21

// Search returns the k rows nearest to query, or all where they are fewer,
// ascending by (distance, id). The errors are those of SearchBatch.
func (x *Index) Search(ctx context.Context, query []float32, k int, opt SearchOptions) ([]Neighbor, error) {
	if err := x.checkQuery(query); err != nil {
		return nil, err
	}
	res, err := x.SearchBatch(ctx, query, k, opt)
	if err != nil {
		return nil, err
	}
	return res.neighbors(0), nil
}

// SearchBatch finds the k rows nearest to each query, or all rows where they
// are fewer. queries holds whole queries of as many columns as the rows have,
// row-major; none gives an empty result.
//
// The error is ErrK, ErrDimension, ErrOptions, ErrNotFinite (with the query and
// column) or that of ctx, which is looked at often.
func (x *Index) SearchBatch(ctx context.Context, queries []float32, k int, opt SearchOptions) (*Result, error) {
	b, err := x.newBatch(ctx, queries, k, opt)
	if err != nil {
		return nil, err
	}
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	return b.res, nil
}

// SearchRange returns all rows at a distance of at most radius from query, ascending
// by (distance, id); where they are more than limit, the limit nearest. It finds
// every one of them. One goroutine searches.
//
// The errors are those of SearchBatch: ErrK where limit is below 1, ErrOptions where
// radius is not a number.
func (x *Index) SearchRange(ctx context.Context, query []float32, radius float64, limit int, opt SearchOptions) ([]Neighbor, error) {
	if err := x.checkQuery(query); err != nil {
		return nil, err
	}
	if math.IsNaN(radius) {
		return nil, fmt.Errorf("%w: the radius is not a number", ErrOptions)
	}
	b, err := x.newBatch(ctx, query, limit, opt)
	if err != nil {
		return nil, err
	}
	b.within, b.radius = true, radius
	return b.runRange(ctx)
}

func (x *Index) checkQuery(query []float32) error {
	if len(query) != x.dim {
		return fmt.Errorf("%w: query of %d columns, want %d", ErrDimension, len(query), x.dim)
	}
	return nil
}

// Search finds the k rows nearest to each query as Build and SearchBatch would,
// and needs less time and memory, since the way is chosen for these queries and
// brute force leaves the rows where they are. Options.Queries does not matter. The
// errors are those of Build and SearchBatch.
func Search(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt Options) (*Result, Stats, error) {
	return searchAt(ctx, rows, dim, queries, k, opt, simd.Active())
}

func searchAt(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt Options, level simd.Level) (*Result, Stats, error) {
	opt.Queries = 0
	x, err := newIndex(ctx, rows, dim, opt, level)
	if err != nil {
		return nil, Stats{}, err
	}
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, Stats{}, err
	}
	if err := x.build(ctx, queries, k); err != nil {
		return nil, Stats{}, err
	}
	start := time.Now()
	res, err := x.SearchBatch(ctx, queries, k, SearchOptions{})
	if err != nil {
		return nil, Stats{}, err
	}
	x.stats.SearchSeconds = time.Since(start).Seconds()
	return res, x.stats, nil
}

func checkQueries(queries []float32, dim, k int) error {
	switch {
	case k < 1:
		return fmt.Errorf("%w: it is %d", ErrK, k)
	case len(queries)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole queries of %d columns", ErrDimension, len(queries), dim)
	}
	return nil
}

// newBatch returns queries that are checked, not yet answered.
func (x *Index) newBatch(ctx context.Context, queries []float32, k int, opt SearchOptions) (*batch, error) {
	if err := checkQueries(queries, x.dim, k); err != nil {
		return nil, err
	}
	if opt.Threads < 0 {
		return nil, fmt.Errorf("%w: Threads is %d, want at least 0", ErrOptions, opt.Threads)
	}
	threads := x.threads
	if opt.Threads > 0 {
		threads = opt.Threads
	}
	squares, err := checkFinite(ctx, "query", queries, x.dim, x.metric == InnerProduct, threads)
	if err != nil {
		return nil, err
	}
	b := &batch{Index: x, queries: queries, threads: threads, k: min(k, x.rows)}
	b.wide = x.metric != Cosine && overflows(squares, x.squares)
	if b.allow, err = x.allowed(ctx, opt, threads); err != nil {
		return nil, err
	}
	b.groups, err = dedupe.Find(ctx, queries, x.dim, threads)
	return b, err
}

// batch is a set of queries on their way.
type batch struct {
	*Index
	queries []float32
	groups  *dedupe.Groups // of equal queries: the first of each is answered, and then copied
	order   []uint32       // the groups in the order in which they are answered
	threads int
	k       int
	wide    bool      // float32 cannot hold all distances: every row passes the filter
	allow   *Bitmap   // the rows that may be returned; nil for all
	within  bool      // only rows at most ...
	radius  float64   // ... so far away are
	radii   []float64 // the same for each query, where they differ
	res     *Result

	mu     sync.Mutex
	done   int // queries answered
	visits visits
}

// run answers all queries.
func (b *batch) run(ctx context.Context) error {
	if err := b.arrange(ctx); err != nil {
		return err
	}
	b.res = newResult(len(b.queries)/b.dim, b.k)
	n := len(b.order)
	size := b.batchSize(n)
	return parallel.Do(ctx, b.threads, (n+size-1)/size, func(_, task int) error {
		s := b.pool.Get().(*scratch)
		defer b.pool.Put(s)
		groups := b.order[task*size : min((task+1)*size, n)]
		s.take(b, groups)
		if err := b.search(ctx, s); err != nil {
			return err
		}
		answered := 0
		for i, group := range groups {
			answered += b.answer(s, &s.queries[i].best, int(group))
		}
		b.finish(s, answered)
		return nil
	})
}

// search compares the queries in s with the rows.
func (b *batch) search(ctx context.Context, s *scratch) error {
	if b.tree != nil {
		return b.searchTree(ctx, s)
	}
	return b.scanAll(ctx, s)
}

// runRange returns the rows within the radius of one query.
func (b *batch) runRange(ctx context.Context) ([]Neighbor, error) {
	s := b.pool.Get().(*scratch)
	s.take(b, []uint32{0})
	if err := b.search(ctx, s); err != nil {
		return nil, err
	}
	best := &s.queries[0].best
	best.order()
	b.res = newResult(1, min(best.total, b.k))
	s.ids = best.expand(b, b.res, 0, s.ids)
	b.pool.Put(s)
	return b.res.neighbors(0), nil
}

// answer writes the rows of best to the queries of a group and returns their number.
func (b *batch) answer(s *scratch, best *best, group int) int {
	first := b.groups.First(group)
	s.ids = best.expand(b, b.res, first, s.ids)
	queries := b.groups.Rows[b.groups.Starts[group]:b.groups.Starts[group+1]]
	for _, q := range queries[1:] {
		b.res.copyTo(b.res, int(q), first)
	}
	return len(queries)
}

// query returns the values of the queries of a group.
func (b *batch) query(group uint32) []float32 {
	return b.queries[b.groups.First(int(group))*b.dim:][:b.dim]
}

// batchSize returns how many of n queries go together such that all threads have the
// same number of equal batches.
func (b *batch) batchSize(n int) int {
	most := max(1, min(batchQueries, batchEntries/bestRoom(b.k)))
	rounds := (n + b.threads*most - 1) / (b.threads * most)
	parts := max(1, rounds*b.threads)
	size := (n + parts - 1) / parts
	return max(1, (size+simd.TileQueries-1)/simd.TileQueries) * simd.TileQueries
}

// finish takes note that s is done with its queries, which stand for answered ones.
func (b *batch) finish(s *scratch, answered int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.visits.queries += s.visits.queries
	b.visits.tiles += s.visits.tiles
	b.visits.boxes += s.visits.boxes
	b.done += answered
	if b.opt.Progress != nil {
		b.opt.Progress(b.done, len(b.res.Counts))
	}
}
