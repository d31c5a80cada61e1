package ann

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/graph"
)

// benchIndex is an index of 300,000 rows of 64 columns, which outgrow the caches, with
// 1,000 queries like them.
var benchIndex = sync.OnceValues(func() (*Index, []float32) {
	const n, queries, dim = 300_000, 1000, 64
	rows := latent(n+queries, dim, 12)
	x, err := build(context.Background(), nil, rows[:n*dim], dim, DefaultOptions(), graph.DefaultTuning)
	if err != nil {
		panic(err)
	}
	return x, rows[n*dim:]
})

// latent returns n rows of dim columns that are sums of few axes.
func latent(n, dim, axes int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	axis := make([]float32, axes*dim)
	for i := range axis {
		axis[i] = float32(r.NormFloat64()) / float32(axes)
	}
	rows := make([]float32, n*dim)
	for i := 0; i < len(rows); i += dim {
		for a := range axes {
			weight := float32(r.NormFloat64())
			for j := range dim {
				rows[i+j] += weight * axis[a*dim+j]
			}
		}
	}
	return rows
}

// BenchmarkSearch answers 1,000 queries on one thread, one by one and as one batch, in
// which searches take turns while they wait for memory.
func BenchmarkSearch(b *testing.B) {
	x, queries := benchIndex()
	const k, dim = 10, 64
	n := len(queries) / dim
	want, err := x.SearchExact(context.Background(), queries, k, SearchOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, ef := range []int{10, 40} {
		opt := SearchOptions{EfSearch: ef, Threads: 1}
		got, err := x.SearchBatch(context.Background(), queries, k, opt)
		if err != nil {
			b.Fatal(err)
		}
		report := func(b *testing.B) {
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "QPS")
			b.ReportMetric(recall(got, want), "recall")
		}
		b.Run(fmt.Sprintf("one-by-one/ef=%d", ef), func(b *testing.B) {
			room := make([]Neighbor, 0, k)
			for b.Loop() {
				for q := range n {
					if room, err = x.AppendSearch(context.Background(), room[:0], queries[q*dim:][:dim], k, opt); err != nil {
						b.Fatal(err)
					}
				}
			}
			report(b)
		})
		b.Run(fmt.Sprintf("batch/ef=%d", ef), func(b *testing.B) {
			for b.Loop() {
				if got, err = x.SearchBatch(context.Background(), queries, k, opt); err != nil {
					b.Fatal(err)
				}
			}
			report(b)
		})
	}
}
