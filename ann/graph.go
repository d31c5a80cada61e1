package ann

import "github.com/nngmix/nngmix/simd"

// layer is a proximity graph over n rows: which rows each row links to. Layer 0
// holds all distinct rows, each higher layer a sample of the one below.
type layer struct {
	n      int
	degree int       // room for links in a list
	stride int       // values from a row to the next, a multiple of simd.Lanes
	rows   []float32 // row i at i·stride, padded with zeros
	links  []uint32  // list of row i at i·degree, ended by none where it is shorter; nil in the top layer
}

// none ends a list of links.
const none = ^uint32(0)

func newLayer(n, stride, degree int) *layer {
	return &layer{n: n, degree: degree, stride: stride, rows: alignedFloats(n * stride)}
}

// row returns row i with its padding.
func (l *layer) row(i uint32) []float32 {
	return l.rows[int(i)*l.stride:][:l.stride:l.stride]
}

// pick returns a layer of the rows ids of l, without links.
func (l *layer) pick(ids []uint32) *layer {
	to := newLayer(len(ids), l.stride, l.degree)
	for i, id := range ids {
		copy(to.row(uint32(i)), l.row(id))
	}
	return to
}

// list returns the room for the links of row i.
func (l *layer) list(i uint32) []uint32 {
	return l.links[int(i)*l.degree:][:l.degree:l.degree]
}

// linked returns the links of row i.
func (l *layer) linked(i uint32) []uint32 { return trimList(l.list(i)) }

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

// Each layer but layer 0 is a sample of every sampleStep-th row of the layer
// below. Rows are in an order in which neighbors are close to each other, so the
// sample covers them evenly.
const sampleStep = 32

// isTop tells whether l is small enough to be scanned as a whole, in a few
// microseconds, which needs no links.
func (l *layer) isTop() bool { return l.n <= max(minTop, topValues/l.stride) }

const (
	topValues = 32 << 10
	minTop    = 64
)

// below returns the number that row i of a layer has in the layer below.
func below(i uint32) uint32 { return i*sampleStep + sampleStep/2 }

// sampleSize returns how many rows the layer above n rows has.
func sampleSize(n int) int { return (n + sampleStep/2 - 1) / sampleStep }

// sample returns the layer above l, without links.
func (l *layer) sample() *layer {
	up := newLayer(sampleSize(l.n), l.stride, l.degree)
	for i := range uint32(up.n) {
		copy(up.row(i), l.row(below(i)))
	}
	return up
}

// graph is a hierarchy of layers that share a distance. It knows nothing of
// metrics, duplicates and row ids.
type graph struct {
	kernels *simd.Kernels
	layers  []*layer // layer 0 first; the last has no links
}
