package planner

import (
	"cmp"
	"context"
	"fmt"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// Estimate is what a method is thought to take, on all threads.
type Estimate struct {
	Method   Method  `json:"method"`
	Possible bool    `json:"possible"`        // whether it may be chosen
	Why      string  `json:"why,omitempty"`   // why not, or why parts were not estimated
	Build    float64 `json:"build_seconds"`   // before the first query
	Search   float64 `json:"search_seconds"`  // all queries, those to come included; for a graph with tuning
	Total    float64 `json:"total_seconds"`   // both
	Bytes    int64   `json:"bytes,omitempty"` // memory of the index

	query float64 // of Search, for one distinct query
}

// Plan is a request with what the methods are thought to take for it.
type Plan struct {
	Estimates []Estimate `json:"estimates"` // of Brute, KDTree and Graph
	Chosen    Method     `json:"chosen"`
	Reason    string     `json:"reason"` // why, in one sentence
	Rows      int        `json:"rows"`
	Unique    int        `json:"unique"`  // rows searched: the distinct ones where looking for them pays
	Queries   int        `json:"queries"` // distinct ones, those to come included, by estimate
	Machine   Machine    `json:"machine"`
	Outcome   *Outcome   `json:"outcome,omitempty"` // of Run

	request  Request
	job      job
	progress *progress
	threads  float64
	count    int            // queries given
	distinct []float32      // the different ones of them
	groups   *dedupe.Groups // the queries equal to each of these; nil where all differ

	built        *ann.Index // by an estimate, of all rows; else nil
	buildSeconds float64    // what that took
}

// New estimates what each method takes for a request and chooses one. It checks
// the rows and finds equal ones, which exact search needs anyway, and looks closer
// at a method the more is at stake: a choice that saves no time costs none.
//
// The caller must not change Rows and Queries before Run has returned. The error is
// ErrRequest, those of exact.Build and SearchBatch, or that of ctx.
func New(ctx context.Context, r Request) (*Plan, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if r.Dim < 1 {
		return nil, fmt.Errorf("%w: %d columns, want at least 1", exact.ErrDimension, r.Dim)
	}
	if err := simd.Err(); err != nil {
		return nil, err
	}
	r.Recall = cmp.Or(r.Recall, 1)
	if r.Machine == (Machine{}) {
		r.Machine = ThisMachine()
	}
	p := &Plan{request: r, Machine: r.Machine, threads: float64(parallel.Threads(r.Threads)), progress: &progress{report: r.Progress}}
	if err := p.findDistinct(ctx); err != nil {
		return nil, err
	}
	opt := exact.Options{Metric: r.Metric, Nominal: r.Nominal, Threads: r.Threads, Progress: p.progress.part()}
	if r.Reuse > 0 {
		opt.Queries = r.Reuse + p.asked()
	}
	var err error
	if p.job, err = newJob(ctx, r.Rows, r.Dim, p.distinct, r.K, opt, r.Machine); err != nil {
		return nil, err
	}
	s := p.job.Stats()
	p.Rows, p.Unique, p.Queries = s.Rows, s.Unique, int(p.job.Queries())
	return p, p.choose(ctx)
}

// findDistinct sets the distinct queries. Few, and queries of which few are equal,
// are left as they are, as are those that newJob is to refuse.
func (p *Plan) findDistinct(ctx context.Context) error {
	r := &p.request
	p.distinct = r.Queries
	if r.Dim < 1 || len(r.Queries)%r.Dim != 0 {
		return nil
	}
	p.count = len(r.Queries) / r.Dim
	if p.count > fewQueries {
		groups, err := dedupe.Find(ctx, r.Queries, r.Dim, parallel.Threads(r.Threads))
		if err != nil {
			return err
		}
		if float64(groups.Len()) < mostlyDistinct*float64(p.count) {
			p.groups = groups
			p.distinct = make([]float32, 0, groups.Len()*r.Dim)
			for i := range groups.Len() {
				p.distinct = append(p.distinct, r.Queries[groups.First(i)*r.Dim:][:r.Dim]...)
			}
		}
	}
	p.progress.total = p.asked()
	return nil
}

// Limits of findDistinct.
const (
	fewQueries     = 64
	mostlyDistinct = 0.9
)

// asked returns how many queries are answered.
func (p *Plan) asked() int { return len(p.distinct) / p.request.Dim }

// choose fills the estimates and chooses.
func (p *Plan) choose(ctx context.Context) error {
	p.Estimates = []Estimate{p.brute()}
	tree, err := p.tree(ctx)
	if err != nil {
		return err
	}
	p.Estimates = append(p.Estimates, tree)
	graph, err := p.graph(ctx)
	if err != nil {
		return err
	}
	p.Estimates = append(p.Estimates, graph)
	if p.Chosen = p.request.Method; p.Chosen != Auto {
		p.Reason = "the request asks for it"
		return nil
	}
	best := p.best(Auto)
	p.Chosen = best.Method
	p.Reason = p.comparison(best)
	return nil
}

// estimate returns the estimate of m.
func (p *Plan) estimate(m Method) *Estimate { return &p.Estimates[m-Brute] }

// best returns the cheapest method that may be chosen, other than except.
func (p *Plan) best(except Method) *Estimate {
	var best *Estimate
	for i := range p.Estimates {
		if e := &p.Estimates[i]; e.Possible && e.Method != except && (best == nil || e.Total < best.Total) {
			best = e
		}
	}
	return best
}

// comparison says in one sentence why best was chosen.
func (p *Plan) comparison(best *Estimate) string {
	next := p.best(best.Method)
	if next == nil {
		return "nothing else can be used or is worth a look"
	}
	return fmt.Sprintf("about %s, and %v %s", seconds(best.Total), next.Method, seconds(next.Total))
}

// brute estimates brute force, which is always possible.
func (p *Plan) brute() Estimate {
	e := Estimate{Method: Brute, Possible: true, query: p.job.Brute().Query / p.threads}
	return p.sum(e)
}

// tree estimates a tree.
func (p *Plan) tree(ctx context.Context) (Estimate, error) {
	e := Estimate{Method: KDTree}
	prospect, err := p.job.KDTree(ctx)
	if err != nil {
		return e, err
	}
	e.Build, e.query, e.Bytes, e.Why = prospect.Build/p.threads, prospect.Query/p.threads, prospect.Bytes, prospect.Why
	e.Possible = e.Why == "" && p.fits(&e)
	return p.sum(e), nil
}

// fits tells whether the index of e may take its memory, and notes it where not.
func (p *Plan) fits(e *Estimate) bool {
	if limit := p.request.MemoryCap; limit > 0 && e.Bytes > limit {
		e.Why = fmt.Sprintf("it takes %s of memory, and %s is the limit", bytes(e.Bytes), bytes(limit))
		return false
	}
	return true
}

// sum completes e.
func (p *Plan) sum(e Estimate) Estimate {
	e.Search += e.query * p.job.Queries()
	e.Total = e.Build + e.Search
	return e
}

// progress adds up what searches report.
type progress struct {
	report func(done, total int)
	before int // queries answered by earlier searches
	total  int
}

// part returns what a search of some of the queries is to report to.
func (g *progress) part() func(done, total int) {
	if g.report == nil {
		return nil
	}
	return func(done, _ int) { g.report(g.before+done, g.total) }
}
