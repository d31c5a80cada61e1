package ann

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
)

// whole returns rows of whole numbers from 0 to 255, scaled and moved.
func whole(n, dim int, scale, low float64, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 3))
	rows := make([]float32, n*dim)
	for i := range rows {
		rows[i] = float32(low + scale*float64(r.IntN(256)))
	}
	return rows
}

// buildWith builds an index with small tuning.
func buildWith(tb testing.TB, rows []float32, dim int, metric exact.Metric, mode Quantize) *Index {
	tb.Helper()
	opt := DefaultOptions()
	opt.Metric, opt.Quantize = metric, mode
	x, err := build(tb.Context(), nil, rows, dim, opt, small)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// TestLosslessCodes expects the same answers with lossless codes as without.
func TestLosslessCodes(t *testing.T) {
	const n, dim = 1500, 40
	rows, queries := whole(n, dim, 1, -3, 1), whole(40, dim, 1, -3, 2)
	with, without := buildWith(t, rows, dim, exact.L2Squared, QuantizeOn), buildWith(t, rows, dim, exact.L2Squared, QuantizeOff)
	if !with.Stats().Lossless || with.Stats().CodeBytes == 0 || without.Stats().CodeBytes != 0 {
		t.Fatalf("with codes %+v, without %+v", with.Stats(), without.Stats())
	}
	for _, ef := range []int{10, 20} {
		opt := SearchOptions{EfSearch: ef}
		got, err := with.SearchBatch(t.Context(), queries, 10, opt)
		if err != nil {
			t.Fatal(err)
		}
		want, err := without.SearchBatch(t.Context(), queries, 10, opt)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ef %d: (-without +with):\n%s", ef, diff)
		}
	}
}

// TestLosslessCodesTakeTheRowsPlace asks for neighbors of queries that have no codes
// of their own, between the steps and outside of all, among rows that are there as codes
// only, before and after they went through a file.
func TestLosslessCodesTakeTheRowsPlace(t *testing.T) {
	const n, dim, k = 1500, 40, 10
	for _, scale := range []float64{1, 1.0 / 255} {
		rows := whole(n, dim, scale, -3, 1)
		x := buildWith(t, rows, dim, exact.L2Squared, QuantizeOn)
		if x.first().Graph.Rows != nil {
			t.Fatal("there are rows beside lossless codes")
		}
		path := filepath.Join(t.TempDir(), "x.nngx")
		if err := x.Save(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if err := Verify(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		opened, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, shift := range map[string]float64{"between": 0.37, "outside": 300} {
			queries := whole(40, dim, scale, -3, 2)
			for i := range queries {
				if i%7 == 0 {
					queries[i] += float32(shift * scale)
				}
			}
			want := truth(t, rows, queries, dim, k, exact.L2Squared)
			for _, index := range []*Index{x, opened} {
				got, err := index.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 60})
				if err != nil {
					t.Fatal(err)
				}
				if r := recall(got, want); r < 0.98 {
					t.Errorf("%s: recall %.3f", name, r)
				}
				if diff := cmp.Diff(want, must(index.SearchExact(t.Context(), queries, k, SearchOptions{Threads: 2}))); diff != "" {
					t.Errorf("%s: exact search (-want +got):\n%s", name, diff)
				}
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestCodesKeepRecall compares the recall with codes that round to that without.
// All distances must be exact.
func TestCodesKeepRecall(t *testing.T) {
	const n, dim, k, ef = 2000, 40, 10, 30
	rows, queries := clustered(n, dim, 1), clustered(100, dim, 2)
	for _, metric := range []exact.Metric{exact.L2Squared, exact.Cosine} {
		best := truth(t, rows, queries, dim, k, metric)
		all := truth(t, rows, queries[:5*dim], dim, n, metric)
		var reached [2]float64
		for i, mode := range []Quantize{QuantizeOff, QuantizeOn} {
			got, err := buildWith(t, rows, dim, metric, mode).SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: ef})
			if err != nil {
				t.Fatal(err)
			}
			reached[i] = recall(got, best)
			checkDistances(t, got, all)
		}
		t.Logf("%v: recall %.4f without codes, %.4f with", metric, reached[0], reached[1])
		if reached[1] < reached[0]-0.01 {
			t.Errorf("%v: recall %.4f without codes, %.4f with", metric, reached[0], reached[1])
		}
	}
}

// checkDistances compares the distances in got with those in all, which has all
// rows, for the queries in all.
func checkDistances(t *testing.T, got, all *exact.Result) {
	t.Helper()
	for q := range all.Counts {
		want := map[uint32]float64{}
		ids, distances := all.Of(q)
		for i, id := range ids {
			want[id] = distances[i]
		}
		ids, distances = got.Of(q)
		for i, id := range ids {
			if distances[i] != want[id] {
				t.Errorf("query %d, row %d: distance %v, want %v", q, id, distances[i], want[id])
			}
		}
	}
}

// TestCodesFarQuery asks for the neighbors of a point so far outside of all rows
// that its codes would be those of another point.
func TestCodesFarQuery(t *testing.T) {
	const n, dim, k = 4000, 8, 10
	rows := clustered(n, dim, 1)
	queries := make([]float32, 20*dim)
	for i := range queries {
		queries[i] = rows[i] * 100
	}
	got, err := buildWith(t, rows, dim, exact.L2Squared, QuantizeOn).SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 30})
	if err != nil {
		t.Fatal(err)
	}
	if r := recall(got, truth(t, rows, queries, dim, k, exact.L2Squared)); r < 0.95 {
		t.Errorf("recall %.3f", r)
	}
}

// TestQuantizeAuto builds codes of tables for which they pay and of others.
func TestQuantizeAuto(t *testing.T) {
	const large = 16 << 20 / 4 / 64 // rows of 64 columns of which there are codes
	near := clustered(large, 64, 1)
	near[0] = 1e4 // one value far out: a step is more than what tells neighbors apart
	tests := []struct {
		name   string
		rows   []float32
		dim    int
		metric exact.Metric
		codes  bool
	}{
		{"large", clustered(large, 64, 1), 64, exact.L2Squared, true},
		{"under L1", clustered(large, 64, 1), 64, exact.L1, false},
		{"small", clustered(large/2, 64, 1), 64, exact.L2Squared, false},
		{"few columns", clustered(large*4, 16, 1), 16, exact.L2Squared, false},
		{"coarse", near, 64, exact.L2Squared, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &segment{space: space{metric: tt.metric, dim: tt.dim}, Graph: graph.Graph{N: len(tt.rows) / tt.dim, Stride: tt.dim, Rows: tt.rows}}
			var err error
			if s.Kernels, err = s.kernelsAt(small.Level); err != nil {
				t.Fatal(err)
			}
			if err := s.makeCodes(t.Context(), Options{Metric: tt.metric}, 2); err != nil {
				t.Fatal(err)
			}
			if got := s.Codes != nil; got != tt.codes {
				t.Errorf("codes: got %v, want %v", got, tt.codes)
			}
		})
	}
}
