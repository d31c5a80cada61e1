package ann

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/testdata"
)

func TestSearchExactEqualsExact(t *testing.T) {
	const dim, k = 5, 15
	rows, queries := clustered(2500, dim, 1), clustered(80, dim, 2)
	clear(rows[:dim])
	for _, metric := range metrics {
		x := mustBuild(t, rows, dim, metric, small)
		got, err := x.SearchExact(t.Context(), queries, k, SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(truth(t, rows, queries, dim, k, metric), got); diff != "" {
			t.Errorf("%v: (-exact +index):\n%s", metric, diff)
		}
	}
}

// TestSearchExactAfterChanges compares with a sort of the rows that are left.
func TestSearchExactAfterChanges(t *testing.T) {
	const dim, k = 3, 40
	rows := clustered(1200, dim, 3)
	x, m := mustBuild(t, rows, dim, exact.L2Squared, small), newModel(rows, dim)
	more := append(clustered(300, dim, 4), rows[:50*dim]...) // equal values in two views
	if _, err := x.Add(t.Context(), more, ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	m.add(more)
	for id := uint32(0); id < 1500; id += 3 {
		x.Delete(id)
		delete(m.rows, id)
	}
	queries := clustered(30, dim, 5)
	got, err := x.SearchExact(t.Context(), queries, k, SearchOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for q := range got.Counts {
		var found []Neighbor
		ids, distances := got.Of(q)
		for i, id := range ids {
			found = append(found, Neighbor{ID: id, Distance: distances[i]})
		}
		if diff := cmp.Diff(m.search(queries[q*dim:][:dim], k, nil), found); diff != "" {
			t.Fatalf("query %d: (-model +index):\n%s", q, diff)
		}
	}
}

func TestSearchExactOfNothing(t *testing.T) {
	x := mustBuild(t, clustered(100, 2, 1), 2, exact.L2Squared, small)
	res, err := x.SearchExact(t.Context(), nil, 3, SearchOptions{})
	if err != nil || len(res.Counts) != 0 {
		t.Errorf("no queries: got %v, %v", res, err)
	}
	x.Delete(sequence(0, 100)...)
	res, err = x.SearchExact(t.Context(), []float32{1, 2}, 3, SearchOptions{})
	if err != nil || res.K != 0 || res.Counts[0] != 0 {
		t.Errorf("no rows: got %v, %v", res, err)
	}
	if _, tuned, err := x.SearchAtRecall(t.Context(), []float32{1, 2}, 3, 0.9, DefaultTuneOptions()); err != nil {
		t.Errorf("no rows: got %v, %v", tuned, err)
	}
}

// halves returns rows and queries like them.
func halves(n, queries, dim int) ([]float32, []float32) {
	all := clustered(n+queries, dim, 1)
	return all[:n*dim], all[n*dim:]
}

// TestTuneKeepsItsPromise looks at the recall over all queries, of which Tune saw
// a sample.
func TestTuneKeepsItsPromise(t *testing.T) {
	const dim, k = 24, 10
	rows, queries := halves(6000, 4000, dim)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	want := truth(t, rows, queries, dim, k, exact.L2Squared)
	before := 0
	for _, target := range []float64{0.8, 0.95, 0.99} {
		tuned, err := x.Tune(t.Context(), queries, k, target, DefaultTuneOptions())
		if err != nil || !tuned.Met || tuned.EfSearch < before {
			t.Fatalf("target %v: got %+v, %v after ef %d", target, tuned, err, before)
		}
		got, err := x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: tuned.EfSearch})
		if err != nil {
			t.Fatal(err)
		}
		r := recall(got, want)
		t.Logf("target %v: %+v, recall over all %.4f", target, tuned, r)
		if r < target || tuned.LowerBound > tuned.Recall {
			t.Errorf("target %v: %+v, recall over all %.4f", target, tuned, r)
		}
		before = tuned.EfSearch
	}
}

// TestTuneOfAllQueries has so few distinct queries that the recall is a fact.
func TestTuneOfAllQueries(t *testing.T) {
	const dim, k = 24, 10
	rows, distinct := halves(6000, 40, dim)
	var queries []float32
	for i := range 3000 {
		queries = append(queries, distinct[i*i%40*dim:][:dim]...)
	}
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	tuned, err := x.Tune(t.Context(), queries, k, 0.97, DefaultTuneOptions())
	if err != nil || !tuned.Met || tuned.Queries > 40 {
		t.Fatalf("got %+v, %v", tuned, err)
	}
	got, err := x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: tuned.EfSearch})
	if err != nil {
		t.Fatal(err)
	}
	r := recall(got, truth(t, rows, queries, dim, k, exact.L2Squared))
	if diff := r - tuned.Recall; diff > 1e-12 || diff < -1e-12 || tuned.LowerBound != tuned.Recall {
		t.Errorf("recall %v, Tune says %+v", r, tuned)
	}
}

