package ann

import (
	"errors"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/testdata"
	"github.com/nngmix/nngmix/simd"
)

// TestSearchEqualsExact asks for so wide a search that all nodes are met: ids,
// distances and the order of copies and ties are then those of exact search.
func TestSearchEqualsExact(t *testing.T) {
	const n, dim, k = 3000, 24, 25
	for _, metric := range metrics {
		t.Run(metric.String(), func(t *testing.T) {
			rows, queries := clustered(n, dim, 1), clustered(50, dim, 2)
			clear(rows[5*dim : 7*dim]) // zeros, which Cosine and InnerProduct treat apart
			clear(queries[:dim])
			x := mustBuild(t, rows, dim, metric, small)
			got, err := x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: n})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(truth(t, rows, queries, dim, k, metric), got); diff != "" {
				t.Errorf("(-exact +got):\n%s", diff)
			}
		})
	}
}

func TestSearchFindsAllRows(t *testing.T) {
	const n, dim = 2500, 20
	rows := clustered(n, dim, 4)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	for _, k := range []int{n, n + 100} {
		found, err := x.Search(t.Context(), rows[:dim], k, SearchOptions{EfSearch: 1})
		if err != nil {
			t.Fatal(err)
		}
		seen := make([]bool, n)
		for _, nb := range found {
			seen[nb.ID] = true
		}
		for id, ok := range seen {
			if !ok {
				t.Fatalf("k=%d: row %d is not among the %d found", k, id, len(found))
			}
		}
	}
}

// TestSearchCircle asks for neighbors of points on a circle, which are known.
func TestSearchCircle(t *testing.T) {
	const n = 6000
	rows := make([]float32, 0, 2*n)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		rows = append(rows, float32(cos), float32(sin))
	}
	x := mustBuild(t, rows, 2, exact.L2Squared, small)
	for i := 0; i < n; i += 371 {
		found, err := x.Search(t.Context(), rows[2*i:2*i+2], 5, SearchOptions{EfSearch: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, nb := range found {
			if away := (int(nb.ID) - i + n + 2) % n; away > 4 {
				t.Errorf("point %d: got neighbor %d", i, nb.ID)
			}
		}
	}
}

// TestRecallADBench asks for the neighbors of real anomalies among normal rows.
func TestRecallADBench(t *testing.T) {
	const k, ef, most = 10, 128, 300
	sets := map[string]float64{ // measured, less a margin
		"8_celeba": 0.995, "33_skin": 0.99, "22_magic.gamma": 0.99, "34_smtp": 0.98, "3_backdoor": 0.95, "28_pendigits": 0.99,
	}
	for _, path := range testdata.ADBench(t, "Classical") {
		name := filepath.Base(path[:len(path)-len(".npz")])
		floor, ok := sets[name]
		if slow := testing.Short() || simd.Active() == simd.Generic; !ok || (slow && name != "22_magic.gamma") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			normal, anomalies, dim := adbench(t, path)
			queries := anomalies[:min(len(anomalies), most*dim)]
			x := mustBuild(t, normal, dim, exact.L2Squared, graph.DefaultTuning)
			got, err := x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: ef})
			if err != nil {
				t.Fatal(err)
			}
			r := recall(got, truth(t, normal, queries, dim, k, exact.L2Squared))
			t.Logf("%d rows, %d distinct, %d columns: recall@%d %.4f at ef %d", x.Stats().Rows, x.Stats().Unique, dim, k, r, ef)
			if r < floor {
				t.Errorf("recall %.4f, want at least %.2f", r, floor)
			}
		})
	}
}

func TestSearchAllocatesNothing(t *testing.T) {
	const dim = 20
	rows := clustered(2000, dim, 5)
	for i, metric := range append(metrics, exact.L2Squared) {
		mode := QuantizeOff
		if i == len(metrics) {
			mode = QuantizeOn
		}
		x := buildWith(t, rows, dim, metric, mode)
		dst := make([]Neighbor, 0, 16)
		search := func() {
			var err error
			if dst, err = x.AppendSearch(t.Context(), dst[:0], rows[:dim], 10, SearchOptions{EfSearch: 16}); err != nil {
				t.Fatal(err)
			}
		}
		search()
		if n := testing.AllocsPerRun(100, search); n > 0 && !raceEnabled {
			t.Errorf("%v: a search allocates %v times", metric, n)
		}
	}
}

