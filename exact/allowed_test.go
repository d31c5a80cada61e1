package exact

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// of returns those of the neighbors of query q that keep holds for, at most k.
func of(all *Result, q, k int, keep func(Neighbor) bool) []Neighbor {
	found := []Neighbor{}
	for _, nb := range all.neighbors(q) {
		if len(found) < k && keep(nb) {
			found = append(found, nb)
		}
	}
	return found
}

// TestFilterAndRangeEqualOracle allows some of the rows, of which many are equal, and
// asks for the k nearest and for all within radii of all sizes.
func TestFilterAndRangeEqualOracle(t *testing.T) {
	const dim, n, asked = 4, 900, 12
	rows, queries := copies(n, dim, 1), copies(asked, dim, 5)
	copy(queries, rows[:4*dim])
	for _, metric := range []Metric{L2Squared, L1, Cosine, InnerProduct} {
		all := oracle(rows, queries, dim, n, Options{Metric: metric})
		for _, opt := range variants(metric, 0, 2) {
			x, err := Build(t.Context(), rows, dim, opt)
			if err != nil {
				t.Fatal(err)
			}
			for _, every := range []uint32{1, 2, 3, 50, 5000} {
				odd := new(Bitmap)
				for id := uint32(0); id < n; id += 3 {
					odd.Add(id)
				}
				filter := func(id uint32) bool { return id%every == 0 }
				for name, search := range map[string]struct {
					opt  SearchOptions
					keep func(id uint32) bool
				}{
					"function": {SearchOptions{Filter: filter}, filter},
					"bitmap":   {SearchOptions{Allowed: odd, Threads: 1}, odd.Contains},
					"both":     {SearchOptions{Filter: filter, Allowed: odd}, func(id uint32) bool { return filter(id) && odd.Contains(id) }},
				} {
					what := fmt.Sprintf("%v %v, %s, 1 in %d", metric, opt.Method, name, every)
					for _, k := range []int{1, 7, 200} {
						got, err := x.SearchBatch(t.Context(), queries, k, search.opt)
						if err != nil {
							t.Fatal(err)
						}
						for q := range asked {
							want := of(all, q, k, func(nb Neighbor) bool { return search.keep(nb.ID) })
							if diff := cmp.Diff(want, got.neighbors(q)); diff != "" {
								t.Fatalf("%s: k %d, query %d (-want +got):\n%s", what, k, q, diff)
							}
						}
					}
					for q := range asked {
						_, distances := all.Of(q)
						for _, at := range []int{0, 5, n / 2, n - 1} {
							radius := distances[at] // rows at this distance are within
							got, err := x.SearchRange(t.Context(), queries[q*dim:][:dim], radius, n, search.opt)
							if err != nil {
								t.Fatal(err)
							}
							want := of(all, q, n, func(nb Neighbor) bool { return nb.Distance <= radius && search.keep(nb.ID) })
							if diff := cmp.Diff(want, got); diff != "" {
								t.Fatalf("%s: within %v of query %d (-want +got):\n%s", what, radius, q, diff)
							}
						}
					}
				}
			}
		}
	}
}

// TestRangeOfMany has more rows within the radius than there is room for at first, and
// than the limit allows.
func TestRangeOfMany(t *testing.T) {
	const n = 5000
	rows := make([]float32, n)
	for i := range rows {
		rows[i] = float32(i)
	}
	for _, method := range []Method{Brute, KDTree} {
		x, err := Build(t.Context(), rows, 1, Options{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int{1, 100, 3000, n, 10 * n} {
			for _, radius := range []float64{-1, 0, 16, 3e6, math.Inf(1)} {
				got, err := x.SearchRange(t.Context(), []float32{0}, radius, limit, SearchOptions{})
				if err != nil {
					t.Fatal(err)
				}
				want := 0
				for want < min(limit, n) && float64(want)*float64(want) <= radius {
					want++
				}
				if len(got) != want {
					t.Fatalf("%v: limit %d, radius %v: %d rows, want %d", method, limit, radius, len(got), want)
				}
				for i, nb := range got {
					if int(nb.ID) != i {
						t.Fatalf("%v: limit %d, radius %v: row %d at %d", method, limit, radius, nb.ID, i)
					}
				}
			}
		}
	}
}

func TestSearchOptionErrors(t *testing.T) {
	x, err := Build(t.Context(), []float32{1, 2, 3, 4}, 2, Options{})
	if err != nil {
		t.Fatal(err)
	}
	query := []float32{1, 2}
	ended, end := context.WithCancel(t.Context())
	end()
	_, many := x.SearchBatch(t.Context(), query, 1, SearchOptions{Threads: -1})
	_, nan := x.SearchRange(t.Context(), query, math.NaN(), 1, SearchOptions{})
	_, none := x.SearchRange(t.Context(), query, 1, 0, SearchOptions{})
	_, short := x.SearchRange(t.Context(), query[:1], 1, 1, SearchOptions{})
	_, late := x.SearchRange(ended, query, 1, 1, SearchOptions{})
	for _, test := range []struct{ got, want error }{{many, ErrOptions}, {nan, ErrOptions}, {none, ErrK}, {short, ErrDimension}, {late, context.Canceled}} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("got %v, want %v", test.got, test.want)
		}
	}
	defer func() {
		if value := recover(); value != "no" {
			t.Errorf("the panic of a filter arrives as %v", value)
		}
		if got, err := x.Search(t.Context(), query, 2, SearchOptions{}); err != nil || len(got) != 2 {
			t.Errorf("after a panic: %v, %v", got, err)
		}
	}()
	_, _ = x.SearchBatch(t.Context(), query, 1, SearchOptions{Filter: func(uint32) bool { panic("no") }})
}