// TestTuneIsReproducible compares runs with other numbers of threads.
func TestTuneIsReproducible(t *testing.T) {
	const dim = 24
	rows, queries := halves(4000, 1000, dim)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	opt := DefaultTuneOptions()
	opt.Threads = 1
	first, err := x.Tune(t.Context(), queries, 10, 0.95, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Threads = 5
	second, err := x.Tune(t.Context(), queries, 10, 0.95, opt)
	if err != nil || first != second {
		t.Errorf("got %+v, then %+v, %v", first, second, err)
	}
}

// TestSearchAtRecallFallsBack asks for what the graph cannot do.
func TestSearchAtRecallFallsBack(t *testing.T) {
	const dim, k = 24, 10
	rows, queries := halves(6000, 3000, dim)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	want := truth(t, rows, queries, dim, k, exact.L2Squared)
	narrow := DefaultTuneOptions()
	narrow.MaxEf = 10
	tests := []struct {
		name    string
		queries int
		target  float64
		opt     TuneOptions
		met     bool
		tuned   bool
	}{
		{"too narrow", 3000, 0.996, narrow, false, true},
		{"few queries", 5, 0.9, DefaultTuneOptions(), false, false},
		{"exact", 3000, 1, DefaultTuneOptions(), false, false},
		{"graph", 3000, 0.99, DefaultTuneOptions(), true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, tuned, err := x.SearchAtRecall(t.Context(), queries[:tt.queries*dim], k, tt.target, tt.opt)
			if err != nil || tuned.Met != tt.met || (tuned.EfSearch > 0) != tt.tuned {
				t.Fatalf("got %+v, %v", tuned, err)
			}
			part := &exact.Result{K: k, IDs: want.IDs[:tt.queries*k], Distances: want.Distances[:tt.queries*k], Counts: want.Counts[:tt.queries]}
			if r := recall(got, part); r < tt.target {
				t.Errorf("recall %.4f", r)
			}
			if diff := cmp.Diff(part, got); !tt.met && diff != "" {
				t.Errorf("the answer is not exact (-exact +index):\n%s", diff)
			}
		})
	}
}

// TestTuneGivesUpInCrowds deletes all rows around the queries: a search of the graph
// would have to leave the crowd, or compare with all rows.
func TestTuneGivesUpInCrowds(t *testing.T) {
	const dim, k = 8, 10
	rows := clustered(20_000, dim, 1)
	var crowd []float32
	for range 500 {
		crowd = append(crowd, rows[:dim]...)
	}
	for i := range crowd {
		crowd[i] += float32(i%991) * 1e-4
	}
	x := mustBuild(t, append(crowd, rows...), dim, exact.L2Squared, small)
	x.Delete(sequence(0, 500)...)
	tuned, err := x.Tune(t.Context(), crowd, k, 0.9, DefaultTuneOptions())
	if err != nil || tuned.Met || tuned.Distances < 5000 {
		t.Errorf("got %+v, %v", tuned, err)
	}
}

func TestTuneErrors(t *testing.T) {
	x := mustBuild(t, clustered(100, 2, 1), 2, exact.L2Squared, small)
	bad := TuneOptions{Sample: 0, Confidence: 1, MaxEf: -1, Threads: -1}
	tests := []struct {
		name   string
		target float64
		k      int
		opt    TuneOptions
		want   error
	}{
		{"options", 0.9, 1, bad, ErrOptions},
		{"target 0", 0, 1, DefaultTuneOptions(), ErrOptions},
		{"target 1", 1, 1, DefaultTuneOptions(), ErrOptions},
		{"k", 0.9, 0, DefaultTuneOptions(), ErrK},
	}
	for _, tt := range tests {
		if _, err := x.Tune(t.Context(), []float32{1, 2}, tt.k, tt.target, tt.opt); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestRecallFloorADBench asks for the neighbors of all anomalies of real sets at a
// recall of 0.99 and measures what comes, from the graph or exactly. With -short the
// large sets are left out.
func TestRecallFloorADBench(t *testing.T) {
	const k, target = 10, 0.99
	for _, path := range testdata.ADBench(t, "*") {
		name := filepath.Base(path[:len(path)-len(".npz")])
		t.Run(name, func(t *testing.T) {
			normal, anomalies, dim := adbench(t, path)
			if len(normal) > 200_000 && testing.Short() {
				t.Skip("too large for -short")
			}
			x := mustBuild(t, normal, dim, exact.L2Squared, graph.DefaultTuning)
			got, tuned, err := x.SearchAtRecall(t.Context(), anomalies, k, target, DefaultTuneOptions())
			if err != nil {
				t.Fatal(err)
			}
			r := recall(got, truth(t, normal, anomalies, dim, k, exact.L2Squared))
			t.Logf("%d rows, %d columns, %d anomalies: %+v, recall %.4f", len(normal)/dim, dim, len(anomalies)/dim, tuned, r)
			if r < target {
				t.Errorf("recall %.4f, want at least %v", r, target)
			}
		})
	}
}
