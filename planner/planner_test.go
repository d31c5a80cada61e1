package planner

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

var reference = Machine{Kernels: 1, Code: 1}

// request returns a request for the neighbors of some of the rows around a few
// centers among the others.
func request(n, queries, dim int) Request {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, 0, (n+queries)*dim)
	centers := make([]float32, 20*dim)
	for i := range centers {
		centers[i] = r.Float32()
	}
	for range n + queries {
		for _, c := range centers[r.IntN(20)*dim:][:dim] {
			values = append(values, c+0.1*float32(r.NormFloat64()))
		}
	}
	q := DefaultRequest()
	q.Rows, q.Queries, q.Dim, q.K, q.Machine = values[:n*dim], values[n*dim:], dim, 10, reference
	return q
}

// nominal makes the last column of r a nominal one of so many categories.
func nominal(r *Request, categories int) {
	r.Nominal = 1
	for _, rows := range [][]float32{r.Rows, r.Queries} {
		for i := r.Dim - 1; i < len(rows); i += r.Dim {
			rows[i] = float32(int(1000*math.Abs(float64(rows[i]))) % categories)
		}
	}
}

func mustPlan(t *testing.T, r Request) *Plan {
	t.Helper()
	p, err := New(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustRun(t *testing.T, p *Plan) (*exact.Result, Outcome) {
	t.Helper()
	res, out, err := p.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return res, out
}

func truth(t *testing.T, r Request) *exact.Result {
	t.Helper()
	res, _, err := exact.Search(t.Context(), r.Rows, r.Dim, r.Queries, r.K, exact.Options{Metric: r.Metric, Nominal: r.Nominal})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestExactAnswersDoNotDependOnTheChoice answers one request by each exact method,
// on machines of other speeds, and with another number of threads.
func TestExactAnswersDoNotDependOnTheChoice(t *testing.T) {
	r := request(9000, 5000, 3)
	r.Queries = append(r.Queries, r.Queries[:3*2000]...) // equal ones
	want := truth(t, r)
	for _, method := range []Method{Auto, Brute, KDTree} {
		for _, m := range []Machine{reference, {Kernels: 50, Code: 1}, {Kernels: 0.02, Code: 1}} {
			for _, threads := range []int{1, 3} {
				r.Method, r.Machine, r.Threads = method, m, threads
				p := mustPlan(t, r)
				got, out := mustRun(t, p)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%v on %v chose %v: (-exact +got):\n%s", method, m, out.Method, diff)
				}
				if method != Auto && out.Method != method {
					t.Errorf("asked for %v, got %v", method, out.Method)
				}
			}
		}
	}
}

func TestChoices(t *testing.T) {
	tests := []struct {
		name            string
		n, queries, dim int
		change          func(*Request)
		want            Method
	}{
		{"few queries", 20_000, 5, 3, nil, Brute},
		{"few columns", 40_000, 4000, 2, nil, KDTree},
		{"many columns", 4000, 2000, 60, nil, Brute},
		{"no memory", 40_000, 4000, 2, func(r *Request) { r.MemoryCap = 1000 }, Brute},
		{"no bounds", 40_000, 4000, 2, func(r *Request) { r.Metric = exact.Cosine }, Brute},
		{"many more to come", 20_000, 1000, 60, func(r *Request) { r.Reuse, r.Recall = 10_000_000, 0.9 }, Graph},
		{"exact all the same", 20_000, 2000, 60, func(r *Request) { r.Reuse = 10_000_000 }, Brute},
		{"nominal columns", 20_000, 1000, 60, func(r *Request) { r.Reuse, r.Recall = 10_000_000, 0.9; nominal(r, 6) }, Graph},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == Graph && testing.Short() {
				t.Skip("the graph of a sample is timed here: not where kernels are portable, checked for races or emulated")
			}
			r := request(tt.n, tt.queries, tt.dim)
			if tt.change != nil {
				tt.change(&r)
			}
			p := mustPlan(t, r)
			if p.Chosen != tt.want {
				t.Errorf("chosen:\n%v", p)
			}
			for _, e := range p.Estimates {
				if !e.Possible && e.Why == "" {
					t.Errorf("%v is impossible without a reason", e.Method)
				}
			}
		})
	}
}

