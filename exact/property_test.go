package exact

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "github.com/nngmix/nngmix/internal/steady"
	"github.com/nngmix/nngmix/simd"
	"pgregory.net/rapid"
)

// drawn is a table with many ties, queries and a way to search.
type drawn struct {
	rows, queries []float32
	dim, k        int
	opt           Options
	level         simd.Level
}

func draw(t *rapid.T) drawn {
	var d drawn
	d.dim = rapid.IntRange(1, 6).Draw(t, "dim")
	rows, queries := rapid.IntRange(1, 400).Draw(t, "rows"), rapid.IntRange(0, 12).Draw(t, "queries")
	distinct := rapid.IntRange(1, 9).Draw(t, "distinct values")
	value := rapid.Custom(func(t *rapid.T) float32 { return float32(rapid.IntRange(0, distinct).Draw(t, "value")-4) / 3 })
	d.rows = rapid.SliceOfN(value, rows*d.dim, rows*d.dim).Draw(t, "row values")
	d.queries = rapid.SliceOfN(value, queries*d.dim, queries*d.dim).Draw(t, "query values")
	d.k = rapid.IntRange(1, rows+2).Draw(t, "k")
	d.opt.Metric = Metric(rapid.IntRange(0, len(metricNames)-1).Draw(t, "metric"))
	d.opt.Threads = rapid.IntRange(0, 4).Draw(t, "threads")
	d.opt.Method = rapid.SampledFrom([]Method{Auto, Brute, KDTree}).Draw(t, "method")
	if d.opt.Metric == Cosine || d.opt.Metric == InnerProduct {
		d.opt.Method = Brute
	}
	if d.opt.Metric == L2Squared {
		d.opt.Nominal = rapid.IntRange(0, d.dim).Draw(t, "nominal")
	}
	d.level = rapid.SampledFrom(simd.Supported()).Draw(t, "level")
	return d
}

func (d drawn) search(t *rapid.T) *Result {
	res, _, err := searchAt(context.Background(), d.rows, d.dim, d.queries, d.k, d.opt, d.level)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestAnyTableEqualsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		if diff := cmp.Diff(oracle(d.rows, d.queries, d.dim, d.k, d.opt), d.search(t)); diff != "" {
			t.Fatalf("(-oracle +got):\n%s", diff)
		}
	})
}

func TestFirstKOfMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		few := d.search(t)
		d.k++
		more := d.search(t)
		for q := range few.Counts {
			ids, distances := few.Of(q)
			moreIDs, moreDistances := more.Of(q)
			if len(moreIDs) < len(ids) || !cmp.Equal(ids, moreIDs[:len(ids)]) || !cmp.Equal(distances, moreDistances[:len(ids)]) {
				t.Fatalf("query %d: %v at %v, with one more %v at %v", q, ids, distances, moreIDs, moreDistances)
			}
		}
	})
}

func TestPermutedRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		n := len(d.rows) / d.dim
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		order = rapid.Permutation(order).Draw(t, "order")
		want := d.search(t)
		original := d.rows
		d.rows = make([]float32, len(original))
		for to, from := range order {
			copy(d.rows[to*d.dim:][:d.dim], original[from*d.dim:])
		}
		got := d.search(t)
		if diff := cmp.Diff(want.Distances, got.Distances); diff != "" {
			t.Fatalf("distances (-in order +permuted):\n%s", diff)
		}
		for q := range got.Counts {
			ids, distances := got.Of(q)
			for i, id := range ids {
				row := original[order[id]*d.dim:][:d.dim]
				if want := oracleDistance(d.queries[q*d.dim:][:d.dim], row, d.opt); distances[i] != want {
					t.Fatalf("query %d: row %d is at %v, got %v", q, id, want, distances[i])
				}
			}
		}
	})
}
