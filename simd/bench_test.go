package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// benchLevels runs a benchmark for every level, metric and number of columns.
func benchLevels(b *testing.B, dims []int, run func(b *testing.B, m Metric, k *Kernels, dim int)) {
	for _, l := range Supported() {
		for m := range metrics {
			for _, dim := range dims {
				b.Run(fmt.Sprintf("level=%v/metric=%s/dim=%d", l, metricNames[m], dim), func(b *testing.B) {
					run(b, m, &table[l][m], dim)
				})
			}
		}
	}
}

// report adds the rate of column comparisons and the time of one distance.
func report(b *testing.B, distances, dim int) {
	b.SetBytes(int64(distances) * int64(dim) * 2 * 4)
	n, ns := float64(b.N)*float64(distances), float64(b.Elapsed().Nanoseconds())
	b.ReportMetric(n*float64(dim)/ns, "Gelem/s")
	b.ReportMetric(ns/n, "ns/distance")
}

var blockDims = []int{3, 10, 32, 128, 784}

// benchBlocks returns 256 KB of blocks, as much as exact search keeps in the
// second-level cache, and a bound. Rows are near to a query of zeros but for
// their last column, so no look at the bound ends the work early.
func benchBlocks(m Metric, dim int) (blocks []float32, n int, bound float32) {
	n = max(1, 1<<16/(dim*BlockRows))
	blocks = make([]float32, n*dim*BlockRows)
	for i := range blocks {
		if i/BlockRows%dim == dim-1 {
			blocks[i] = 10
		}
	}
	if m == InnerProduct {
		return blocks, n, -1
	}
	return blocks, n, 1
}

func BenchmarkTile(b *testing.B) {
	benchLevels(b, blockDims, func(b *testing.B, m Metric, k *Kernels, dim int) {
		blocks, n, bound := benchBlocks(m, dim)
		q, bounds, out := make([]float32, dim*TileQueries), [TileQueries]float32{bound, bound, bound, bound}, new(TileHit)
		for b.Loop() {
			if k.Tile(q, blocks, dim, 0, &bounds, out) != n {
				b.Fatal("hit")
			}
		}
		report(b, n*BlockRows*TileQueries, dim)
	})
}

func BenchmarkScan(b *testing.B) {
	benchLevels(b, blockDims, func(b *testing.B, m Metric, k *Kernels, dim int) {
		blocks, n, bound := benchBlocks(m, dim)
		q, out := make([]float32, dim), new(ScanHit)
		for b.Loop() {
			if k.Scan(q, blocks, dim, 0, bound, out) != n {
				b.Fatal("hit")
			}
		}
		report(b, n*BlockRows, dim)
	})
}

var rowDims = []int{10, 16, 32, 128, 784}

// benchRows returns a query and rows padded to whole lanes, 256 KB or 256 MB.
func benchRows(dim, bytes int) (q, rows []float32, stride, n int) {
	stride = (dim + Lanes - 1) / Lanes * Lanes
	n = bytes / (stride * 4)
	return make([]float32, stride), make([]float32, n*stride), stride, n
}

func BenchmarkPair(b *testing.B) {
	benchLevels(b, rowDims, func(b *testing.B, _ Metric, k *Kernels, dim int) {
		q, rows, _, _ := benchRows(dim, 1<<14)
		var sink float32
		for b.Loop() {
			sink += k.Pair(q[:dim], rows[:dim])
		}
		report(b, 1, dim)
	})
}

func BenchmarkRows(b *testing.B) {
	benchLevels(b, rowDims, func(b *testing.B, _ Metric, k *Kernels, dim int) {
		q, rows, stride, n := benchRows(dim, 1<<18)
		dst := make([]float32, n)
		for b.Loop() {
			k.Rows(dst, q[:dim], rows, stride)
		}
		report(b, n, dim)
	})
}

