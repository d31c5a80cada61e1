package ann

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// Index answers queries about the rows of a table. It is safe for concurrent use.
type Index struct {
	*base
	opt   Options
	stats Stats
	pool  sync.Pool // of *scratch
}

// Stats describes an index.
type Stats struct {
	Rows         int // rows given to Build
	Unique       int // distinct rows
	Dim          int
	Links        int     // links in layer 0
	Bytes        int64   // memory held
	BuildSeconds float64 // all of Build
}

// Stats returns the description of x.
func (x *Index) Stats() Stats { return x.stats }

// Build makes an index of rows, n rows of dim columns, row-major. It keeps no
// reference to rows.
//
// The error is ErrEmpty, ErrDimension, ErrNotFinite (with the row and column),
// ErrTooLarge or ErrOptions, or that of ctx.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	return build(ctx, rows, dim, opt, defaultTuning)
}

func build(ctx context.Context, rows []float32, dim int, opt Options, tune tuning) (*Index, error) {
	start := time.Now()
	if err := checkRows(rows, dim, opt); err != nil {
		return nil, err
	}
	b, err := buildBase(ctx, rows, dim, opt, tune)
	if err != nil {
		return nil, err
	}
	x := &Index{base: b, opt: opt}
	x.pool.New = func() any { return new(scratch) }
	x.stats = Stats{Rows: b.rowCount, Unique: b.unique(), Dim: dim, BuildSeconds: time.Since(start).Seconds()}
	return x, nil
}

// checkRows returns an error where rows cannot be the rows of an index.
func checkRows(rows []float32, dim int, opt Options) error {
	if err := opt.Validate(); err != nil {
		return err
	}
	switch {
	case dim < 1:
		return fmt.Errorf("%w: %d columns, want at least 1", ErrDimension, dim)
	case len(rows) == 0:
		return ErrEmpty
	case len(rows)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole rows of %d columns", ErrDimension, len(rows), dim)
	case len(rows)/dim > maxNodes:
		return fmt.Errorf("%w: %d rows, want at most %d", ErrTooLarge, len(rows)/dim, maxNodes)
	}
	return checkFinite("row", rows, dim)
}

// checkFinite returns an error that names the first value that is not finite.
func checkFinite(what string, values []float32, dim int) error {
	for i, v := range values {
		if math.Float32bits(v)&0x7f800000 == 0x7f800000 {
			return fmt.Errorf("%w: %s %d, column %d is %v", ErrNotFinite, what, i/dim, i%dim, v)
		}
	}
	return nil
}

// scratch is what one search needs.
type scratch struct {
	searcher
	query     []float32 // padded
	hits      []hit
	ids       []uint32
	neighbors []Neighbor
}

// Search returns the k rows nearest to query that a search of the graph finds, or
// all rows where they are fewer, ascending by (distance, id). Distances are
// those of package exact. The errors are those of SearchBatch.
func (x *Index) Search(query []float32, k int, opt SearchOptions) ([]Neighbor, error) {
	return x.AppendSearch(nil, query, k, opt)
}

// AppendSearch is Search that appends to dst. It allocates nothing where dst has
// room.
func (x *Index) AppendSearch(dst []Neighbor, query []float32, k int, opt SearchOptions) ([]Neighbor, error) {
	if len(query) != x.dim {
		return dst, fmt.Errorf("%w: query of %d columns, want %d", ErrDimension, len(query), x.dim)
	}
	if err := x.checkQueries(query, k, opt); err != nil {
		return dst, err
	}
	s := x.pool.Get().(*scratch)
	defer x.pool.Put(s)
	dst = x.answer(s, dst, query, min(k, x.rowCount), opt)
	if opt.Counters != nil {
		*opt.Counters = opt.Counters.plus(s.work)
	}
	s.work = Counters{}
	return dst, nil
}

func (c Counters) plus(d Counters) Counters {
	return Counters{Distances: c.Distances + d.Distances, Hops: c.Hops + d.Hops}
}

// checkQueries returns an error where queries cannot be answered.
func (x *Index) checkQueries(queries []float32, k int, opt SearchOptions) error {
	if err := opt.Validate(); err != nil {
		return err
	}
	switch {
	case k < 1:
		return fmt.Errorf("%w: it is %d", ErrK, k)
	case len(queries)%x.dim != 0:
		return fmt.Errorf("%w: %d values are no whole queries of %d columns", ErrDimension, len(queries), x.dim)
	}
	if err := checkFinite("query", queries, x.dim); err != nil {
		return err
	}
	if x.metric != exact.L2Squared && x.metric != exact.L1 {
		return nil // queries are scaled
	}
	for i := 0; i < len(queries); i += x.dim {
		if size := x.size(queries[i : i+x.dim]); size > maxSize {
			return x.tooLong("query", i/x.dim, size)
		}
	}
	return nil
}

// answer appends the k rows nearest to query to dst.
func (x *Index) answer(s *scratch, dst []Neighbor, query []float32, k int, opt SearchOptions) []Neighbor {
	s.query = grow(s.query, x.stride)
	clear(s.query)
	x.putQuery(s.query, query)
	x.search(&s.searcher, s.query, max(opt.EfSearch, k))
	if s.searcher.pool.size < min(k, x.n) { // the search was led into a corner with fewer rows
		x.scan(&s.searcher, s.query, &layer{size: x.n}, x.graph.rows, k)
	}
	s.hits = x.rescore(s.hits[:0], s.searcher.pool.found(), query, k)
	return x.expand(dst, s.hits, k, &s.ids)
}

// SearchBatch is Search for many queries, row-major; none gives an empty result.
//
// The error is ErrK, ErrDimension, ErrOptions, ErrNotFinite or ErrTooLarge (with
// the query), or that of ctx.
func (x *Index) SearchBatch(ctx context.Context, queries []float32, k int, opt SearchOptions) (*exact.Result, error) {
	if err := x.checkQueries(queries, k, opt); err != nil {
		return nil, err
	}
	n := len(queries) / x.dim
	k = min(k, x.rowCount)
	res := &exact.Result{K: k, IDs: make([]uint32, n*k), Distances: make([]float64, n*k), Counts: make([]int32, n)}
	var mu sync.Mutex
	err := parallel.Do(ctx, parallel.Threads(opt.Threads), (n+batchQueries-1)/batchQueries, func(_, task int) error {
		s := x.pool.Get().(*scratch)
		defer x.pool.Put(s)
		for q := task * batchQueries; q < min((task+1)*batchQueries, n); q++ {
			s.neighbors = x.answer(s, s.neighbors[:0], queries[q*x.dim:][:x.dim], k, opt)
			for i, nb := range s.neighbors {
				res.IDs[q*k+i], res.Distances[q*k+i] = nb.ID, nb.Distance
			}
			res.Counts[q] = int32(len(s.neighbors))
		}
		mu.Lock()
		defer mu.Unlock()
		if opt.Counters != nil {
			*opt.Counters = opt.Counters.plus(s.work)
		}
		s.work = Counters{}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return res, nil
}

// batchQueries is the number of queries that a worker takes at a time.
const batchQueries = 16
