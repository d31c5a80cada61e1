package ann

import (
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
)

// panics calls f and returns what it panics with.
func panics(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// TestPanickingFilter lets filters panic at their first call and at later ones,
// from several goroutines, one query at a time and in batches: the value reaches
// the caller, and all searches after that answer as before.
func TestPanickingFilter(t *testing.T) {
	const dim, k = 6, 5
	rows := clustered(3000, dim, 1)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	queries := rows[:40*dim]
	want := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 20}))
	var working sync.WaitGroup
	for worker := range 4 {
		working.Go(func() {
			for calls := range 60 {
				var mu sync.Mutex
				left := calls * worker
				opt := SearchOptions{EfSearch: 20, Threads: 3, Filter: func(uint32) bool {
					mu.Lock()
					defer mu.Unlock()
					if left--; left < 0 {
						panic("no such tenant")
					}
					return true
				}}
				search := func() { _, _ = x.Search(t.Context(), queries[:dim], k, opt) }
				if calls%2 == 0 {
					search = func() { _, _ = x.SearchBatch(t.Context(), queries, k, opt) }
				}
				if got := panics(search); got != "no such tenant" {
					t.Errorf("worker %d, %d calls: the search panics with %v", worker, calls, got)
				}
			}
		})
	}
	working.Wait()
	for range 20 {
		got := must(x.SearchBatch(t.Context(), queries, k, SearchOptions{EfSearch: 20}))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("after panics: (-want +got)\n%s", diff)
		}
	}
}

// TestZeroQuery asks for the neighbors of a query of zeros, to which all rows are
// equally near: the lowest ids that may be returned, and no look at many others.
func TestZeroQuery(t *testing.T) {
	const dim, n, k = 6, 5000, 7
	rows := clustered(n, dim, 1)
	for _, metric := range []exact.Metric{exact.Cosine, exact.InnerProduct} {
		x := mustBuild(t, rows, dim, metric, small)
		if err := x.Set(t.Context(), []uint32{2, 11}, rows[:2*dim], ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
		x.Delete(0, 1, 5)
		for _, step := range []uint32{1, 3} {
			var mu sync.Mutex
			calls := 0
			filter := func(id uint32) bool {
				mu.Lock()
				defer mu.Unlock()
				calls++
				return id%step == 0
			}
			zero := make([]float32, dim)
			got := must(x.Search(t.Context(), zero, k, SearchOptions{EfSearch: 10, Filter: filter}))
			batch := must(x.SearchBatch(t.Context(), make([]float32, 9*dim), k, SearchOptions{EfSearch: 10, Filter: filter}))
			all := must(x.SearchExact(t.Context(), zero, n, SearchOptions{Threads: 1}))
			var want []Neighbor
			for i, id := range all.IDs {
				if id%step == 0 && len(want) < k {
					want = append(want, Neighbor{ID: id, Distance: all.Distances[i]})
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%v, every %d: (-exact +got)\n%s", metric, step, diff)
			}
			for q := range 9 {
				if ids, _ := batch.Of(q); ids[k-1] != want[k-1].ID {
					t.Errorf("%v, every %d: query %d of a batch: got %v", metric, step, q, ids)
				}
			}
			if most := 10 * 100 * k; calls > most {
				t.Errorf("%v, every %d: the filter was called %d times, want at most %d", metric, step, calls, most)
			}
		}
	}
}

// TestNarrowSearch asks for many more rows than the search is wide. That must not
// become a comparison with all of them.
func TestNarrowSearch(t *testing.T) {
	const dim, n = 16, 20_000
	rows := clustered(n, dim, 1)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	const k = 100
	for _, ef := range []int{1, 2, 5, k} {
		var work Counters
		got := must(x.Search(t.Context(), rows[:dim], k, SearchOptions{EfSearch: ef, Counters: &work}))
		if len(got) != k || work.Distances > n/4 {
			t.Errorf("ef %d: %d rows, compared with %d of %d", ef, len(got), work.Distances, n)
		}
	}
}

// TestExactCopiesOnce asks for exact answers again and again: the rows are copied for
// the first of them, and for the first after a change.
func TestExactCopiesOnce(t *testing.T) {
	const dim, n, calls = 16, 20_000, 5
	rows := clustered(n, dim, 1)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	search := func() { must(x.SearchExact(t.Context(), rows[:dim], 3, SearchOptions{Threads: 1})) }
	for round := range 2 {
		search()
		kept := x.distinct(x.state.Load()) // or the collector may free it
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range calls {
			search()
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > uint64(4*calls*len(rows)) && !raceEnabled {
			t.Errorf("%d exact searches allocate %d bytes, the rows have %d", calls, got, 4*len(rows))
		}
		if x.Delete(kept.st.views[0].ids[round]) != 1 {
			t.Fatal("nothing deleted")
		}
	}
	if got := must(x.SearchExact(t.Context(), rows[:dim], n, SearchOptions{Threads: 1})); got.Counts[0] != n-2 {
		t.Errorf("%d rows after two were deleted, want %d", got.Counts[0], n-2)
	}
}
