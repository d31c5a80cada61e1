package ann

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// TestSearchRange asks for all rows within radii of many sizes. All that is found must
// be within, with the right distance, in order; and hardly any may be missed.
func TestSearchRange(t *testing.T) {
	const dim, n, asked = 8, 4000, 20
	rows, queries := clustered(n, dim, 1), clustered(asked, dim, 2)
	for _, metric := range metrics {
		x := mustBuild(t, rows, dim, metric, small)
		truth := must(exact.Build(t.Context(), rows, dim, exact.Options{Metric: metric}))
		all := must(truth.SearchBatch(t.Context(), queries, n, exact.SearchOptions{}))
		odd := func(id uint32) bool { return id%2 == 1 }
		for name, filter := range map[string]func(id uint32) bool{"all": nil, "odd": odd} {
			found, there := 0, 0
			for q := range asked {
				_, distances := all.Of(q)
				query := queries[q*dim:][:dim]
				for _, at := range []int{0, 3, 63, 64, 300, 2000, n - 1} {
					radius := distances[at]
					want := must(truth.SearchRange(t.Context(), query, radius, n, exact.SearchOptions{Filter: filter}))
					got := must(x.SearchRange(t.Context(), query, radius, n, SearchOptions{Filter: filter}))
					next := 0
					for _, nb := range got { // each of them is among those that are there
						for next < len(want) && want[next] != nb {
							next++
						}
						if next == len(want) {
							t.Fatalf("%v, %s, query %d, radius %v: %v is not within, or not in order", metric, name, q, radius, nb)
						}
					}
					found += len(got)
					there += len(want)
					few := must(x.SearchRange(t.Context(), query, radius, 10, SearchOptions{Filter: filter}))
					if !slices.Equal(few, got[:min(10, len(got))]) && metric != exact.InnerProduct {
						t.Errorf("%v, %s, query %d, radius %v: of 10 %v, want %v", metric, name, q, radius, few, got[:min(10, len(got))])
					}
				}
			}
			if share := float64(found) / float64(there); share < 0.98 {
				t.Errorf("%v, %s: %.4f of the rows within are found", metric, name, share)
			}
		}
	}
}

func TestSearchRangeEdges(t *testing.T) {
	x := mustBuild(t, []float32{0, 1, 2, 3}, 1, exact.L2Squared, small)
	for _, test := range []struct {
		radius float64
		limit  int
		want   int
		err    error
	}{
		{-1, 5, 0, nil}, {0, 5, 1, nil}, {4, 5, 3, nil}, {math.Inf(1), 5, 4, nil}, {math.Inf(1), 2, 2, nil}, {math.Inf(1), math.MaxInt, 4, nil},
		{math.NaN(), 5, 0, ErrOptions}, {1, 0, 0, ErrK},
	} {
		got, err := x.SearchRange(t.Context(), []float32{0}, test.radius, test.limit, SearchOptions{})
		if len(got) != test.want || !errors.Is(err, test.err) {
			t.Errorf("radius %v, limit %d: got %v, %v", test.radius, test.limit, got, err)
		}
	}
	empty := must(New(1, Options{}))
	if got, err := empty.SearchRange(t.Context(), []float32{0}, 1, 1, SearchOptions{}); len(got) > 0 || err != nil {
		t.Errorf("an empty index: got %v, %v", got, err)
	}
}
