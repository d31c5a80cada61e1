//go:build linux

package ann

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"golang.org/x/sys/unix"
)

// filterIndex is an index of 150,000 rows of 32 columns, with 1,000 queries like them.
var filterIndex = sync.OnceValues(func() (*Index, []float32) {
	const n, queries, dim = 150_000, 1000, 32
	rows := latent(n+queries, dim, 12)
	x, err := build(context.Background(), nil, rows[:n*dim], dim, Options{}, graph.DefaultTuning)
	if err != nil {
		panic(err)
	}
	return x, rows[n*dim:]
})

// processor returns the seconds that this process has kept a processor busy: other
// programs that run at the same time do not count.
func processor() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return float64(t.Nano()) / 1e9
}

// BenchmarkFilter answers 1,000 queries on one thread among a share of the rows, drawn at
// random, which a bitmap or a function allows: one by one and as one batch. It reports
// how many times as long that takes as without a filter, and the recall.
func BenchmarkFilter(b *testing.B) {
	x, queries := filterIndex()
	const k, dim, n = 10, 32, 150_000
	asked := len(queries) / dim
	batch := func(b *testing.B, opt SearchOptions) *Result {
		res, err := x.SearchBatch(context.Background(), queries, k, opt)
		if err != nil {
			b.Fatal(err)
		}
		return res
	}
	single := func(b *testing.B, opt SearchOptions) *Result {
		res := x.newResult(asked, k)
		for q := range asked {
			found, err := x.Search(context.Background(), queries[q*dim:][:dim], k, opt)
			if err != nil {
				b.Fatal(err)
			}
			put(res, q, found)
		}
		return res
	}
	for _, share := range []float64{1, 0.9, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001} {
		r := rand.New(rand.NewPCG(1, 1))
		allowed := new(Bitmap)
		for id := range uint32(n) {
			if r.Float64() < share {
				allowed.Add(id)
			}
		}
		want, err := x.SearchExact(context.Background(), queries, k, SearchOptions{Allowed: allowed})
		if err != nil {
			b.Fatal(err)
		}
		for _, ef := range []int{40} {
			all := SearchOptions{EfSearch: ef, Threads: 1}
			bitmap, function := all, all
			bitmap.Allowed, function.Filter = allowed, allowed.Contains
			for name, run := range map[string]func(b *testing.B) *Result{
				"bitmap/single":   func(b *testing.B) *Result { return single(b, bitmap) },
				"bitmap/batch":    func(b *testing.B) *Result { return batch(b, bitmap) },
				"function/single": func(b *testing.B) *Result { return single(b, function) },
				"function/batch":  func(b *testing.B) *Result { return batch(b, function) },
			} {
				plain := single
				if name[len(name)-5:] == "batch" {
					plain = batch
				}
				b.Run(fmt.Sprintf("ef=%d/share=%v/%s", ef, share, name), func(b *testing.B) {
					var got *Result
					took := math.Inf(1)
					for b.Loop() {
						start := processor()
						got = run(b)
						took = min(took, processor()-start)
					}
					b.StopTimer()
					least := math.Inf(1)
					for range 5 {
						start := processor()
						plain(b, all)
						least = min(least, processor()-start)
					}
					b.ReportMetric(took/least, "times")
					b.ReportMetric(1e6*took/float64(asked), "us/query")
					b.ReportMetric(recall(got, want), "recall")
				})
			}
		}
	}
}