// BenchmarkGather compares lists of 32 random rows, of padded columns as a graph
// stores them.
func BenchmarkGather(b *testing.B) {
	benchGather(b, 1<<18)
}

// BenchmarkGatherMemory is BenchmarkGather on rows far beyond the caches.
func BenchmarkGatherMemory(b *testing.B) {
	benchGather(b, 1<<28)
}

func benchGather(b *testing.B, bytes int) {
	benchLevels(b, rowDims[1:], func(b *testing.B, _ Metric, k *Kernels, dim int) {
		const list, lists = 32, 1 << 12
		q, rows, stride, n := benchRows(dim, bytes)
		for i := range rows {
			rows[i] = 1 // untouched pages would all be the same one
		}
		ids, dst, next := randomIDs(rand.New(rand.NewPCG(1, 2)), list*lists, n), make([]float32, list), 0
		for b.Loop() {
			k.Gather(dst, q, rows, stride, ids[next:][:list])
			next = (next + list) % len(ids)
		}
		report(b, list, dim)
	})
}

func randomIDs(r *rand.Rand, count, n int) []uint32 {
	ids := make([]uint32, count)
	for i := range ids {
		ids[i] = r.Uint32N(uint32(n))
	}
	return ids
}

// BenchmarkGemm multiplies square matrices and the layers of small networks.
func BenchmarkGemm(b *testing.B) {
	for _, l := range Supported() {
		for _, s := range [][3]int{{64, 64, 64}, {256, 256, 256}, {1024, 1024, 1024}, {200, 100, 30}, {128, 20, 100}, {128, 784, 100}, {1, 100, 100}} {
			for _, trans := range []string{"nn", "tn", "nt"} {
				m, n, k := s[0], s[1], s[2]
				b.Run(fmt.Sprintf("level=%v/trans=%s/m=%d/n=%d/k=%d", l, trans, m, n, k), func(b *testing.B) {
					transA, transB := trans[0] == 't', trans[1] == 't'
					x, y, z := make([]float32, m*k), make([]float32, k*n), make([]float32, m*n)
					lda, ldb := k, n
					if transA {
						lda = m
					}
					if transB {
						ldb = k
					}
					for b.Loop() {
						gemmTable[l].multiply(transA, transB, m, n, k, 1, x, lda, y, ldb, 0, z, n)
					}
					b.SetBytes(int64(len(x)+len(y)+len(z)) * 4)
					b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				})
			}
		}
	}
}

func BenchmarkPackBlocks(b *testing.B) {
	for _, dim := range []int{3, 10, 45, 128, 784} {
		b.Run(fmt.Sprintf("dim=%d", dim), func(b *testing.B) {
			n := 1 << 16 / dim
			rows, dst := make([]float32, n*dim), make([]float32, BlocksLen(n, dim))
			for b.Loop() {
				PackBlocks(dst, rows, dim, dim, n)
			}
			reportElements(b, n*dim)
		})
	}
}

func BenchmarkPackQueries(b *testing.B) {
	const dim = 128
	q, dst := make([]float32, dim*TileQueries), make([]float32, dim*TileQueries)
	for b.Loop() {
		PackQueries(dst, q, dim, dim, TileQueries)
	}
	reportElements(b, len(q))
}

func BenchmarkColumnRange(b *testing.B) {
	for _, dim := range []int{3, 10, 45, 128} {
		b.Run(fmt.Sprintf("dim=%d", dim), func(b *testing.B) {
			n := 1 << 16 / dim
			rows, lo, hi := values("normal", 1, n*dim), make([]float32, dim), make([]float32, dim)
			for b.Loop() {
				ColumnRange(lo, hi, rows, dim, n)
			}
			reportElements(b, n*dim)
		})
	}
}

// reportElements adds the time of one of the elements that are read once.
func reportElements(b *testing.B, elements int) {
	b.SetBytes(int64(elements) * 4)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(elements), "ns/elem")
}
