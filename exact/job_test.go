package exact

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/estimate"
)

// TestJobAnswersAsSearch asks one job by each method, in two parts.
func TestJobAnswersAsSearch(t *testing.T) {
	const dim, k, half = 6, 9, 40
	rows, queries := copies(9000, dim, 1), copies(2*half, dim, 2)
	want, _, err := Search(t.Context(), rows, dim, queries, k, Options{})
	if err != nil {
		t.Fatal(err)
	}
	job, err := newJob(t.Context(), rows, dim, queries, k, Options{}, estimate.Machine{Kernels: 1, Code: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []Method{KDTree, Brute, KDTree, Auto} {
		x, err := job.Index(t.Context(), method)
		if err != nil {
			t.Fatal(err)
		}
		if got := x.Stats().Method; method != Auto && got != method {
			t.Errorf("got method %v, want %v", got, method)
		}
		got := newResult(2*half, k)
		for part := range 2 {
			res, err := x.SearchBatch(t.Context(), queries[part*half*dim:][:half*dim], k, SearchOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for q := range half {
				res.copyTo(got, part*half+q, q)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: (-search +job):\n%s", method, diff)
		}
	}
}

// copies returns rows of which about four are equal to each
// other.
func copies(n, dim int, seed uint64) []float32 {
	rows := make([]float32, n*dim)
	for i := range n {
		group := float64(uint32(i) * 2654435761 >> 8 % uint32(n/4+1))
		for c := range dim {
			rows[i*dim+c] = float32(math.Sin(group*float64(c+1) + float64(seed)))
		}
	}
	return rows
}

func TestJobEstimates(t *testing.T) {
	rows, queries := copies(60_000, 3, 1), copies(20_000, 3, 2)
	jobOf := func(metric Metric, queries []float32, m estimate.Machine) *job {
		j, err := newJob(t.Context(), rows, 3, queries, 10, Options{Metric: metric}, m)
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	tree := func(j *job) estimate.Prospect {
		p, err := j.KDTree(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	many := jobOf(L2Squared, queries, estimate.Machine{Kernels: 1, Code: 1})
	if s := many.Stats(); !s.Deduped || s.Unique > 15_001 {
		t.Errorf("got %+v, want at most 15,001 distinct rows", s)
	}
	if q := many.Queries(); q < 4000 || q > 6500 {
		t.Errorf("%v distinct queries, want about 5,001", q)
	}
	if p := tree(many); p.Why != "" || p.Query <= 0 || p.Query > many.Brute().Query || p.Bytes < 4*14_000*3 {
		t.Errorf("tree in 3 columns: got %+v, brute force %+v", p, many.Brute())
	}
	if p := tree(jobOf(L2Squared, queries[:15], estimate.Machine{Kernels: 1, Code: 1})); !strings.Contains(p.Why, "building a tree alone") {
		t.Errorf("tree for 5 queries: got %+v", p)
	}
	if p := tree(jobOf(Cosine, queries, estimate.Machine{Kernels: 1, Code: 1})); !strings.Contains(p.Why, "cosine") {
		t.Errorf("tree under cosine: got %+v", p)
	}
	slow := jobOf(L2Squared, queries, estimate.Machine{Kernels: 3, Code: 3})
	if got, want := slow.Brute().Query, 3*many.Brute().Query; math.Abs(got-want) > 1e-9*want {
		t.Errorf("brute force on a machine a third as fast: got %v s, want %v", got, want)
	}
}

func TestNewJobErrors(t *testing.T) {
	if _, err := newJob(t.Context(), []float32{1, 2}, 2, []float32{1}, 1, Options{}, estimate.Machine{Kernels: 1, Code: 1}); !errors.Is(err, ErrDimension) {
		t.Errorf("half a query: got %v", err)
	}
	if _, err := newJob(t.Context(), []float32{1, float32(math.NaN())}, 2, nil, 1, Options{}, estimate.Machine{Kernels: 1, Code: 1}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: got %v", err)
	}
}
