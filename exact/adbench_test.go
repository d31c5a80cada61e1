package exact

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/testdata"
	"github.com/nngmix/nngmix/simd"
)

// adbench reads a set and returns its unlabeled rows and, as queries, one in ten of
// its anomalies, scaled to [0,1].
func adbench(tb testing.TB, path string) (rows, queries []float32, dim int) {
	tb.Helper()
	t, err := table.Read(context.Background(), path, table.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	dim = len(t.Columns) - 1
	scaled, label := make([]float32, t.Rows*dim), t.Columns[dim]
	column := make([]float64, t.Rows)
	for c, col := range t.Columns[:dim] {
		col.Floats(column, 1, 0, t.Rows)
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, x := range column {
			lo, hi = min(lo, x), max(hi, x)
		}
		for r, x := range column {
			if hi > lo {
				scaled[r*dim+c] = float32((x - lo) / (hi - lo))
			}
		}
	}
	anomalies := 0
	for r := range t.Rows {
		row := scaled[r*dim:][:dim]
		if label.Float(r) == 1 {
			if anomalies++; anomalies%10 == 1 {
				queries = append(queries, row...)
				continue
			}
		}
		rows = append(rows, row...)
	}
	return rows, queries, dim
}

// every returns count of the rows of dim columns, spread evenly, or all.
func every(rows []float32, dim, count int) []float32 {
	s := source{rows: rows, dim: dim}
	return s.gather(nil, s.sample(count))
}

// TestADBench compares all methods and metrics with the oracle on all rows of all
// sets, for as many anomalies as 5 million values of rows allow, at least one. Short tests take the small sets.
func TestADBench(t *testing.T) {
	if raceEnabled {
		t.Skip("too slow under the race detector; the other tests run the same goroutines")
	}
	for _, path := range testdata.ADBench(t, "*") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".npz"), func(t *testing.T) {
			t.Parallel()
			rows, queries, dim := adbench(t, path)
			if testing.Short() && len(rows) > 100_000 {
				t.Skip("larger than short tests allow")
			}
			queries = every(queries, dim, max(1, min(50, 5_000_000/len(rows))))
			best := simd.Supported()[len(simd.Supported())-1:]
			for m := range Metric(len(metricNames)) {
				check(t, rows, queries, dim, 10, variants(m, 0, 2), best)
			}
			check(t, rows, queries, dim, 10, variants(L2Squared, dim/2, 2), best)
		})
	}
}

// BenchmarkSearch is the search of a generation step: unlabeled rows against one in
// ten of the anomalies, k = 10, with everything it takes.
func BenchmarkSearch(b *testing.B) {
	for _, set := range []string{
		"adbench/Classical/11_donors", "adbench/Classical/16_http", "adbench/Classical/33_skin", "adbench/Classical/8_celeba",
		"adbench/Classical/3_backdoor", "daily_sports_1m",
	} {
		var rows, queries []float32
		var dim int
		for _, method := range []Method{Auto, Brute, KDTree} {
			for _, threads := range []int{1, 2} {
				b.Run(fmt.Sprintf("set=%s/method=%v/threads=%d", filepath.Base(set), method, threads), func(b *testing.B) {
					if rows == nil {
						rows, queries, dim = adbench(b, testdata.Path(b, set+".npz"))
					}
					benchmarkSearch(b, rows, queries, dim, Options{Method: method, Threads: threads})
				})
			}
		}
	}
}

func benchmarkSearch(b *testing.B, rows, queries []float32, dim int, opt Options) {
	var sum Stats
	for b.Loop() {
		_, stats, err := Search(b.Context(), rows, dim, queries, 10, opt)
		if err != nil {
			b.Fatal(err)
		}
		sum.DedupeSeconds += stats.DedupeSeconds
		sum.BuildSeconds += stats.BuildSeconds
		sum.SearchSeconds += stats.SearchSeconds
	}
	b.ReportMetric(sum.DedupeSeconds*1e3/float64(b.N), "ms-dedupe/op")
	b.ReportMetric(sum.BuildSeconds*1e3/float64(b.N), "ms-build/op")
	b.ReportMetric(sum.SearchSeconds*1e3/float64(b.N), "ms-search/op")
}
