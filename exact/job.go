package exact

import (
	"context"
	"sync"

	"github.com/nngmix/nngmix/simd"
)

// Job is a search for given queries before its method is chosen: rows are checked,
// and equal ones found where that pays. It serves callers that weigh the methods
// themselves; Search does all at once. It is safe for concurrent use.
type Job struct {
	index *Index // without rows packed or a tree built
	plan  *plan
}

// NewJob prepares a search for the k rows nearest to each query, on a machine of
// which the speed is m. The caller must not change rows and queries while the Job
// or an Index of it is in use. opt.Queries is the number of distinct queries that
// its indexes will answer, where more than these are expected; opt.Method does not
// matter. The errors are those of Build and SearchBatch, but for the values of the
// queries.
func NewJob(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt Options, m Machine) (*Job, error) {
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
	return &Job{x, p}, err
}

// Index makes the index that answers by method, Brute or KDTree. Auto means the
// cheaper one. With Brute it refers to the rows of NewJob and packs them for each
// batch of queries.
func (j *Job) Index(ctx context.Context, method Method) (*Index, error) {
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
func (j *Job) Stats() Stats {
	s := j.index.stats
	s.Unique = j.index.places
	return s
}

// Queries returns the number of distinct queries by estimate, those expected
// included.
func (j *Job) Queries() float64 { return j.plan.queries }

// Prospect is what a method is thought to take.
type Prospect struct {
	Build float64 // seconds on one core before the first query
	Query float64 // seconds on one core for each distinct query; 0 where it was not estimated
	Bytes int64   // memory beside the rows of the caller
	Why   string  // why the method cannot be used or was not looked at; empty where it was
}

// Brute estimates brute force.
func (j *Job) Brute() Prospect {
	n, d := float64(j.index.places), float64(j.index.dim)
	return Prospect{Query: j.plan.brute(n, d) / max(1, j.plan.queries) / 1e9}
}

// KDTree estimates a tree, by what some of the queries visit in trees over samples
// of the rows. Where building it alone takes longer than brute force, nothing but
// that is estimated. The error is that of ctx.
func (j *Job) KDTree(ctx context.Context) (Prospect, error) {
	x := j.index
	build, query, why, err := j.plan.tree(ctx, x)
	p := Prospect{Build: build / 1e9, Query: query / 1e9, Why: why}
	if build > 0 {
		p.Bytes = 4 * (int64(x.blockCount())*int64(x.dim)*(simd.BlockRows+4) + int64(x.rows) + int64(x.places))
	}
	return p, err
}
