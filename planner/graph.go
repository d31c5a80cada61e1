package planner

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/nngmix/nngmix/ann"
)

// Costs of a graph with default options on the reference machine, in seconds on
// one core. They decide only whether a graph is worth a closer look; then one is
// built over a sample.
const (
	costLink       = 15.5e-6 // building, for a row ...
	costLinkColumn = 0.1e-6  // ... and for each of its columns
	costEnter      = 1.6e-6  // a query, before the walk ...
	costColumn     = 13e-9   // ... for each of its columns
	costHop        = 0.15e-6 // ... and for each row that the walk keeps track of
	costCopy       = 1e-9    // a column of a row, copied for the truth of Tune

	costRows   = 10_000 // the rows of the tables where they were measured
	buildPower = 0.15   // cost of a row by the number of rows
	queryPower = 0.2    // cost of a hop by the number of rows
	efPower    = 0.4    // width of a search of equal recall by the number of rows

	usualEf   = 16 // where nothing is known
	tuneTries = 5  // searches of the sample by Tune
)

// graph estimates a graph.
func (p *Plan) graph(ctx context.Context) (Estimate, error) {
	r := &p.request
	e := Estimate{Method: Graph}
	if r.Recall == 1 && r.EfSearch == 0 {
		e.Why = "the recall target is 1"
		return e, nil
	}
	e.Bytes = p.graphBytes()
	e.Possible = p.fits(&e)
	w := p.guess()
	if r.EfSearch > 0 { // there is nothing to tune
		e.Build, e.query = w.build/p.threads, w.query/p.threads
		return p.sum(e), nil
	}
	sample := r.Tune.SampleSize(r.Recall)
	truth := min(float64(sample), p.job.Queries()) * p.best0()
	tuning := func() float64 {
		return truth + (float64(p.Unique)*float64(r.Dim)*costCopy*r.Machine.Code+tuneTries*float64(sample)*w.query)/p.threads
	}
	fill := func() {
		e.Build, e.query, e.Search = w.build/p.threads, w.query/p.threads, tuning()
		e = p.sum(e)
	}
	fill()
	switch {
	case p.asked() <= sample && r.Reuse == 0:
		e.Possible = false
		e.Why = fmt.Sprintf("%d queries are too few: %d exact answers are needed to know the recall", p.asked(), sample)
	case r.Method == Auto && e.Possible && p.doubtful(&e):
		if err := p.probe(ctx, &w); err != nil {
			return e, err
		}
		if fill(); w.unreachable {
			e.Possible, e.Why = false, "no search of a graph of a sample of the rows reached the recall target"
		}
	}
	return e, nil
}

// doubtful tells whether a closer look at a graph may change the choice. Where the guess
// says that a graph takes less than 0.7 of the time of exact search it is believed, since
// Run answers exactly after all where the graph does not reach the target. One look at
// a graph that is there already costs next to nothing.
func (p *Plan) doubtful(guess *Estimate) bool {
	best := p.best(Graph).Total
	return guess.Total < 1.2*best && (guess.Total > 0.7*best || p.request.Index != nil)
}

// best0 returns what the cheapest exact method takes for a query.
func (p *Plan) best0() float64 { return p.best(Graph).query }

// graphBytes estimates the memory of a graph.
func (p *Plan) graphBytes() int64 {
	if p.request.Index != nil {
		return p.request.Index.Stats().Bytes
	}
	r := &p.request
	columns := int64(p.vectorColumns()+15) / 16 * 16
	if r.Nominal > 0 {
		columns += int64(r.Dim) + 1 // the rows themselves
	}
	return int64(p.Unique)*(4*columns+8*int64(r.Build.M)+4) + 4*int64(p.Rows)
}

// vectorColumns returns about how many columns the vectors of a graph have, where
// nominal columns have one for each category, up to a limit.
func (p *Plan) vectorColumns() int {
	r := &p.request
	if r.Nominal == 0 {
		return r.Dim
	}
	const most, mostOfAll = 64, 1024
	greatest := make([]float32, r.Nominal)
	for i := r.Dim; i <= len(r.Rows); i += r.Dim {
		for j, code := range r.Rows[i-r.Nominal : i] {
			greatest[j] = max(greatest[j], min(code, most-1))
		}
	}
	all := r.Nominal
	for _, code := range greatest {
		all += int(code)
	}
	return r.Dim - r.Nominal + min(all, max(mostOfAll, 2*r.Nominal))
}