func TestCounters(t *testing.T) {
	const dim = 20
	rows := clustered(4000, dim, 6)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	var narrow, wide Counters
	for ef, c := range map[int]*Counters{10: &narrow, 50: &wide} {
		if _, err := x.SearchBatch(t.Context(), rows[:10*dim], 10, SearchOptions{EfSearch: ef, Counters: c}); err != nil {
			t.Fatal(err)
		}
	}
	if narrow.Hops < 100 || wide.Hops < 3*narrow.Hops || wide.Distances >= int64(10*len(rows)/dim) {
		t.Errorf("narrow %+v, wide %+v", narrow, wide)
	}
}

// TestSearchCrowdedOut searches where the rows nearest to the query may not be
// returned: that makes a search wider, and no comparison with all rows.
func TestSearchCrowdedOut(t *testing.T) {
	const n, dim, k = 20_000, 24, 10
	rows := clustered(n, dim, 1)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	for q := 0; q < n; q += n / 20 {
		query := rows[q*dim:][:dim]
		near, err := x.Search(t.Context(), query, 2*k, SearchOptions{EfSearch: 100})
		if err != nil {
			t.Fatal(err)
		}
		forbidden := map[uint32]bool{}
		for _, nb := range near {
			forbidden[nb.ID] = true
		}
		var work Counters
		got, err := x.Search(t.Context(), query, k, SearchOptions{EfSearch: k, Filter: func(id uint32) bool { return !forbidden[id] }, Counters: &work})
		if err != nil || len(got) != k || forbidden[got[0].ID] {
			t.Fatalf("query %d: %v, %v", q, got, err)
		}
		if work.Distances > n/4 {
			t.Errorf("query %d: %d distances among %d rows", q, work.Distances, n)
		}
	}
}

func TestSearchErrors(t *testing.T) {
	x := mustBuild(t, clustered(100, 2, 1), 2, exact.L2Squared, small)
	tests := []struct {
		name  string
		query []float32
		k     int
		ef    int
		want  error
	}{
		{"k", []float32{1, 2}, 0, 10, ErrK},
		{"columns", []float32{1, 2, 3}, 1, 10, ErrDimension},
		{"infinite", []float32{1, float32(math.Inf(-1))}, 1, 10, ErrNotFinite},
		{"too far", []float32{1, 3e19}, 1, 10, ErrTooLarge},
		{"ef", []float32{1, 2}, 1, -1, ErrOptions},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := SearchOptions{EfSearch: tt.ef}
			if _, err := x.Search(t.Context(), tt.query, tt.k, opt); !errors.Is(err, tt.want) {
				t.Errorf("Search: got %v, want %v", err, tt.want)
			}
			if _, err := x.SearchBatch(t.Context(), tt.query, tt.k, opt); !errors.Is(err, tt.want) {
				t.Errorf("SearchBatch: got %v, want %v", err, tt.want)
			}
		})
	}
}

// TestCountersShared has searches that run at once add to the same Counters.
func TestCountersShared(t *testing.T) {
	const dim, workers, each = 6, 4, 25
	rows := clustered(2000, dim, 6)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	var one, all Counters
	search := func(c *Counters) {
		if _, err := x.Search(t.Context(), rows[:dim], 5, SearchOptions{EfSearch: 10, Counters: c}); err != nil {
			t.Error(err)
		}
	}
	search(&one)
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for range each {
				search(&all)
			}
		})
	}
	working.Wait()
	if want := workers * each * one.Distances; all.Distances != want {
		t.Errorf("%d distances, want %d", all.Distances, want)
	}
}

// TestInnerProductOfOneHugeRow has one row that is longer than the others by a factor:
// how far queries are from rows then says nothing in float32, products do.
func TestInnerProductOfOneHugeRow(t *testing.T) {
	const n, dim, k, ef = 6000, 16, 10, 40
	queries := clustered(200, dim, 2)
	for _, factor := range []float32{1, 1e4, 1e8, 1e15} {
		rows := clustered(n, dim, 1)
		for i := range rows[:dim] {
			rows[i] *= factor
		}
		x := mustBuild(t, rows, dim, exact.InnerProduct, small)
		got := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: ef}))
		r := recall(got, truth(t, rows, queries, dim, k, exact.InnerProduct))
		t.Logf("factor %g: recall@%d %.4f", factor, k, r)
		if r < 0.95 {
			t.Errorf("factor %g: recall %.4f", factor, r)
		}
	}
}
