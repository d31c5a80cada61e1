package ann

import (
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
				search := func() { _, _ = x.Search(queries[:dim], k, opt) }
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
