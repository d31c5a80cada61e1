package ann

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// opened returns an index of data and how often its memory was freed.
func opened(tb testing.TB, data []byte) (x *Index, freed *int) {
	tb.Helper()
	b := memory.Bytes(len(data))
	copy(b, data)
	freed = new(int)
	x, err := decode(image{data: b, free: func() {
		*freed++
		for i := range b { // who reads it now gets what no index has
			b[i] = 0xff
		}
	}})
	if err != nil {
		tb.Fatal(err)
	}
	return x, freed
}

func TestClosed(t *testing.T) {
	const dim = 5
	x, freed := opened(t, fileOf(t, changed(t, exact.L2Squared)))
	if err := x.Close(); err != nil || *freed != 1 {
		t.Fatalf("Close: got %v, freed %d times", err, *freed)
	}
	query := make([]float32, dim)
	opt := SearchOptions{EfSearch: 5}
	calls := map[string]error{
		"Search":       second(x.Search(t.Context(), query, 1, opt)),
		"AppendSearch": second(x.AppendSearch(t.Context(), nil, query, 1, opt)),
		"SearchBatch":  second(x.SearchBatch(t.Context(), query, 1, opt)),
		"SearchExact":  second(x.SearchExact(t.Context(), query, 1, SearchOptions{Threads: 1})),
		"Tune":         second(x.Tune(t.Context(), query, 1, 0.9, DefaultTuneOptions())),
		"SearchAtRecall": func() error {
			_, _, err := x.SearchAtRecall(t.Context(), query, 1, 0.9, DefaultTuneOptions())
			return err
		}(),
		"Add":     second(x.Add(t.Context(), query, ChangeOptions{})),
		"Set":     x.Set(t.Context(), []uint32{1}, query, ChangeOptions{}),
		"Compact": x.Compact(t.Context(), ChangeOptions{}),
		"Save":    x.Save(t.Context(), filepath.Join(t.TempDir(), "x.nngx")),
	}
	for name, err := range calls {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: got %v, want %v", name, err, ErrClosed)
		}
	}
	x.Preload(t.Context())
	x.SetMeta([]byte("late"))
	if s := x.Stats(); s.Rows != 0 || x.Len() != 0 || x.Delete(1) != 0 || x.Contains(1) {
		t.Errorf("a closed index has rows: %+v", s)
	}
	if err := x.Close(); err != nil || *freed != 1 {
		t.Errorf("Close again: got %v, freed %d times", err, *freed)
	}
}

// TestCloseWhileSearching closes indexes that are being searched and changed: calls
// give what they would have, or ErrClosed, and memory is freed once, after them.
func TestCloseWhileSearching(t *testing.T) {
	const dim, k = 5, 3
	data := fileOf(t, changed(t, exact.L2Squared))
	for range 20 {
		x, freed := opened(t, data)
		queries := clustered(30, dim, 3)
		opt := SearchOptions{EfSearch: 10}
		want := must(x.SearchBatch(t.Context(), queries, k, opt))
		var working sync.WaitGroup
		for worker := range 4 {
			working.Go(func() {
				for q := 0; ; q = (q + 1) % 30 {
					var err error
					switch worker {
					case 0:
						_, err = x.SearchBatch(t.Context(), queries, k, opt)
					case 1:
						err = x.Set(t.Context(), []uint32{uint32(q)}, clustered(1, dim, 1), ChangeOptions{})
					default:
						var found []Neighbor
						found, err = x.Search(t.Context(), queries[q*dim:][:dim], k, opt)
						if best, _ := want.Of(q); err == nil && len(found) != len(best) {
							t.Errorf("query %d: %d rows", q, len(found))
						}
					}
					if errors.Is(err, ErrClosed) {
						return
					} else if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		working.Wait()
		if *freed != 1 {
			t.Fatalf("freed %d times", *freed)
		}
	}
}

// TestCloseWaitsForNothing closes an index from a filter, in the middle of a search.
func TestCloseWaitsForNothing(t *testing.T) {
	x, freed := opened(t, fileOf(t, changed(t, exact.L2Squared)))
	found, err := x.Search(t.Context(), make([]float32, 5), 3, SearchOptions{EfSearch: 10, Filter: func(uint32) bool {
		_ = x.Close()
		if *freed > 0 {
			t.Fatal("memory is freed during a search")
		}
		return true
	}})
	if err != nil || len(found) != 3 || *freed != 1 {
		t.Errorf("got %v, %v, freed %d times", found, err, *freed)
	}
}

// TestEmptyIndexIsNotMapped opens a file without segments.
func TestEmptyIndexIsNotMapped(t *testing.T) {
	built := mustBuild(t, clustered(10, 2, 1), 2, exact.L2Squared, small)
	built.Delete(sequence(0, 10)...)
	if err := built.Compact(t.Context(), ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	built.SetMeta([]byte("kept"))
	x, freed := opened(t, fileOf(t, built))
	if *freed != 1 || string(x.Meta()) != "kept" {
		t.Errorf("freed %d times, meta %q", *freed, x.Meta())
	}
}
