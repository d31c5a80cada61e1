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

// Stats returns the description of x. Of an index that is closed, or found damaged,
// nothing is known.
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
// once; those of graphs that were built are known. The error is ErrClosed, ErrCorrupt,
// or that of ctx.
func (x *Index) CountLinks(ctx context.Context) (err error) {
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		if err := st.views[i].CountLinks(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Options returns the options that x was built with.
func (x *Index) Options() Options { return x.opt }

// Build makes an index of rows, n rows of dim columns, row-major. Row i gets the
// id i. It keeps no reference to rows. n is at most 2,147,483,647 and dim 16,777,216.
//
// The error is ErrEmpty, ErrDimension, ErrNotFinite (with the row and column),
// ErrTooLarge, ErrOptions, or ErrKey where opt.Keyed is set, or that of ctx.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	return build(ctx, nil, rows, dim, opt, graph.DefaultTuning)
}

// BuildKeyed is Build of rows that have keys of the caller's: row i has keys[i]. Keys
// are different from each other, ErrKey otherwise. Options.Keyed need not be set.
func BuildKeyed(ctx context.Context, keys []uint64, rows []float32, dim int, opt Options) (*Index, error) {
	opt.Keyed = true
	return build(ctx, keys, rows, dim, opt, graph.DefaultTuning)
}

func build(ctx context.Context, keys []uint64, rows []float32, dim int, opt Options, tune graph.Tuning) (*Index, error) {
	if err := opt.check(dim); err != nil {
		return nil, err
	}
	if err := checkRows(rows, dim, parallel.Threads(opt.Threads)); err != nil {
		return nil, err
	}
	if err := opt.checkKeys(keys, len(rows)/dim); err != nil {
		return nil, err
	}
	start := time.Now()
	n := len(rows) / dim
	s, err := buildSegment(ctx, rows, rowNames{ids: sequence(0, n), keys: keys}, dim, opt.filled(), tune)
	if err != nil {
		return nil, err
	}
	x := newIndex(opt, tune, dim, &state{views: []view{{segment: s, live: n}}, next: uint32(n), live: n})
	x.buildSeconds = time.Since(start).Seconds()
	return x, nil
}

// New returns an index without rows, for Add or, where opt.Keyed is set, AddKeyed and
// Upsert. dim is the number of columns. opt.Progress does not matter. The error is
// ErrDimension, ErrTooLarge or ErrOptions.
func New(dim int, opt Options) (*Index, error) {
	if err := opt.check(dim); err != nil {
		return nil, err
	}
	return newIndex(opt, graph.DefaultTuning, dim, &state{}), nil
}

// check returns an error where an index of dim columns cannot be made with o.
func (o Options) check(dim int) error {
	if err := o.Validate(); err != nil {
		return err
	}
	if err := checkColumns(dim); err != nil {
		return err
	}
	if o.Nominal > dim {
		return fmt.Errorf("%w: Nominal is %d, want at most the %d columns", ErrOptions, o.Nominal, dim)
	}
	return nil
}

func newIndex(opt Options, tune graph.Tuning, dim int, st *state) *Index {
	opt.Progress = nil // it was for the build alone
	sp := space{metric: opt.Metric, dim: dim, nominal: nominal{columns: opt.Nominal}}
	x := &Index{opt: opt.filled(), tune: tune, space: sp, merging: map[*segment]bool{}, mergeEnded: make(chan struct{})}
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
	if err := checkColumns(dim); err != nil {
		return err
	}
	switch {
	case len(rows) == 0:
		return ErrEmpty
	case len(rows)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole rows of %d columns", ErrDimension, len(rows), dim)
	case len(rows)/dim > graph.MaxNodes:
		return fmt.Errorf("%w: %d rows, want at most %d", ErrTooLarge, len(rows)/dim, graph.MaxNodes)
	}
	return checkFinite("row", rows, dim, threads)
}

func checkColumns(dim int) error {
	switch {
	case dim < 1:
		return fmt.Errorf("%w: %d columns, want at least 1", ErrDimension, dim)
	case dim > maxColumns:
		return fmt.Errorf("%w: %d columns, want at most %d", ErrTooLarge, dim, maxColumns)
	}
	return nil
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
