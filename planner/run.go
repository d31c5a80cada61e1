package planner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// Outcome tells what Run did.
type Outcome struct {
	Method  Method     `json:"method"` // that answered, or most of the queries
	Reason  string     `json:"reason"` // why it was not the chosen one; empty where it was
	Build   float64    `json:"build_seconds"`
	Tune    float64    `json:"tune_seconds"`
	Search  float64    `json:"search_seconds"`
	Prepare float64    `json:"prepare_seconds"` // checking rows and finding equal ones, by New
	Dedupe  float64    `json:"dedupe_seconds"`  // of Prepare: finding equal rows
	Total   float64    `json:"total_seconds"`   // of New, its estimates apart, and Run
	Bytes   int64      `json:"index_bytes"`     // memory of the index
	Tuned   *ann.Tuned `json:"tuned,omitempty"` // of the graph

	// The index that answered, for further queries: a graph with Tuned.EfSearch, or
	// an exact one, which may refer to the rows of the request.
	Graph *ann.Index   `json:"-"`
	Exact *exact.Index `json:"-"`
}

// switchRatio is how many times longer than predicted the first queries must take
// for another method to be thought of.
const switchRatio = 1.5

// Run answers the queries by the chosen method. Where the first of them take much
// longer than predicted, and another method answers the next in less, it goes on
// with that. A graph that does not reach the recall target
// answers nothing. The error is one of the search, or that of ctx.
func (p *Plan) Run(ctx context.Context) (*exact.Result, Outcome, error) {
	start := time.Now()
	r := &run{Plan: p}
	p.progress.before = 0
	err := r.use(ctx, p.Chosen)
	if err == nil {
		err = r.answerAll(ctx)
	}
	if err != nil {
		return nil, Outcome{}, err
	}
	s := p.job.Stats()
	r.out.Prepare, r.out.Dedupe = s.BuildSeconds+s.DedupeSeconds, s.DedupeSeconds
	r.out.Total = r.out.Prepare + time.Since(start).Seconds()
	if r.out.Graph != nil && r.out.Graph == r.built {
		r.out.Total += r.buildSeconds
	}
	p.Outcome = &r.out
	return p.expand(r.res), r.out, nil
}

// run is one Run.
type run struct {
	*Plan
	out    Outcome
	res    *exact.Result
	search func(ctx context.Context, queries []float32) (*exact.Result, error)
}

// use makes what m needs and sets search.
func (r *run) use(ctx context.Context, m Method) error {
	r.out.Method = m
	if m == Graph {
		return r.useGraph(ctx)
	}
	start := time.Now()
	x, err := r.job.Index(ctx, map[Method]exact.Method{Brute: exact.Brute, KDTree: exact.KDTree}[m])
	if err != nil {
		return err
	}
	r.out.Exact, r.out.Graph, r.out.Bytes = x, nil, x.Stats().Bytes
	r.out.Build += time.Since(start).Seconds()
	r.search = func(ctx context.Context, queries []float32) (*exact.Result, error) {
		return x.SearchBatch(ctx, queries, r.request.K, exact.SearchOptions{})
	}
	return nil
}

// useGraph builds a graph unless there is one, tunes it if need be, and falls back to exact
// search where it cannot be used.
func (r *run) useGraph(ctx context.Context) error {
	q := &r.request
	x := q.Index
	if x == nil && r.built != nil {
		x, r.out.Build = r.built, r.buildSeconds
	}
	start := time.Now()
	if x == nil {
		opt := q.Build
		opt.Metric, opt.Nominal, opt.Threads = q.Metric, q.Nominal, q.Threads
		var err error
		x, err = ann.Build(ctx, q.Rows, q.Dim, opt)
		if errors.Is(err, ann.ErrTooLarge) {
			return r.give(ctx, r.best(Graph), err.Error())
		} else if err != nil {
			return err
		}
	}
	r.out.Build += time.Since(start).Seconds()
	r.out.Graph, r.out.Exact, r.out.Bytes = x, nil, x.Stats().Bytes
	ef := q.EfSearch
	if ef == 0 {
		tuned, err := r.tune(ctx, x)
		if err != nil {
			return err
		}
		if !tuned.Met {
			return r.give(ctx, r.best(Graph), fmt.Sprintf("no search of the graph up to ef %d reached recall %v", tuned.EfSearch, q.Recall))
		}
		ef = tuned.EfSearch
	}
	r.search = func(ctx context.Context, queries []float32) (*exact.Result, error) {
		res, err := x.SearchBatch(ctx, queries, q.K, ann.SearchOptions{EfSearch: ef, Threads: q.Threads})
		if n := len(queries) / q.Dim; err == nil && q.Progress != nil {
			r.progress.part()(n, n)
		}
		return res, err
	}
	return nil
}

