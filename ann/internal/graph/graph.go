package graph

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// Graph is a proximity graph over rows. It knows nothing of metrics, duplicates
// and row ids: its rows are numbered from 0, in an order in which neighbors are
// close to each other.
type Graph struct {
	Kernels  *simd.Kernels
	Products *simd.Kernels // where queries are ranked by products with rows; else nil
	N        int
	Columns  int       // values of a row
	Stride   int       // values from a row to the next, a multiple of simd.Lanes
	Rows     []float32 // row i at i·stride, padded with zeros; nil where lossless codes stand for rows
	Layer              // all rows with their links
	Entries  Layer     // rows at which searches may enter, evenly spread, without links
	Outposts []uint32  // more of them, the farthest out first
	entrance entrance  // copies of entries and outposts, once entered is set; see opened
	entered  atomic.Bool
	entering sync.Mutex
	counted  atomic.Int64 // links, and one more; 0 where they were not counted

	Quantizer   quantizer
	CodeSection []byte  // the memory of quantizer.low, then that of codes
	Codes       []uint8 // of all rows, or nil
}

// Layer is a sample of the rows of a graph with links between them: row i of the
// layer is row offset + i<<shift of the graph, so it is every row, or every second,
// or every fourth, and so on. Links hold row numbers of the graph.
type Layer struct {
	Size   int
	Shift  uint
	offset uint32
	Degree int      // room for links in a list
	Links  []uint32 // list of row i at i·degree, ended by none where it is shorter
}

// None ends a list of links.
const None = ^uint32(0)

// Sampled returns the layer of every 1<<shift-th of n rows, without links. Since
// rows are in an order in which neighbors are close to each other, the sample is
// even in space.
func Sampled(n int, shift uint, degree int) Layer {
	half := 1 << shift / 2
	return Layer{Size: (n + 1<<shift - 1 - half) >> shift, Shift: shift, offset: uint32(half), Degree: degree}
}

// nested returns the layer of every 1<<shift-th of n rows, without links; shift is
// a multiple of layerShift. The layers with smaller shifts have all of its rows.
func nested(n int, shift uint, degree int) Layer {
	l := Layer{Shift: shift, Degree: degree}
	for s := uint(0); s < shift; s += layerShift {
		l.offset += 1 << (s + layerShift) / 2
	}
	l.Size = (n + 1<<shift - 1 - int(l.offset)) >> shift
	return l
}

// Row returns row i with its padding.
func (g *Graph) Row(i uint32) []float32 {
	return g.Rows[int(i)*g.Stride:][:g.Stride:g.Stride]
}

// PutVector writes row i with its padding to dst.
func (g *Graph) PutVector(dst []float32, i uint32) {
	if g.Rows != nil {
		copy(dst, g.Row(i))
		return
	}
	simd.DecodeU8(dst[:g.Stride], g.Code(i), g.Quantizer.low, g.Quantizer.Step)
}

// Code returns the codes of row i with their padding.
func (g *Graph) Code(i uint32) []uint8 {
	stride := g.Quantizer.stride()
	return g.Codes[int(i)*stride:][:stride:stride]
}

// Pick keeps the rows ids, in that order.
func (g *Graph) Pick(ids []uint32, threads int) {
	rows := memory.Floats(len(ids) * g.Stride)
	parallel.Chunks(threads, len(ids), ChunkRows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			copy(rows[i*g.Stride:], g.Row(ids[i]))
		}
	})
	g.N, g.Rows = len(ids), rows
}

// id returns the number in the graph of row i of l.
func (l *Layer) id(i int) uint32 { return l.offset + uint32(i)<<l.Shift }

// index is the inverse of id.
func (l *Layer) index(id uint32) int { return int(id >> l.Shift) }

// ids returns the numbers of all rows of l.
func (l *Layer) ids() []uint32 {
	ids := make([]uint32, l.Size)
	for i := range ids {
		ids[i] = l.id(i)
	}
	return ids
}

// list returns the room for the links of a row.
func (l *Layer) list(id uint32) []uint32 {
	return l.Links[l.index(id)*l.Degree:][:l.Degree:l.Degree]
}

// linked returns the links of a row.
func (l *Layer) linked(id uint32) []uint32 { return trimList(l.list(id)) }

// CountLinks counts the links, once. The error is that of ctx.
func (g *Graph) CountLinks(ctx context.Context) error {
	if g.counted.Load() > 0 {
		return nil
	}
	n := 0
	for id := range uint32(g.Layer.Size) {
		if id%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n += len(g.linked(id))
	}
	g.counted.Store(int64(n) + 1)
	return nil
}

// KnownLinks returns the number of links, if they were counted.
func (g *Graph) KnownLinks() (n int, known bool) {
	counted := g.counted.Load()
	return int(max(0, counted-1)), counted > 0
}

// trimList returns list up to none.
func trimList(list []uint32) []uint32 {
	for n, to := range list {
		if to == None {
			return list[:n]
		}
	}
	return list
}

// setList fills list with links.
func setList(list, links []uint32) {
	n := copy(list, links)
	for i := n; i < len(list); i++ {
		list[i] = None
	}
}

// MemoryBytes returns the memory that g takes.
func (g *Graph) MemoryBytes() int64 {
	words := len(g.Rows) + len(g.Links) + len(g.Outposts)
	if g.entered.Load() {
		words += len(g.entrance.blocks) + len(g.entrance.ids)
	}
	return 4*int64(words) + g.CodeBytes()
}

// CodeBytes returns the memory that the codes of g take.
func (g *Graph) CodeBytes() int64 {
	n := len(g.CodeSection)
	if g.entered.Load() {
		n += len(g.entrance.codes)
	}
	return int64(n)
}
