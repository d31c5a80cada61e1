package generate

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/nngmix/nngmix/planner"
)

// checkExplain refuses --explain where there is no plan to explain.
func (o *options) checkExplain() error {
	if o.Explain && o.Index == "" && !o.planned() {
		return errors.New("--explain tells how a search was planned: use --search auto, brute or kdtree, or hnsw with --index or --recall-target")
	}
	return nil
}

// explain prints to w where the table is, and the plan of the search.
func (o *options) explain(w io.Writer, plan *planner.Plan) {
	if o.Why != "" {
		fmt.Fprintf(w, "table     in batches: %s\n", o.Why)
	} else {
		fmt.Fprintf(w, "table     in memory: %s\n", o.Held)
	}
	if o.Why != "" && o.Method == generator.NNGMix {
		fmt.Fprintln(w, "plan      each batch is compared with all anomalies, or put into a tree where that costs less; the answer is exact")
		return
	}
	if plan == nil {
		fmt.Fprintf(w, "plan      %v searches no neighbors among the unlabeled rows\n", o.Method)
		return
	}
	fmt.Fprint(w, plan)
	if o.Index != "" && plan.Outcome.Tuned != nil {
		fmt.Fprintln(w, "          (the time of the search is with tuning)")
	}
}

// explained returns what the planner thinks of the search that index has
// answered, beside what was done and what it took. The index was asked whatever
// that is, as it is without --explain: answers do not depend on estimates.
func (o *options) explained(ctx context.Context, set *dataset.Set, index *tableindex.Index, asked tableindex.Asked) (*planner.Plan, error) {
	rows, nominal, err := generator.SearchMatrix(ctx, set.UnlabeledRows(), cli.GeneratorData(set).Columns, o.Threads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, cli.InColumn(err, set))
	}
	r := o.request(rows, len(set.Columns), asked.Queries, asked.K)
	r.Index, r.Nominal = index.Graph(), nominal
	if o.RecallTarget == 0 {
		r.Method, r.EfSearch = planner.Graph, o.EfSearch
	}
	p, err := planner.New(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("--explain: %w", err)
	}
	if r.Method == planner.Graph {
		p.Reason = "forced by --index without --recall-target: " + asked.Reason
	} else {
		p.Reason = fmt.Sprintf("--index decides: %s; the estimates are for %v: %s", asked.Reason, p.Chosen, p.Reason)
	}
	p.Outcome = outcome(asked, index.Stats().Bytes)
	p.Chosen = p.Outcome.Method
	return p, nil
}

// outcome tells what the search of an index of that many bytes took.
func outcome(asked tableindex.Asked, bytes int64) *planner.Outcome {
	out := &planner.Outcome{Method: planner.Graph, Search: asked.Seconds, Total: asked.Seconds, Bytes: bytes}
	if asked.EfSearch == 0 {
		out.Method = planner.Brute
	}
	if t := asked.Tuned; t != nil && t.EfSearch > 0 {
		out.Tuned = t
	}
	return out
}
