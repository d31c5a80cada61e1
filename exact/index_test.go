package exact

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/simd"
)

func normalRows(n, dim int) []float32 {
	rows := make([]float32, n*dim)
	tables[0].make(rand.New(rand.NewPCG(5, uint64(n))), rows, dim)
	return rows
}

func TestErrors(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	good := []float32{1, 2, 3, 4}
	for _, test := range []struct {
		name    string
		rows    []float32
		dim     int
		queries []float32
		k       int
		opt     Options
		want    error
		text    string
	}{
		{"no rows", nil, 2, good, 1, Options{}, ErrEmpty, "no rows"},
		{"no columns", good, 0, good, 1, Options{}, ErrDimension, "0 columns"},
		{"part of a row", good, 3, good, 1, Options{}, ErrDimension, "4 values are no whole rows of 3 columns"},
		{"part of a query", good, 2, good[:3], 1, Options{}, ErrDimension, "3 values are no whole queries of 2 columns"},
		{"k = 0", good, 2, good, 0, Options{}, ErrK, "it is 0"},
		{"NaN row", []float32{1, 2, 3, nan}, 2, good, 1, Options{}, ErrNotFinite, "row 1, column 1 is NaN"},
		{"infinite row", []float32{1, 2, inf, nan}, 2, good, 1, Options{}, ErrNotFinite, "row 1, column 0 is -Inf"},
		{"NaN query", good, 2, []float32{nan, 1}, 1, Options{}, ErrNotFinite, "query 0, column 0 is NaN"},
		{"nominal", good, 2, good, 1, Options{Nominal: 3}, ErrOptions, "Nominal is 3, want at most the 2 columns"},
		{"tree for cosine", good, 2, good, 1, Options{Metric: Cosine, Method: KDTree}, ErrOptions, "metric cosine"},
		{"all options", good, 2, good, 1, Options{Metric: 9, Method: 9, Nominal: -1, Queries: -1, Threads: -1}, ErrOptions, "Threads is -1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Search(t.Context(), test.rows, test.dim, test.queries, test.k, test.opt)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) || !strings.HasPrefix(err.Error(), "exact: ") {
				t.Errorf("got %v, want %v that tells %q", err, test.want, test.text)
			}
		})
	}
	x, err := Build(t.Context(), good, 2, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Search(t.Context(), good, 1, SearchOptions{}); !errors.Is(err, ErrDimension) {
		t.Errorf("a query of 4 columns: got %v, want %v", err, ErrDimension)
	}
	if _, err := x.SearchBatch(t.Context(), []float32{1, nan}, 1, SearchOptions{}); !errors.Is(err, ErrNotFinite) {
		t.Errorf("a NaN query: got %v, want %v", err, ErrNotFinite)
	}
}

// TestFirstBadRow has two bad rows that different goroutines meet.
func TestFirstBadRow(t *testing.T) {
	rows := normalRows(50_000, 4)
	rows[31_234*4+2], rows[49_999*4] = float32(math.NaN()), float32(math.Inf(1))
	for _, threads := range []int{1, 2, 8} {
		_, err := Build(t.Context(), rows, 4, Options{Threads: threads})
		if err == nil || !strings.Contains(err.Error(), "row 31234, column 2 is NaN") {
			t.Errorf("%d threads: got %v, want the first bad row", threads, err)
		}
	}
}

func TestNames(t *testing.T) {
	for m := range Metric(len(metricNames)) {
		if got, err := ParseMetric(strings.ToUpper(m.String())); got != m || err != nil {
			t.Errorf("metric %v: got %v, %v", m, got, err)
		}
	}
	for m := range Method(len(methodNames)) {
		if got, err := ParseMethod(m.String()); got != m || err != nil {
			t.Errorf("method %v: got %v, %v", m, got, err)
		}
	}
	if _, err := ParseMethod("hnsw"); err == nil || !strings.Contains(err.Error(), "auto, brute, kdtree") {
		t.Errorf("got %v, want an error that lists the methods", err)
	}
	if got := Metric(7).String(); got != "unknown(7)" {
		t.Errorf("got %q", got)
	}
}

