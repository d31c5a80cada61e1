//go:build (386 || amd64 || arm || arm64 || ppc64le || s390x) && !windows

package coder

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

func TestSearchFindsNearRows(t *testing.T) {
	const n, dim, k = 300, 4, 5
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]float32, n*dim)
	for i := range rows {
		rows[i] = rng.Float32()
	}
	x, err := Build(t.Context(), rows, dim, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	truth, _, err := exact.Search(t.Context(), rows, dim, rows, n, exact.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	self := 0
	for q := range n {
		found, err := x.Search(t.Context(), rows[q*dim:(q+1)*dim], k)
		if err != nil {
			t.Fatal(err)
		}
		ids, distances := truth.Of(q)
		for i, nb := range found {
			if at := slices.Index(ids, nb.ID); distances[at] != nb.Distance {
				t.Fatalf("query %d, row %d: distance %v, exact search has %v", q, nb.ID, nb.Distance, distances[at])
			}
			if i > 0 && found[i-1].Distance > nb.Distance {
				t.Fatalf("query %d: not in order", q)
			}
		}
		if len(found) > 0 && found[0].ID == uint32(q) {
			self++
		}
	}
	if self < n/2 {
		t.Errorf("only %d of %d rows find themselves", self, n)
	}
	t.Logf("%d of %d rows find themselves", self, n)
}

func TestErrors(t *testing.T) {
	if _, err := Build(t.Context(), []float32{1, 2, 3}, 2, DefaultOptions()); err == nil {
		t.Error("half a row is accepted")
	}
	x, err := Build(t.Context(), []float32{1, 2, 3, 4}, 2, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := x.Search(t.Context(), []float32{1}, 1); err == nil {
		t.Error("a short query is accepted")
	}
}
