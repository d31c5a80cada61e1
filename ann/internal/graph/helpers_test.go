package graph

import (
	"math/rand/v2"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// around returns n rows around a few centers, all different.
func around(n, dim int, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	centers := make([]float32, 20*dim)
	for i := range centers {
		centers[i] = float32(r.NormFloat64())
	}
	rows := make([]float32, 0, n*dim)
	for range n {
		for _, c := range centers[r.IntN(20)*dim:][:dim] {
			rows = append(rows, c+0.3*float32(r.NormFloat64()))
		}
	}
	return rows
}

// smallGraph makes graphs of tables that would otherwise be scanned as a whole.
var smallGraph = func() Tuning {
	t := DefaultTuning
	t.Leaf, t.LayerRows, t.EntryRows, t.EntryColumns = 64, 64, 32, 0
	return t
}()

var usual = Options{M: 16, EfConstruction: 64}

// allRows returns the numbers of n rows.
func allRows(n int) []uint32 {
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(i)
	}
	return ids
}

// mustGraph builds a graph of rows, which are all different, by their squared distances.
func mustGraph(tb testing.TB, rows []float32, dim int, tune Tuning) *Graph {
	tb.Helper()
	stride := (dim + simd.Lanes - 1) / simd.Lanes * simd.Lanes
	g := &Graph{Kernels: simd.For(simd.L2Squared), N: len(rows) / dim, Columns: dim, Stride: stride}
	g.Rows = memory.Floats(g.N * stride)
	for i := range g.N {
		copy(g.Row(uint32(i)), rows[i*dim:][:dim])
	}
	b := NewBuilder(g, usual, tune)
	order := allRows(g.N)
	if err := b.Order(tb.Context(), order); err != nil {
		tb.Fatal(err)
	}
	g.Pick(order, 1)
	if err := b.Build(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return g
}

// withCodes returns g built again with codes.
func withCodes(tb testing.TB, g *Graph) *Graph {
	tb.Helper()
	with := &Graph{Kernels: g.Kernels, N: g.N, Columns: g.Columns, Stride: g.Stride, Rows: g.Rows}
	if err := with.Quantize(tb.Context(), false, 1); err != nil {
		tb.Fatal(err)
	}
	if err := NewBuilder(with, usual, smallGraph).Build(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return with
}
