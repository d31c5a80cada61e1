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

// Index answers queries about the rows of a table. It is safe for concurrent use.
type Index struct {
	store
	opt     Options
	threads int
	kernels *simd.Kernels
	tree    *tree   // nil: every query is compared with every place
	squares float64 // not below the sum of squares of any row
	stats   Stats
	pool    sync.Pool // of *scratch
}

// Stats describes an index.
type Stats struct {
	Rows          int     // rows given to Build
	Unique        int     // rows stored: the distinct ones, or all where Deduped is false
	Deduped       bool    // whether equal rows were looked for
	Dim           int     // columns
	Method        Method  // how queries are answered: Brute or KDTree
	Reason        string  // why, in one sentence
	DedupeSeconds float64 // finding equal rows
	BuildSeconds  float64 // everything else in Build
	Bytes         int64   // memory held
}

// Stats returns the description of x.
func (x *Index) Stats() Stats { return x.stats }

// Build makes an index of rows, n rows of dim columns, row-major. It keeps no
// reference to rows.
//
// The error is ErrEmpty, ErrDimension, ErrNotFinite (with the row and column),
// ErrTooLarge or ErrOptions, or that of ctx.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	return build(ctx, rows, dim, opt, simd.Active())
}

func build(ctx context.Context, rows []float32, dim int, opt Options, level simd.Level) (*Index, error) {
	start := time.Now()
	if err := checkRows(rows, dim, opt); err != nil {
		return nil, err
	}
	kernels, err := opt.Metric.kernels(level)
	if err != nil {
		return nil, err
	}
	x := &Index{
		store:   store{metric: opt.Metric, dim: dim, nominal: opt.Nominal, rows: len(rows) / dim},
		opt:     opt,
		threads: parallel.Threads(opt.Threads),
		kernels: kernels,
	}
	x.pool.New = func() any { return new(scratch) }
	if x.squares, err = checkFinite(ctx, "row", rows, dim, opt.Metric == InnerProduct, x.threads); err != nil {
		return nil, err
	}
	if err := x.fill(ctx, rows); err != nil {
		return nil, err
	}
	x.stats.BuildSeconds = time.Since(start).Seconds() - x.stats.DedupeSeconds
	return x, nil
}

// fill puts rows into the store.
func (x *Index) fill(ctx context.Context, rows []float32) error {
	x.stats = Stats{Rows: x.rows, Dim: x.dim, Method: x.opt.Method}
	from := source{rows: rows, dim: x.dim}
	start := time.Now()
	groups, err := dedupe.Find(ctx, rows, x.dim, x.threads)
	if err != nil {
		return err
	}
	if 10*groups.Len() < 9*x.rows {
		x.stats.Deduped = true
		from.groups = groups
	}
	x.stats.DedupeSeconds = time.Since(start).Seconds()
	x.places = from.len()
	x.blocks = make([]float32, simd.BlocksLen(x.places, x.dim))
	if x.opt.Method == KDTree {
		var items []uint32
		x.tree, items = buildTree(&x.store, from, x.threads)
		x.ids, x.starts = from.rowIDs(items)
	} else {
		x.stats.Method = Brute
		if err := from.pack(ctx, x.blocks, x.threads); err != nil {
			return err
		}
		if from.groups != nil {
			x.ids, x.starts = from.groups.Rows, from.groups.Starts
		}
	}
	x.stats.Unique = x.places
	x.stats.Bytes = 4 * int64(len(x.blocks)+len(x.ids)+len(x.starts))
	if x.tree != nil {
		x.stats.Bytes += 4 * int64(len(x.tree.boxes))
	}
	return nil
}

// checkRows returns an error where rows cannot be the rows of an index.
func checkRows(rows []float32, dim int, opt Options) error {
	if err := opt.Validate(); err != nil {
		return err
	}
	switch {
	case dim < 1:
		return fmt.Errorf("%w: %d columns, want at least 1", ErrDimension, dim)
	case opt.Nominal > dim:
		return fmt.Errorf("%w: Nominal is %d, want at most the %d columns", ErrOptions, opt.Nominal, dim)
	case len(rows) == 0:
		return ErrEmpty
	case len(rows)%dim != 0:
		return fmt.Errorf("%w: %d values are no whole rows of %d columns", ErrDimension, len(rows), dim)
	case len(rows)/dim > math.MaxUint32:
		return fmt.Errorf("%w: %d, want at most %d", ErrTooLarge, len(rows)/dim, uint32(math.MaxUint32))
	}
	return nil
}
