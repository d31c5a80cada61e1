package ann

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// Index answers queries about the rows of a table. It is safe for concurrent use:
// searches never wait, and see all of a change or nothing of it. Nor do changes wait
// for each other, but for a Compact, which waits for graphs that are being merged.
type Index struct {
	opt   Options
	tune  graph.Tuning
	space space // without what differs from segment to segment: radius and limits
	state atomic.Pointer[state]
	pool  sync.Pool // of *group

	buildSeconds float64

	usage  usage
	opened bool                  // x comes from a file ...
	file   weak.Pointer[mapping] // ... with this memory, unless it is not used any more
	damage atomic.Pointer[error] // that was met in it

	mu         sync.Mutex // held for moments, to replace the state or meta
	meta       []byte
	merging    map[*segment]bool // that are being merged
	mergeEnded chan struct{}     // closed when one of these merges ends, and made anew
}

// state is what an index holds at one moment. It does not change.
type state struct {
	views []view // rows added later are in later views, unless they were merged
	next  uint32 // the id of the next row
	live  int    // rows
	cache *distinctCache
}

// Stats describes an index.
type Stats struct {
	Rows     int // rows that searches find
	Deleted  int // rows that were deleted and still take memory
	Unique   int // distinct rows held
	Dim      int
	Segments int   // graphs that a search goes through, see Add
	Links    int   // links in all graphs; 0 where one is of a file, until CountLinks was called
	Bytes    int64 // memory held, or mapped from a file

	CodeBytes int64 // of these, in codes: see Quantize
	Lossless  bool  // there are codes, and all of them are lossless

	BuildSeconds float64 // all of Build; 0 where the index comes from a file
}

// Stats returns the description of x. The first one of an opened or loaded index
// counts links, which reads all of them. Of an index that is closed, or
// found damaged, nothing is known.
func (x *Index) Stats() (s Stats) {
	s.Dim, s.BuildSeconds = x.space.dim, x.buildSeconds
	g, err := x.enter(0)
	if err != nil {
		return s
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	s.Rows, s.Segments = st.live, len(st.views)
	uncounted := false
	for i := range st.views {
		v := &st.views[i]
		s.Deleted += len(v.ids) - v.live
		s.Unique += v.unique()
		s.Bytes += v.bytes()
		s.CodeBytes += v.CodeBytes()
		s.Lossless = v.Quantizer.Lossless && (s.Lossless || i == 0)
		links, known := v.KnownLinks()
		s.Links += links
		uncounted = uncounted || !known
	}
	if uncounted {
		s.Links = 0
	}
	return s
}

// CountLinks counts the links for Stats. That reads all those of an opened index,
// once; those of graphs that were built are known.
func (x *Index) CountLinks() (err error) {
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		st.views[i].CountLinks()
	}
	return nil
}

// Len returns the number of rows that searches find; 0 after Close.
func (x *Index) Len() int { return x.state.Load().live }

// Options returns the options that x was built with.
func (x *Index) Options() Options { return x.opt }

// Build makes an index of rows, n rows of dim columns, row-major. Row i gets the
// id i. It keeps no reference to rows. n is at most 2,147,483,647 and dim 16,777,216.
//
// The error is ErrEmpty, ErrDimension, ErrNotFinite (with the row and column),
// ErrTooLarge or ErrOptions, or that of ctx.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	return build(ctx, rows, dim, opt, graph.DefaultTuning)
}

func build(ctx context.Context, rows []float32, dim int, opt Options, tune graph.Tuning) (*Index, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if err := checkRows(rows, dim, parallel.Threads(opt.Threads)); err != nil {
		return nil, err
	}
	if opt.Nominal > dim {
		return nil, fmt.Errorf("%w: Nominal is %d, want at most the %d columns", ErrOptions, opt.Nominal, dim)
	}
	start := time.Now()
	ids := sequence(0, len(rows)/dim)
	s, err := buildSegment(ctx, rows, ids, dim, opt, tune)
	if err != nil {
		return nil, err
	}
	n := len(ids)
	opt.Progress = nil // it was for this build alone
	x := newIndex(opt, tune, space{metric: opt.Metric, dim: dim, nominal: nominal{columns: opt.Nominal}}, &state{views: []view{{segment: s, live: n}}, next: uint32(n), live: n})
	x.buildSeconds = time.Since(start).Seconds()
	return x, nil
}

func newIndex(opt Options, tune graph.Tuning, sp space, st *state) *Index {
	x := &Index{opt: opt, tune: tune, space: sp, merging: map[*segment]bool{}, mergeEnded: make(chan struct{})}
	x.pool.New = func() any { return &group{stripe: x.usage.stripe()} }
	x.publish(st)
	return x
}

