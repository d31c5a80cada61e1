package ann

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
)

// searchesOf returns the searches of x.
func searchesOf(x *Index) Searches {
	return Searches{Dim: x.Dim(), Unique: x.Stats().Unique, Graph: x.SearchBatch, Exact: x.SearchExact}
}

// TestSearchesOfOneIndex are tuned as the index is.
func TestSearchesOfOneIndex(t *testing.T) {
	const dim, k = 8, 10
	rows, queries := halves(3000, 1200, dim)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	for _, target := range []float64{0.5, 0.9, 0.97, 1} {
		want, how, err := x.SearchAtRecall(t.Context(), queries, k, target, TuneOptions{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		got, tuned, err := searchesOf(x).AtRecall(t.Context(), queries, k, target, TuneOptions{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		if tuned != how {
			t.Errorf("target %v: tuned %+v, want %+v", target, tuned, how)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("target %v: (-index +searches):\n%s", target, diff)
		}
		if target == 1 {
			continue
		}
		if how, err = x.Tune(t.Context(), queries[:100*dim], k, target, TuneOptions{}); err != nil {
			t.Fatal(err)
		}
		if tuned, err = searchesOf(x).Tune(t.Context(), queries[:100*dim], k, target, TuneOptions{}); err != nil || tuned != how {
			t.Errorf("target %v: tuned %+v, %v, want %+v", target, tuned, err, how)
		}
	}
}

// TestSearchesWithErrors: errors of the searches are returned, and so are those of options.
func TestSearchesWithErrors(t *testing.T) {
	x := mustBuild(t, clustered(500, 2, 1), 2, exact.L2Squared, small)
	broken := errors.New("broken")
	fail := func(context.Context, []float32, int, SearchOptions) (*Result, error) { return nil, broken }
	graph, exactly := searchesOf(x), searchesOf(x)
	graph.Graph, exactly.Exact = fail, fail
	queries := clustered(400, 2, 2)
	for name, s := range map[string]Searches{"graph": graph, "exact": exactly} {
		if _, err := s.Tune(t.Context(), queries, 3, 0.9, TuneOptions{}); !errors.Is(err, broken) {
			t.Errorf("%s: Tune gives %v", name, err)
		}
		if _, _, err := s.AtRecall(t.Context(), queries, 3, 0.9, TuneOptions{}); !errors.Is(err, broken) {
			t.Errorf("%s: AtRecall gives %v", name, err)
		}
	}
	for _, target := range []float64{-1, 0, 1.5} {
		if _, _, err := searchesOf(x).AtRecall(t.Context(), queries, 3, target, TuneOptions{}); !errors.Is(err, ErrOptions) {
			t.Errorf("target %v: %v", target, err)
		}
	}
}
