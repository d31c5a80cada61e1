package ann

import "github.com/nngmix/nngmix/simd"

// graph is a hierarchy of proximity graphs over the same rows. It knows nothing
// of metrics, duplicates and row ids: its rows are numbered from 0, in an order
// in which neighbors are close to each other.
type graph struct {
	kernels *simd.Kernels
	n       int
	stride  int       // values from a row to the next, a multiple of simd.Lanes
	rows    []float32 // row i at i·stride, padded with zeros
	layers  []layer   // layer 0 holds all rows; the last is the top layer, which has no links
	top     []float32 // the rows of the top layer, one after the other
}

// layer says which rows each of its rows links to. Layer 0 holds all rows, each
// higher layer every eighth row of the one below: row i of a layer is row
// offset + i<<shift of the graph, and links hold row numbers of the graph.
type layer struct {
	n      int
	shift  uint
	offset uint32
	degree int      // room for links in a list
	links  []uint32 // list of row i at i·degree, ended by none where it is shorter
}

// none ends a list of links.
const none = ^uint32(0)

// The sample of a layer that the next one holds is even in space since rows are
// in an order in which neighbors are close to each other.
const (
	sampleShift = 3 // every eighth row
	sampleFirst = 1 << sampleShift / 2
)

// The top layer is small enough to be scanned as a whole in a microsecond or two.
const (
	topValues = 32 << 10
	topRows   = 64
)

// layersOf returns the layers over n rows with room for degree links of a row in
// layer 0 and half of that above, as in the paper, but no links yet.
func layersOf(n, stride, degree int) []layer {
	all := []layer{{n: n, degree: degree}}
	for all[len(all)-1].n > max(topRows, topValues/stride) {
		all = append(all, all[len(all)-1].above((degree+1)/2))
	}
	return all
}

// above returns the layer above l.
func (l *layer) above(degree int) layer {
	return layer{
		n:      (l.n + sampleFirst - 1) >> sampleShift,
		shift:  l.shift + sampleShift,
		offset: l.offset + sampleFirst<<l.shift,
		degree: degree,
	}
}

// row returns row i with its padding.
func (g *graph) row(i uint32) []float32 {
	return g.rows[int(i)*g.stride:][:g.stride:g.stride]
}

// pick keeps the rows ids, in that order.
func (g *graph) pick(ids []uint32) {
	rows := alignedFloats(len(ids) * g.stride)
	for i, id := range ids {
		copy(rows[i*g.stride:], g.row(id))
	}
	g.n, g.rows = len(ids), rows
}

// takeTop copies the rows of the top layer.
func (g *graph) takeTop() {
	top := &g.layers[len(g.layers)-1]
	if top.n == g.n {
		g.top = g.rows
		return
	}
	g.top = alignedFloats(top.n * g.stride)
	for i := range top.n {
		copy(g.top[i*g.stride:], g.row(top.id(i)))
	}
}

// id returns the number in the graph of row i of l.
func (l *layer) id(i int) uint32 { return l.offset + uint32(i)<<l.shift }

// index is the inverse of id.
func (l *layer) index(id uint32) int { return int(id >> l.shift) }

// ids returns the numbers of all rows of l.
func (l *layer) ids() []uint32 {
	ids := make([]uint32, l.n)
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