// publish makes st, which nobody else sees, the state.
func (x *Index) publish(st *state) {
	st.cache = new(distinctCache)
	x.state.Store(st)
}

// sequence returns first, first+1, and so on, n numbers.
func sequence(first uint32, n int) []uint32 {
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = first + uint32(i)
	}
	return ids
}

// checkRows returns an error where rows cannot be the rows of an index.
func checkRows(rows []float32, dim, threads int) error {
	switch {
	case dim < 1:
		return fmt.Errorf("%w: %d columns, want at least 1", ErrDimension, dim)
	case dim > maxColumns:
		return fmt.Errorf("%w: %d columns, want at most %d", ErrTooLarge, dim, maxColumns)
	case len(rows) == 0:
		return ErrEmpty
	case len(rows)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole rows of %d columns", ErrDimension, len(rows), dim)
	case len(rows)/dim > graph.MaxNodes:
		return fmt.Errorf("%w: %d rows, want at most %d", ErrTooLarge, len(rows)/dim, graph.MaxNodes)
	}
	return checkFinite("row", rows, dim, threads)
}

// checkFinite returns an error that names the first value that is not finite.
func checkFinite(what string, values []float32, dim, threads int) error {
	const chunk = 1 << 18
	if len(values) > chunk && threads > 1 {
		bad := make([]error, (len(values)+chunk-1)/chunk)
		parallel.Chunks(threads, len(values), chunk, func(lo, hi int) {
			if i := notFinite(values[lo:hi]); i >= 0 {
				bad[lo/chunk] = infinite(what, values, dim, lo+i)
			}
		})
		return cmp.Or(bad...)
	}
	if i := notFinite(values); i >= 0 {
		return infinite(what, values, dim, i)
	}
	return nil
}

// notFinite returns the place of the first value that is not finite, or -1.
func notFinite(values []float32) int {
	return slices.IndexFunc(values, func(v float32) bool { return math.Float32bits(v)&0x7f800000 == 0x7f800000 })
}

func infinite(what string, values []float32, dim, i int) error {
	return fmt.Errorf("%w: %s %d, column %d is %v", ErrNotFinite, what, i/dim, i%dim, values[i])
}

// scratch is what one search needs.
type scratch struct {
	graph.Searcher
	query     []float32 // as it was given
	vector    []float32 // of the query
	hits      []hit
	tied      []uint32 // the lowest ids of each view, where all rows are at one distance
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
func (x *Index) AppendSearch(dst []Neighbor, query []float32, k int, opt SearchOptions) (found []Neighbor, err error) {
	found = dst
	if len(query) != x.space.dim {
		return dst, fmt.Errorf("%w: query of %d columns, want %d", ErrDimension, len(query), x.space.dim)
	}
	if err := x.checkQueries(query, k, opt); err != nil {
		return dst, err
	}
	g := x.pool.Get().(*group)
	guard, err := x.enter(g.stripe)
	if err != nil {
		return dst, err
	}
	defer guard.end(&err)
	st, s := x.state.Load(), g.take(query)
	g.rules = st.rules(g.rules[:0], &opt)
	st.search(g.busy, k, opt.EfSearch, g.rules)
	found = s.expand(dst, st.views, g.rules, min(k, st.live))
	g.end(opt.Counters)
	x.pool.Put(g) // not where a filter panics: g is halfway then
	return found, nil
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

// end takes the queries away and adds the work done for them to c.
func (g *group) end(c *Counters) {
	for _, s := range g.busy {
		c.take(&s.Work)
		s.query, s.tied, s.Q, s.Allow = nil, s.tied[:0], graph.Target{}, nil
	}
	g.busy = g.busy[:0]
	clear(g.rules) // they refer to a state
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
// the query), ErrClosed, or that of ctx.
func (x *Index) SearchBatch(ctx context.Context, queries []float32, k int, opt SearchOptions) (res *exact.Result, err error) {
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
func (x *Index) answer(ctx context.Context, st *state, queries []float32, k int, opt SearchOptions) (*exact.Result, error) {
	dim := x.space.dim
	n, k := len(queries)/dim, min(k, st.live)
	res := newResult(n, k)
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
			st.search(g.busy, k, opt.EfSearch, rules)
			for i, s := range g.busy {
				s.neighbors = s.expand(s.neighbors[:0], st.views, rules, k)
				put(res, first+i, s.neighbors)
			}
			g.end(opt.Counters)
		}
		x.pool.Put(g)
		return nil
	}))
	if err != nil {
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
