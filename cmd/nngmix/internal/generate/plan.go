package generate

import (
	"context"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/nngmix/nngmix/planner"
)

// planned tells whether the planner carries out the search that --search and
// --index name.
func (o *options) planned() bool {
	return o.Index == "" && (o.SearchName != "hnsw" || o.RecallTarget > 0 && o.RecallTarget < 1) && o.SearchName != "coder-hnsw"
}

// planEngine returns the generator's engine that plans its search by method. It
// tells the plan and what it came to in a *planner.Plan.
//
// Without --recall-target the answer is exact, so that the output depends on
// the options alone. With it, auto may choose a graph, by the speed of the
// machine.
func (o *options) planEngine(method planner.Method) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		r := o.request(rows, dim, queries, k)
		r.Method, r.Nominal, r.Progress = method, nominal, o.Progress
		if method != planner.Auto && method != planner.Graph {
			r.Recall = 1
		}
		p, err := planner.New(ctx, r)
		if err != nil {
			return nil, generator.SearchStats{}, err
		}
		res, out, err := p.Run(ctx)
		stats := generator.SearchStats{Method: out.Method.String(), Reason: p.Reason, DedupeSeconds: out.Dedupe, Bytes: out.Bytes, Detail: p}
		if out.Reason != "" {
			stats.Reason = out.Reason
		}
		if p.Unique < p.Rows {
			stats.Unique = p.Unique
		}
		return res, stats, err
	}
}

// request is what the options ask of the planner.
func (o *options) request(rows []float32, dim int, queries []float32, k int) planner.Request {
	r := planner.DefaultRequest()
	r.Rows, r.Dim, r.Queries, r.K, r.Threads = rows, dim, queries, k, o.Threads
	r.Build = o.GraphFlags.Options(exact.L2Squared, o.Seed, o.Threads)
	r.Tune.Seed, r.Tune.MaxEf = o.Seed, tableindex.MaxEf(len(rows))
	if o.RecallTarget > 0 {
		r.Recall = o.RecallTarget
	}
	return r
}
