package planner

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// String returns the plan as a table of what each method is thought to take, with
// the choice and, after Run, what was measured.
func (p *Plan) String() string {
	var b strings.Builder
	r := &p.request
	goal := fmt.Sprintf("recall %v", r.Recall)
	if r.EfSearch > 0 {
		goal = fmt.Sprintf("ef %d", r.EfSearch)
	}
	fmt.Fprintf(&b, "plan      %d rows (%d to be searched) of %d columns, %d queries (about %d distinct), k %d, %s, %v thread(s)\n",
		p.Rows, p.Unique, r.Dim, p.count, p.Queries, r.K, goal, p.threads)
	fmt.Fprintf(&b, "machine   kernels %.2f and other code %.2f times the reference's time\n", p.Machine.Kernels, p.Machine.Code)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "method\tbuild\tsearch\ttotal\tmemory\t\n")
	for _, e := range p.Estimates {
		switch {
		case e.Total == 0:
			fmt.Fprintf(w, "%v\t-\t-\t-\t-\t  %s\n", e.Method, e.Why)
		case e.Search == 0:
			fmt.Fprintf(w, "%v\t%s\t-\t-\t%s\t  %s\n", e.Method, seconds(e.Build), bytes(e.Bytes), e.Why)
		default:
			fmt.Fprintf(w, "%v\t%s\t%s\t%s\t%s\t  %s\n", e.Method, seconds(e.Build), seconds(e.Search), seconds(e.Total), bytes(e.Bytes), e.Why)
		}
	}
	w.Flush()
	fmt.Fprintf(&b, "chosen    %v: %s\n", p.Chosen, p.Reason)
	if o := p.Outcome; o != nil {
		fmt.Fprintf(&b, "measured  %v: prepare %s, build %s, tune %s, search %s, total %s, memory %s\n", o.Method,
			seconds(o.Prepare), seconds(o.Build), seconds(o.Tune), seconds(o.Search), seconds(o.Total), bytes(o.Bytes))
		if o.Reason != "" {
			fmt.Fprintf(&b, "changed   to %v: %s\n", o.Method, o.Reason)
		}
		if o.Tuned != nil {
			fmt.Fprintf(&b, "tuned     ef %d: recall %.4f, at least %.4f, on %d queries\n", o.Tuned.EfSearch, o.Tuned.Recall, o.Tuned.LowerBound, o.Tuned.Queries)
		}
	}
	return b.String()
}

// seconds returns a time as people read it.
func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.3g ms", s*1e3)
	}
	return fmt.Sprintf("%.3g s", s)
}

// bytes returns a size as people read it.
func bytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.3g kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.4g MB", float64(n)/(1<<20))
}