// TestNominalGraph answers by a graph where columns are nominal, at a width and to a
// recall target.
func TestNominalGraph(t *testing.T) {
	for _, categories := range []int{5, 200} {
		r := request(5000, 2000, 6)
		nominal(&r, categories)
		want := truth(t, r)
		r.Method = Graph
		for _, change := range []func(r *Request){
			func(r *Request) { r.EfSearch = 100 },
			func(r *Request) { r.Recall = 0.95 },
		} {
			r := r
			change(&r)
			got, out := mustRun(t, mustPlan(t, r))
			if share := found(got, want); out.Method != Graph || share < 0.95 {
				t.Errorf("%d categories: %v, recall %.4f: %s", categories, out.Method, share, out.Reason)
			}
			if s := out.Graph.Stats(); out.Graph.Options().Nominal != 1 || s.Rows != 5000 {
				t.Errorf("%d categories: the graph is %+v of %+v", categories, s, out.Graph.Options())
			}
		}
	}
	r := request(500, 10, 6)
	nominal(&r, 200)
	p := mustPlan(t, r)
	if got := p.vectorColumns(); got != 5+64 {
		t.Errorf("200 categories: got %d columns, want 69", got)
	}
}

// TestGraphKeepsTheRecall builds a graph or takes a given one.
func TestGraphKeepsTheRecall(t *testing.T) {
	r := request(6000, 3000, 20)
	r.Recall = 0.95
	want := truth(t, r)
	given, err := ann.Build(t.Context(), r.Rows, r.Dim, ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*ann.Index{nil, given} {
		r.Method, r.Index = Graph, x
		p := mustPlan(t, r)
		got, out := mustRun(t, p)
		if out.Method != Graph || out.Tuned == nil || !out.Tuned.Met || out.Graph == nil || (x != nil && out.Graph != x) {
			t.Fatalf("got %+v", out)
		}
		if share := found(got, want); share < r.Recall {
			t.Errorf("recall %.4f, want at least %v", share, r.Recall)
		}
	}
}

// TestGraphOfGivenWidth asks for an EfSearch: the answer is that of the graph.
func TestGraphOfGivenWidth(t *testing.T) {
	r := request(6000, 300, 20)
	given, err := ann.Build(t.Context(), r.Rows, r.Dim, ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	want, err := given.SearchBatch(t.Context(), r.Queries, r.K, ann.SearchOptions{EfSearch: 12})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []*ann.Index{nil, given} {
		r.Method, r.Index, r.EfSearch = Graph, x, 12
		p := mustPlan(t, r)
		if e := p.estimate(Graph); !e.Possible || e.Search <= 0 || (e.Build > 0) != (x == nil) {
			t.Errorf("estimate: %+v", e)
		}
		got, out := mustRun(t, p)
		if out.Method != Graph || out.Tuned != nil || out.Tune != 0 {
			t.Errorf("outcome: %+v", out)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("not what the graph finds (-graph +got):\n%s", diff)
		}
		if text := p.String(); !strings.Contains(text, "ef 12,") {
			t.Errorf("the width is missing:\n%s", text)
		}
	}
}

// found returns the share of the true neighbors in got.
func found(got, want *exact.Result) float64 {
	hits := 0
	for q := range want.Counts {
		_, best := want.Of(q)
		_, near := got.Of(q)
		for _, d := range near {
			if d <= best[len(best)-1] {
				hits++
			}
		}
	}
	return float64(hits) / float64(len(want.IDs))
}

// TestGraphGivesUp asks for a recall that no search allowed can reach.
func TestGraphGivesUp(t *testing.T) {
	r := request(6000, 3000, 20)
	r.Method, r.Recall, r.Tune.MaxEf = Graph, 0.99, 10
	p := mustPlan(t, r)
	got, out := mustRun(t, p)
	if out.Method == Graph || out.Tuned == nil || out.Tuned.Met || !strings.Contains(out.Reason, "recall 0.99") {
		t.Errorf("got %+v", out)
	}
	if diff := cmp.Diff(truth(t, r), got); diff != "" {
		t.Errorf("not exact (-exact +got):\n%s", diff)
	}
}

// TestSwitch slows the method in use down.
func TestSwitch(t *testing.T) {
	r := request(6000, 9000, 4)
	r.Threads = 1
	done := 0
	r.Progress = func(n, total int) {
		if n < done || n > total || total != 9000 {
			t.Errorf("progress %d of %d after %d", n, total, done)
		}
		done = n
	}
	p := mustPlan(t, r)
	want := truth(t, r)
	for _, delay := range []time.Duration{0, time.Second} {
		done, p.progress.before = 0, 0
		x := &run{Plan: p}
		if err := x.use(t.Context(), KDTree); err != nil {
			t.Fatal(err)
		}
		search := x.search
		x.search = func(ctx context.Context, queries []float32) (*exact.Result, error) {
			time.Sleep(delay)
			return search(ctx, queries)
		}
		p.estimate(KDTree).query = 3600 // nothing disappoints
		wanted := KDTree
		if delay > 0 {
			p.estimate(KDTree).query = 1e-6
			wanted = Brute
		}
		if err := x.answerAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if x.out.Method != wanted || strings.Contains(x.out.Reason, "by kdtree") != (wanted == Brute) {
			t.Errorf("delay %v: got %+v, want %v", delay, x.out, wanted)
		}
		if diff := cmp.Diff(want, p.expand(x.res)); diff != "" {
			t.Errorf("delay %v: (-exact +got):\n%s", delay, diff)
		}
		if done != 9000 {
			t.Errorf("progress ended at %d", done)
		}
	}
}

func TestExplain(t *testing.T) {
	p := mustPlan(t, request(20_000, 2000, 3))
	before := p.String()
	mustRun(t, p)
	after := p.String()
	for _, want := range []string{"brute", "kdtree", "hnsw", "the recall target is 1", "chosen"} {
		if !strings.Contains(before, want) {
			t.Errorf("%q is missing:\n%s", want, before)
		}
	}
	if strings.Contains(before, "measured") || !strings.Contains(after, "measured  ") {
		t.Errorf("before Run:\n%s\nafter:\n%s", before, after)
	}
	text, err := json.Marshal(p)
	if err != nil || !strings.Contains(string(text), `"method":"kdtree"`) || !strings.Contains(string(text), `"outcome":{`) {
		t.Errorf("got %s, %v", text, err)
	}
	var read Plan
	if err := json.Unmarshal(text, &read); err != nil || read.Chosen != p.Chosen || read.Estimates[1].Method != KDTree {
		t.Errorf("read back: got %+v, %v", read, err)
	}
	if err := new(Method).UnmarshalText([]byte("guess")); err == nil {
		t.Error("method guess: no error")
	}
}

func TestErrors(t *testing.T) {
	good := request(100, 10, 2)
	other, err := ann.Build(t.Context(), good.Rows[:50], 2, ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Request)
		want   error
	}{
		{"recall", func(r *Request) { r.Recall = -0.1 }, ErrRequest},
		{"graph and exact", func(r *Request) { r.Method = Graph }, ErrRequest},
		{"width of no graph", func(r *Request) { r.EfSearch = 10 }, ErrRequest},
		{"negative width", func(r *Request) { r.Method, r.Recall, r.EfSearch = Graph, 0.9, -1 }, ErrRequest},
		{"an index of numbers", func(r *Request) { r.Rows, r.Index, r.Nominal = r.Rows[:100], other, 1 }, ErrRequest},
		{"method", func(r *Request) { r.Method = 9 }, ErrRequest},
		{"another index", func(r *Request) { r.Index = other }, ErrRequest},
		{"negative", func(r *Request) { r.Reuse, r.MemoryCap, r.Threads = -1, -1, -1 }, ErrRequest},
		{"k", func(r *Request) { r.K = 0 }, exact.ErrK},
		{"dim", func(r *Request) { r.Dim = 0 }, exact.ErrDimension},
		{"dim of an index to be used again", func(r *Request) { r.Dim, r.Reuse = 0, 1 }, exact.ErrDimension},
		{"no rows", func(r *Request) { r.Rows = nil }, exact.ErrEmpty},
	}
	for _, tt := range tests {
		r := good
		tt.change(&r)
		if _, err := New(t.Context(), r); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	p := mustPlan(t, good)
	cancel()
	if _, _, err := p.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: got %v", err)
	}
	none := good
	none.Queries = nil
	if res, _ := mustRun(t, mustPlan(t, none)); len(res.Counts) != 0 {
		t.Errorf("no queries: got %v", res)
	}
}
