package ann

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/table"
)

// clustered returns n rows around a few centers, some of them copies.
func clustered(n, dim int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	centers := make([]float32, 20*dim)
	for i := range centers {
		centers[i] = float32(r.NormFloat64())
	}
	rows := make([]float32, 0, n*dim)
	for i := range n {
		if i > 0 && r.IntN(10) == 0 {
			rows = append(rows, rows[r.IntN(i)*dim:][:dim]...)
			continue
		}
		center := centers[r.IntN(20)*dim:][:dim]
		for _, c := range center {
			rows = append(rows, c+0.3*float32(r.NormFloat64()))
		}
	}
	return rows
}

// small makes graphs of tables that would otherwise be scanned as a whole.
var small = func() graph.Tuning {
	t := graph.DefaultTuning
	t.Leaf, t.LayerRows, t.EntryRows, t.EntryColumns = 64, 64, 32, 0
	return t
}()

// mustBuild builds an index with DefaultOptions but for the metric.
func mustBuild(tb testing.TB, rows []float32, dim int, metric exact.Metric, tune graph.Tuning) *Index {
	tb.Helper()
	opt := DefaultOptions()
	opt.Metric = metric
	x, err := build(context.Background(), nil, rows, dim, opt, tune)
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

// truth returns the exact neighbors.
func truth(tb testing.TB, rows, queries []float32, dim, k int, metric exact.Metric) *exact.Result {
	tb.Helper()
	x, err := exact.Build(context.Background(), rows, dim, exact.Options{Metric: metric})
	if err != nil {
		tb.Fatal(err)
	}
	res, err := x.SearchBatch(context.Background(), queries, k, exact.SearchOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return res
}

// recall returns the share of the neighbors in got that are as near as the k-th
// true one. It panics where a row is returned twice.
func recall(got, want *exact.Result) float64 {
	hits, all := 0, 0
	for q := range want.Counts {
		ids, near := got.Of(q)
		_, best := want.Of(q)
		for i, d := range near {
			if slices.Contains(ids[:i], ids[i]) {
				panic(fmt.Sprintf("query %d: row %d is returned twice", q, ids[i]))
			}
			if d <= best[len(best)-1] {
				hits++
			}
		}
		all += len(best)
	}
	return float64(hits) / float64(all)
}

// adbench reads an ADBench set, scales it to [0, 1] and returns its normal rows
// and its anomalies.
func adbench(tb testing.TB, path string) (normal, anomalies []float32, dim int) {
	tb.Helper()
	t, err := table.Read(tb.Context(), path, table.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	label, err := t.Find("y")
	if err != nil {
		tb.Fatal(err)
	}
	dim = len(t.Columns) - 1
	scaled := make([]float32, t.Rows*dim)
	values := make([]float64, t.Rows)
	columns := append(t.Columns[:label:label], t.Columns[label+1:]...)
	for j, c := range columns {
		c.Floats(values, 1, 0, t.Rows)
		low, high := values[0], values[0]
		for _, v := range values {
			low, high = min(low, v), max(high, v)
		}
		for i, v := range values {
			if high > low {
				scaled[i*dim+j] = float32((v - low) / (high - low))
			}
		}
	}
	for i := range t.Rows {
		row := scaled[i*dim:][:dim]
		if t.Columns[label].Float(i) == 1 {
			anomalies = append(anomalies, row...)
		} else {
			normal = append(normal, row...)
		}
	}
	return normal, anomalies, dim
}

// first returns the first segment of x.
func (x *Index) first() *segment { return x.state.Load().views[0].segment }