// tune finds out how wide searches of x have to be.
func (r *run) tune(ctx context.Context, x *ann.Index) (ann.Tuned, error) {
	q := &r.request
	start := time.Now()
	opt := q.Tune
	opt.Threads = q.Threads
	tuned, err := x.Tune(ctx, q.Queries, q.K, q.Recall, opt)
	r.out.Tune += time.Since(start).Seconds()
	r.out.Tuned = &tuned
	return tuned, err
}

// give goes on with another method for a reason.
func (r *run) give(ctx context.Context, to *Estimate, reason string) error {
	r.out.Reason = reason
	return r.use(ctx, to.Method)
}

// answerAll answers all distinct queries, the first ones before the others where
// that may save time.
func (r *run) answerAll(ctx context.Context) (err error) {
	first := r.first()
	if first == 0 {
		r.res, err = r.timed(ctx, r.distinct)
		return err
	}
	r.res = newResult(r.asked(), min(r.request.K, r.Rows))
	var parts [3][]int // two samples and the others
	for i, next := 0, 0; i < r.asked(); i++ {
		part := 2
		if next < 2*first && i == next*r.asked()/(2*first) {
			part = next % 2
			next++
		}
		parts[part] = append(parts[part], i)
	}
	before := r.out.Search
	if err := r.answer(ctx, parts[0]); err != nil {
		return err
	}
	if err := r.reconsider(ctx, r.out.Search-before, parts[0], parts[1], len(parts[2])); err != nil {
		return err
	}
	return r.answer(ctx, parts[2])
}

func newResult(queries, k int) *exact.Result {
	return &exact.Result{K: k, IDs: make([]uint32, queries*k), Distances: make([]float64, queries*k), Counts: make([]int32, queries)}
}

// expand returns the neighbors of all queries from those of the distinct ones.
func (p *Plan) expand(res *exact.Result) *exact.Result {
	if p.groups == nil {
		return res
	}
	all := newResult(p.count, res.K)
	for i := range p.groups.Len() {
		for _, q := range p.groups.Rows[p.groups.Starts[i]:p.groups.Starts[i+1]] {
			put(all, int(q), res, i)
		}
	}
	return all
}

// put makes the neighbors of query from of src those of query to of dst.
func put(dst *exact.Result, to int, src *exact.Result, from int) {
	ids, distances := src.Of(from)
	copy(dst.IDs[to*dst.K:], ids)
	copy(dst.Distances[to*dst.K:], distances)
	dst.Counts[to] = src.Counts[from]
}

// first returns how many queries are answered before the choice is looked at
// again; 0 where it is not.
func (r *run) first() int {
	most := 512 * int(r.threads) // what brute force takes through the rows at once
	if r.request.Method != Auto || r.asked() < 16*most {
		return 0
	}
	return max(most, r.asked()/100)
}

// answer answers the queries at positions.
func (r *run) answer(ctx context.Context, positions []int) error {
	dim := r.request.Dim
	queries := make([]float32, 0, len(positions)*dim)
	for _, q := range positions {
		queries = append(queries, r.distinct[q*dim:][:dim]...)
	}
	part, err := r.timed(ctx, queries)
	if err != nil {
		return err
	}
	for i, q := range positions {
		put(r.res, q, part, i)
	}
	r.progress.before += len(positions)
	return nil
}

// timed searches and takes note of the time.
func (r *run) timed(ctx context.Context, queries []float32) (*exact.Result, error) {
	start := time.Now()
	res, err := r.search(ctx, queries)
	r.out.Search += time.Since(start).Seconds()
	return res, err
}

// reconsider is told what the queries in asked took, and answers those in next. Where
// it was much longer than predicted, next are answered by the method that would be
// done with the others sooner, if there is one; the faster of both goes on. So a
// machine that is busy, which slows every method, is not taken for a wrong choice.
func (r *run) reconsider(ctx context.Context, took float64, asked, next []int, others int) error {
	some := float64(len(asked))
	expected := r.estimate(r.out.Method).query * some
	to := r.best(r.out.Method)
	stay := took / some * float64(others)
	if took < switchRatio*expected || to == nil || r.out.Reason != "" || to.Total-2*to.query*some > stay/1.2 {
		return r.answer(ctx, next)
	}
	search, out := r.search, r.out
	if err := r.give(ctx, to, ""); err != nil {
		return err
	}
	before := r.out.Search
	if err := r.answer(ctx, next); err != nil {
		return err
	}
	tried := r.out.Search - before
	if tried > took {
		out.Build, out.Tune, out.Search = r.out.Build, r.out.Tune, r.out.Search
		r.search, r.out = search, out
		return nil
	}
	r.out.Reason = fmt.Sprintf("%d queries took %s by %v, which was thought to take %s, and the next %s by %v",
		len(asked), seconds(took), out.Method, seconds(expected), seconds(tried), r.out.Method)
	return nil
}
