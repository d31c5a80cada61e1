package exact

import (
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/estimate"
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

// Stats describes an index and the time it took.
type Stats struct {
	Rows    int    // rows given
	Unique  int    // rows searched: the distinct ones where Deduped is set
	Deduped bool   // whether equal rows are searched once
	Dim     int    // columns
	Method  Method // how queries are answered: Brute or KDTree
	Reason  string // why, in one sentence
	Bytes   int64  // memory held beside the caller's rows

	DedupeSeconds float64 // finding equal rows
	BuildSeconds  float64 // everything else before the first query
	SearchSeconds float64 // queries; set by Search, 0 after Build
}

// Stats returns the description of x.
func (x *Index) Stats() Stats { return x.stats }

// Len returns the number of rows.
func (x *Index) Len() int { return x.rows }

// Dim returns the number of columns.
func (x *Index) Dim() int { return x.dim }

// Build makes an index of rows, n rows of dim columns, row-major. It keeps no
// reference to rows but a copy, under Cosine one more with rows of length 1. Where the
// queries are known already, Search is faster.
//
// The error is ErrEmpty, ErrDimension, ErrNotFinite (with the row and column),
// ErrTooLarge or ErrOptions, or that of ctx.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	x, err := newIndex(ctx, rows, dim, opt, simd.Active())
	if err != nil {
		return nil, err
	}
	return x, x.build(ctx, nil, usualK)
}

// newIndex returns an index of rows that does not hold them yet.
func newIndex(ctx context.Context, rows []float32, dim int, opt Options, level simd.Level) (*Index, error) {
	start := time.Now()
	if err := checkRows(rows, dim, opt); err != nil {
		return nil, err
	}
	kernels, err := opt.Metric.kernels(level)
	if err != nil {
		return nil, err
	}
	n := len(rows) / dim
	x := &Index{
		store:   store{metric: opt.Metric, dim: dim, nominal: opt.Nominal, rows: n, from: source{rows: rows, dim: dim}},
		opt:     opt,
		threads: parallel.Threads(opt.Threads),
		kernels: kernels,
		stats:   Stats{Rows: n, Dim: dim},
	}
	x.pool.New = func() any { return new(scratch) }
	x.squares, err = checkFinite(ctx, "row", rows, dim, opt.Metric == InnerProduct, x.threads)
	x.stats.BuildSeconds = time.Since(start).Seconds()
	return x, err
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
	case uint64(len(rows)/dim) > math.MaxUint32:
		return fmt.Errorf("%w: %d, want at most %d", ErrTooLarge, len(rows)/dim, uint32(math.MaxUint32))
	}
	return nil
}

// build stores the rows of x such that queries for k rows are answered soon. It
// lets go of the caller's rows unless the queries are given here: brute force then
// compares them with the rows where these are.
func (x *Index) build(ctx context.Context, queries []float32, k int) error {
	p, err := x.begin(ctx, queries, k, reference)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := p.chooseMethod(ctx, x); err != nil {
		return err
	}
	x.stats.BuildSeconds += time.Since(start).Seconds()
	return x.fill(ctx, p)
}

// begin finds equal rows where that pays and returns the plan for the rest.
func (x *Index) begin(ctx context.Context, queries []float32, k int, m estimate.Machine) (*plan, error) {
	start := time.Now()
	p := x.plan(queries, k, m)
	if p.dedupe {
		if err := x.dedupe(ctx); err != nil {
			return nil, err
		}
	}
	x.places = x.from.len()
	x.stats.BuildSeconds += time.Since(start).Seconds() - x.stats.DedupeSeconds
	return p, nil
}

// fill makes what the method of p needs.
func (x *Index) fill(ctx context.Context, p *plan) error {
	start := time.Now()
	x.stats.Unique, x.stats.Method, x.stats.Reason = x.places, p.method, p.reason
	if p.method == Brute && p.given != nil {
		x.from.order = x.from.byVariance(x.metric, x.nominal)
	} else if err := x.packRows(ctx, p); err != nil {
		return err
	}
	x.stats.BuildSeconds += time.Since(start).Seconds()
	return ctx.Err()
}

// packRows puts the rows into blocks.
func (x *Index) packRows(ctx context.Context, p *plan) error {
	x.blocks = make([]float32, simd.BlocksLen(x.places, x.dim))
	if p.method == KDTree {
		var items []uint32
		x.tree, items = buildTree(ctx, &x.store, x.from, x.threads)
		x.ids, x.starts = x.from.rowIDs(items)
		x.stats.Bytes = 4 * int64(len(x.tree.boxes))
	} else if err := x.from.packAll(ctx, x.blocks, x.threads); err != nil {
		return err
	}
	if x.metric == Cosine {
		if err := x.scaleAll(ctx, x.threads); err != nil {
			return err
		}
	}
	x.stats.Bytes += 4 * int64(len(x.blocks)+len(x.scaled)+len(x.ids)+len(x.starts))
	x.from = source{}
	return nil
}

// dedupe finds equal rows and uses them where they are many.
func (x *Index) dedupe(ctx context.Context) error {
	start := time.Now()
	groups, err := dedupe.Find(ctx, x.from.rows, x.dim, x.threads)
	if err != nil {
		return err
	}
	if float64(groups.Len()) < mostlyUnique*float64(x.rows) {
		x.stats.Deduped = true
		x.from.groups = groups
		x.ids, x.starts = groups.Rows, groups.Starts
	}
	x.stats.DedupeSeconds = time.Since(start).Seconds()
	return nil
}