func TestCancellation(t *testing.T) {
	rows := normalRows(20_000, 8)
	for _, method := range []Method{Brute, KDTree} {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := Build(ended, rows, 8, Options{Method: method}); !errors.Is(err, context.Canceled) {
			t.Errorf("Build, %v: got %v, want %v", method, err, context.Canceled)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		opt := Options{Method: method, Threads: 2, Progress: func(int, int) { cancel() }}
		if _, _, err := Search(ctx, rows, 8, rows[:8*8000], 3, opt); !errors.Is(err, context.Canceled) {
			t.Errorf("Search, %v, ended after the first queries: got %v, want %v", method, err, context.Canceled)
		}
	}
}

func TestProgress(t *testing.T) {
	rows := normalRows(3000, 3)
	copy(rows[3*2000:], rows[:3*1000]) // some queries are equal
	for _, method := range []Method{Brute, KDTree} {
		last, calls := 0, 0
		opt := Options{Method: method, Threads: 8, Progress: func(done, total int) {
			if done <= last || total != 3000 {
				t.Errorf("%v: %d of %d after %d", method, done, total, last)
			}
			last = done
			calls++
		}}
		if _, _, err := Search(t.Context(), rows, 3, rows, 5, opt); err != nil {
			t.Fatal(err)
		}
		if last != 3000 || calls < 2 {
			t.Errorf("%v: %d calls, the last at %d of 3000", method, calls, last)
		}
	}
}

func TestStats(t *testing.T) {
	copies, distinct := make([]float32, 60_000*3), normalRows(20_000, 3)
	for i := range copies {
		copies[i] = float32(i / 3 % 50 * (i%3 + 1))
	}
	for _, test := range []struct {
		name   string
		rows   []float32
		opt    Options
		unique int
		method Method
	}{
		{"copies", copies, Options{}, 50, Brute},
		{"few queries", copies, Options{Queries: 1}, 60_000, Brute},
		{"many queries", distinct, Options{}, 20_000, KDTree},
		{"forced", distinct, Options{Method: Brute}, 20_000, Brute},
		{"inner product", distinct, Options{Metric: InnerProduct}, 20_000, Brute},
	} {
		t.Run(test.name, func(t *testing.T) {
			x, err := Build(t.Context(), test.rows, 3, test.opt)
			if err != nil {
				t.Fatal(err)
			}
			s := x.Stats()
			if s.Rows != len(test.rows)/3 || s.Dim != 3 || s.Unique != test.unique || s.Deduped != (s.Unique < s.Rows) || s.Method != test.method || s.Reason == "" {
				t.Errorf("got %+v, want %d distinct rows and method %v", s, test.unique, test.method)
			}
			if limit := float64(len(test.rows)) * 4 * 1.6; float64(s.Bytes) > limit || s.Bytes < int64(s.Unique)*12 {
				t.Errorf("%d bytes for %d distinct rows, want at most %.0f", s.Bytes, s.Unique, limit)
			}
		})
	}
}

// TestAllocations checks that a batch allocates for itself and not for each query.
func TestAllocations(t *testing.T) {
	rows := normalRows(10_000, 5)
	for _, method := range []Method{Brute, KDTree} {
		x, err := Build(t.Context(), rows, 5, Options{Method: method, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		got := testing.AllocsPerRun(5, func() {
			if _, err := x.SearchBatch(t.Context(), rows[:5*2000], 10, SearchOptions{}); err != nil {
				t.Error(err)
			}
		})
		if got > 200 {
			t.Errorf("%v: %.0f allocations for 2000 queries, want at most 200", method, got)
		}
	}
}

// TestCosineIsScaledOnce: an index has its rows scaled when it is built, and no batch
// of queries scales them again.
func TestCosineIsScaledOnce(t *testing.T) {
	const dim, n = 3, 300
	rows := make([]float32, n*dim)
	for i := range rows {
		rows[i] = float32(i%17) - 8
	}
	clear(rows[:dim])
	x, err := Build(t.Context(), rows, dim, Options{Metric: Cosine, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if want := 4 * int64(len(x.blocks)+len(x.scaled)+len(x.ids)+len(x.starts)); len(x.scaled) != len(x.blocks) || x.Stats().Bytes != want {
		t.Fatalf("%d scaled values of %d, %d bytes, want %d", len(x.scaled), len(x.blocks), x.Stats().Bytes, want)
	}
	for place := range x.places {
		block, at := x.seen(place/simd.BlockRows, place/simd.BlockRows+1), place%simd.BlockRows
		var squares float64
		for c := range dim {
			v := float64(block[c*simd.BlockRows+at])
			squares += float64(v * v)
		}
		if length := math.Sqrt(squares); math.Abs(length-1) > 1e-6 && length != 0 {
			t.Fatalf("place %d has length %v", place, length)
		}
	}
	s := new(scratch)
	if chunk := s.chunk(&batch{Index: x}, 0, 1); &chunk[0] != &x.scaled[0] || s.chunked != nil {
		t.Error("a batch scales rows again")
	}
}
