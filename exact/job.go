package exact

import (
	"context"
	"sync"

	"github.com/nngmix/nngmix/internal/estimate"
	"github.com/nngmix/nngmix/simd"
)

// job is a search for given queries before its method is chosen: rows are checked,
// and equal ones found where that pays. It serves package planner, which weighs the
// methods itself; Search does all at once. It is safe for concurrent use.
type job struct {
	index *Index // without rows packed or a tree built
	plan  *plan
}

func init() {
	estimate.NewJob = func(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt any, m estimate.Machine) (any, error) {
		return newJob(ctx, rows, dim, queries, k, opt.(Options), m)
	}
}

// newJob is what estimate.NewJob says.
func newJob(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt Options, m estimate.Machine) (*job, error) {
	opt.Method = Auto
	x, err := newIndex(ctx, rows, dim, opt, simd.Active())
	if err != nil {
		return nil, err
	}
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	if queries == nil {
		queries = []float32{}
	}
	p, err := x.begin(ctx, queries, k, m)
	return &job{x, p}, err
}

// Index makes the index that answers by method, Brute or KDTree. Auto means the
// cheaper one. With Brute it refers to the rows of newJob and packs them for each
// batch of queries.
func (j *job) Index(ctx context.Context, method Method) (*Index, error) {
	x := &Index{store: j.index.store, opt: j.index.opt, threads: j.index.threads, kernels: j.index.kernels,
		squares: j.index.squares, stats: j.index.stats, pool: sync.Pool{New: j.index.pool.New}}
	p := *j.plan
	x.opt.Method = method
	if err := x.opt.Validate(); err != nil {
		return nil, err
	}
	if err := p.chooseMethod(ctx, x); err != nil {
		return nil, err
	}
	return x, x.fill(ctx, &p)
}

// Stats returns what is known before the method is chosen.
func (j *job) Stats() Stats {
	s := j.index.stats
	s.Unique = j.index.places
	return s
}

// Queries returns the number of distinct queries by estimate, those expected
// included.
func (j *job) Queries() float64 { return j.plan.queries }

// Brute estimates brute force.
func (j *job) Brute() estimate.Prospect {
	n, d := float64(j.index.places), float64(j.index.dim)
	return estimate.Prospect{Query: j.plan.brute(n, d) / max(1, j.plan.queries) / 1e9}
}

// KDTree estimates a tree, by what some of the queries visit in trees over samples
// of the rows. Where building it alone takes longer than brute force, nothing but
// that is estimated. The error is that of ctx.
func (j *job) KDTree(ctx context.Context) (estimate.Prospect, error) {
	x := j.index
	build, query, why, err := j.plan.tree(ctx, x)
	p := estimate.Prospect{Build: build / 1e9, Query: query / 1e9, Why: why}
	if build > 0 {
		p.Bytes = 4 * (int64(x.blockCount())*int64(x.dim)*(simd.BlockRows+4) + int64(x.rows) + int64(x.places))
	}
	return p, err
}
