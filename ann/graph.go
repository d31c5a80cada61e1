package ann

import (
	"sync"
	"sync/atomic"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// graph is a proximity graph over rows. It knows nothing of metrics, duplicates
// and row ids: its rows are numbered from 0, in an order in which neighbors are
// close to each other.
type graph struct {
	kernels  *simd.Kernels
	products *simd.Kernels // where queries are ranked by products with rows; else nil
	n        int
	columns  int       // values of a row
	stride   int       // values from a row to the next, a multiple of simd.Lanes
	rows     []float32 // row i at i·stride, padded with zeros; nil where lossless codes stand for rows
	layer              // all rows with their links
	entries  layer     // rows at which searches may enter, evenly spread, without links
	outposts []uint32  // more of them, the farthest out first
	entrance entrance  // copies of entries and outposts, once entered is set; see opened
	entered  atomic.Bool
	entering sync.Mutex
	counted  atomic.Int64 // links, and one more; 0 where they were not counted

	quantizer   quantizer
	codeSection []byte  // the memory of quantizer.low, then that of codes
	codes       []uint8 // of all rows, or nil
}

// layer is a sample of the rows of a graph with links between them: row i of the
// layer is row offset + i<<shift of the graph, so it is every row, or every second,
// or every fourth, and so on. Links hold row numbers of the graph.
type layer struct {
	size   int
	shift  uint
	offset uint32
	degree int      // room for links in a list
	links  []uint32 // list of row i at i·degree, ended by none where it is shorter
}

// none ends a list of links.
const none = ^uint32(0)

// sampled returns the layer of every 1<<shift-th of n rows, without links. Since
// rows are in an order in which neighbors are close to each other, the sample is
// even in space.
func sampled(n int, shift uint, degree int) layer {
	half := 1 << shift / 2
	return layer{size: (n + 1<<shift - 1 - half) >> shift, shift: shift, offset: uint32(half), degree: degree}
}

// nested returns the layer of every 1<<shift-th of n rows, without links; shift is
// a multiple of layerShift. The layers with smaller shifts have all of its rows.
func nested(n int, shift uint, degree int) layer {
	l := layer{shift: shift, degree: degree}
	for s := uint(0); s < shift; s += layerShift {
		l.offset += 1 << (s + layerShift) / 2
	}
	l.size = (n + 1<<shift - 1 - int(l.offset)) >> shift
	return l
}

// row returns row i with its padding.
func (g *graph) row(i uint32) []float32 {
	return g.rows[int(i)*g.stride:][:g.stride:g.stride]
}

// putVector writes row i with its padding to dst.
func (g *graph) putVector(dst []float32, i uint32) {
	if g.rows != nil {
		copy(dst, g.row(i))
		return
	}
	simd.DecodeU8(dst[:g.stride], g.code(i), g.quantizer.low, g.quantizer.step)
}

// code returns the codes of row i with their padding.
func (g *graph) code(i uint32) []uint8 {
	stride := g.quantizer.stride()
	return g.codes[int(i)*stride:][:stride:stride]
}

// pick keeps the rows ids, in that order.
func (g *graph) pick(ids []uint32, threads int) {
	rows := alignedFloats(len(ids) * g.stride)
	parallel.Chunks(threads, len(ids), chunkRows, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			copy(rows[i*g.stride:], g.row(ids[i]))
		}
	})
	g.n, g.rows = len(ids), rows
}

// id returns the number in the graph of row i of l.
func (l *layer) id(i int) uint32 { return l.offset + uint32(i)<<l.shift }

// index is the inverse of id.
func (l *layer) index(id uint32) int { return int(id >> l.shift) }

// ids returns the numbers of all rows of l.
func (l *layer) ids() []uint32 {
	ids := make([]uint32, l.size)
	for i := range ids {
		ids[i] = l.id(i)
	}
	return ids
}

// list returns the room for the links of a row.
func (l *layer) list(id uint32) []uint32 {
	return l.links[l.index(id)*l.degree:][:l.degree:l.degree]
}

// linked returns the links of a row.
func (l *layer) linked(id uint32) []uint32 { return trimList(l.list(id)) }

// countLinks counts the links, once.
func (g *graph) countLinks() {
	if g.counted.Load() > 0 {
		return
	}
	n := 0
	for id := range uint32(g.layer.size) {
		n += len(g.linked(id))
	}
	g.counted.Store(int64(n) + 1)
}

// trimList returns list up to none.
func trimList(list []uint32) []uint32 {
	for n, to := range list {
		if to == none {
			return list[:n]
		}
	}
	return list
}

// setList fills list with links.
func setList(list, links []uint32) {
	n := copy(list, links)
	for i := n; i < len(list); i++ {
		list[i] = none
	}
}