// work is what a graph is thought to take, in seconds on one core.
type work struct {
	build, query float64
	unreachable  bool // no search found enough
}

// guess estimates a graph from the sizes alone.
func (p *Plan) guess() work {
	r, n, d := &p.request, float64(p.Unique), float64(p.vectorColumns())
	grown := func(power float64) float64 { return math.Pow(max(1, n/costRows), power) * r.Machine.Code }
	w := work{query: (costEnter+costColumn*d)*grown(queryPower) + costHop*float64(cmp.Or(r.EfSearch, usualEf))*grown(queryPower)}
	if r.Index == nil {
		effort := 0.5 + float64(r.Build.EfConstruction)/128
		w.build = n * (costLink + costLinkColumn*d) * grown(buildPower) * effort
	}
	return w
}

// Limits of a probe.
const (
	probeShare   = 0.03 // of the time of the cheapest exact method is what a probe is to cost ...
	probeMost    = 0.1  // ... and what it may cost
	probeRows    = 3000 // fewer say little of a graph
	probeQueries = 64
)

// probe replaces w by what a graph of a sample of the rows takes, where the
// sample can be large enough for the time at stake, or by what the given one does.
// A sample of all rows is kept for Run.
func (p *Plan) probe(ctx context.Context, w *work) (err error) {
	r := &p.request
	if r.Index != nil {
		w.query, err = p.timeOf(ctx, r.Index, usualEf)
		return err
	}
	count := p.probeCount(w.build / float64(p.Unique) / p.threads)
	if count == 0 {
		return nil
	}
	opt := r.Build
	opt.Metric, opt.Nominal, opt.Threads, opt.Progress = r.Metric, r.Nominal, r.Threads, nil
	start := time.Now()
	x, err := ann.Build(ctx, spread(r.Rows, r.Dim, count), r.Dim, opt)
	if err != nil {
		w.unreachable = true // such values have no graph; exact search says what is wrong with them
		return ctx.Err()
	}
	build := time.Since(start).Seconds() * p.threads
	grown := float64(p.Unique) / float64(x.Stats().Unique)
	if count == p.Rows {
		p.built, p.buildSeconds, grown = x, build/p.threads, 1
	}
	w.build = build * math.Pow(grown, 1+buildPower)
	tune := r.Tune
	tune.Threads = r.Threads
	tuned, err := x.Tune(ctx, spread(r.Queries, r.Dim, tune.SampleSize(r.Recall)), r.K, r.Recall, tune)
	if err != nil {
		return err
	}
	w.unreachable = !tuned.Met
	query, err := p.timeOf(ctx, x, tuned.EfSearch)
	w.query = query * math.Pow(grown, queryPower+efPower)
	return err
}

// probeCount returns how many rows are worth a graph where each takes some seconds;
// 0 where none are.
func (p *Plan) probeCount(each float64) int {
	stake := p.best(Graph).Total
	least := min(probeRows, p.Unique)
	if float64(least)*each > probeMost*stake {
		return 0
	}
	count := max(least, int(probeShare*stake/each))
	switch {
	case count >= p.Unique:
		return p.Rows
	case 2*count > p.Rows:
		return p.Rows / 2
	}
	return count
}

// timeOf returns the seconds on one core of a search of width ef for one of the
// queries.
func (p *Plan) timeOf(ctx context.Context, x *ann.Index, ef int) (float64, error) {
	some := spread(p.distinct, p.request.Dim, probeQueries)
	best := math.Inf(1)
	for range 2 { // the first one finds nothing in the caches
		start := time.Now()
		if _, err := x.SearchBatch(ctx, some, p.request.K, ann.SearchOptions{EfSearch: ef, Threads: 1}); err != nil {
			return 0, err
		}
		best = min(best, time.Since(start).Seconds())
	}
	return best / float64(len(some)/p.request.Dim), nil
}

// spread returns count rows spread evenly, or all where they are fewer.
func spread(rows []float32, dim, count int) []float32 {
	n := len(rows) / dim
	if n <= count {
		return rows
	}
	some := make([]float32, 0, count*dim)
	for i := range count {
		some = append(some, rows[i*n/count*dim:][:dim]...)
	}
	return some
}
