package exact

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nngmix/nngmix/simd"
)

// A kind of table that is hard in its own way. make fills rows in place.
var tables = []struct {
	name    string
	nominal bool // the last columns hold codes
	make    func(r *rand.Rand, rows []float32, dim int)
}{
	{"normal", false, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(r.NormFloat64())
		}
	}},
	{"duplicates", true, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(r.IntN(2)) / 2
		}
	}},
	{"grid", true, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(r.IntN(7)-3) / 7
		}
	}},
	{"constant", true, func(_ *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = 0.1
		}
	}},
	{"signed zeros", false, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(math.Copysign(0, r.Float64()-0.5))
		}
	}},
	{"huge norms, tiny differences", false, func(r *rand.Rand, rows []float32, dim int) {
		for i := range rows {
			rows[i] = float32(i%dim+1)*1e6 + float32(r.IntN(5))
		}
	}},
	{"distances beyond float32", false, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(r.NormFloat64()) * 1e37
		}
	}},
	{"squares below float32", false, func(r *rand.Rand, rows []float32, _ int) {
		for i := range rows {
			rows[i] = float32(r.NormFloat64()) * 1e-24
		}
	}},
	{"one far row", false, func(r *rand.Rand, rows []float32, dim int) {
		for i := range rows {
			rows[i] = float32(r.Float64())
		}
		rows[dim/2] = 1e18
	}},
}

func TestSearchBatchEqualsOracle(t *testing.T) {
	for _, table := range tables {
		t.Run(table.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for _, shape := range []struct{ rows, dim, queries, k int }{
				{1, 1, 1, 1}, {3, 2, 5, 10}, {63, 1, 7, 3}, {64, 3, 4, 64}, {65, 5, 9, 1}, {700, 3, 30, 10}, {900, 17, 13, 7}, {300, 70, 6, 299},
			} {
				data := make([]float32, (shape.rows+shape.queries)*shape.dim)
				table.make(r, data, shape.dim)
				rows, queries := data[:shape.rows*shape.dim], data[shape.rows*shape.dim:]
				for m := range Metric(len(metricNames)) {
					check(t, rows, queries, shape.dim, shape.k, variants(m, 0, 1, 8), simd.Supported())
				}
				if table.nominal {
					check(t, rows, queries, shape.dim, shape.k, variants(L2Squared, (shape.dim+1)/2, 2), simd.Supported())
					check(t, rows, queries, shape.dim, shape.k, variants(L2Squared, shape.dim, 1), simd.Supported())
				}
			}
		})
	}
}

func TestSearchIsTheFirstOfABatch(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	rows := make([]float32, 500*4)
	tables[0].make(r, rows, 4)
	x, err := Build(t.Context(), rows, 4, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for q := range 20 {
		got, err := x.Search(t.Context(), rows[q*4:][:4], 3, SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := oracle(rows, rows[q*4:][:4], 4, 3, Options{})
		for i, nb := range got {
			if nb.ID != want.IDs[i] || nb.Distance != want.Distances[i] {
				t.Errorf("query %d, neighbor %d: got %v, want %d at %v", q, i, nb, want.IDs[i], want.Distances[i])
			}
		}
		if len(got) != 3 || got[0].ID != uint32(q) {
			t.Errorf("query %d is row %d, got %v", q, q, got)
		}
	}
}

func ExampleIndex_Search() {
	rows := []float32{0, 0, 1, 0, 3, 4, 1, 0} // four rows of two columns
	x, err := Build(context.Background(), rows, 2, DefaultOptions())
	if err != nil {
		fmt.Println(err)
		return
	}
	neighbors, err := x.Search(context.Background(), []float32{0, 0}, 3, SearchOptions{})
	fmt.Println(neighbors, err)
	// Output: [{0 0 0} {1 0 1} {3 0 1}] <nil>
}
