package ann

import (
	"math"
	"slices"
	"unsafe"

	"github.com/nngmix/nngmix/simd"
)

// target is what a search compares rows with: a vector, padded as the rows are,
// and its codes, or nil where vectors are compared.
type target struct {
	vector []float32 // nil where codes suffice
	codes  []uint8
	exact  bool      // codes stand for vector and rows, bit for bit
	room   []float32 // for rows that have codes only

	products *simd.Kernels // what ranks rows, where that is their product with vector
}

// target returns row i as a target.
func (g *graph) target(i uint32) target {
	if g.codes != nil {
		return target{codes: g.code(i)}
	}
	return target{vector: g.row(i)}
}

// targetOf returns vector as a target. Vectors are compared where codes cannot
// stand for it: some of its columns are beyond those of all rows.
func (g *graph) targetOf(s *searcher, vector []float32) target {
	if g.codes == nil {
		return target{vector: vector, products: g.products}
	}
	if g.rows == nil {
		s.room = grow(s.room, decoded*g.stride)
	}
	s.codes = grow(s.codes, g.quantizer.stride())
	clear(s.codes[len(vector):])
	if g.quantizer.put(s.codes, vector) > maxOutside {
		return target{vector: vector, room: s.room}
	}
	t := target{vector: vector, codes: s.codes, room: s.room}
	if g.rows == nil {
		simd.DecodeU8(s.room[:g.stride], s.codes, g.quantizer.low, g.quantizer.step)
		t.exact = slices.Equal(s.room[:g.stride], vector)
	}
	return t
}

// maxOutside is the squared distance, in steps, that codes may be away from their
// query.
const maxOutside = 4

// rank returns numbers that order rows by their distance to q: squared distances
// between codes, or the bits of distances between vectors, which are not negative, or
// orderedBits of products. It writes them to ranks and returns them.
func (g *graph) rank(ranks []uint32, q target, rows []uint32) []uint32 {
	ranks = ranks[:len(rows)]
	if q.codes != nil {
		simd.GatherU8(ranks, q.codes, g.codes, len(q.codes), rows)
		return ranks
	}
	if q.products != nil {
		q.products.Gather(asFloats(ranks), q.vector, g.rows, g.stride, rows)
		orderBits(ranks)
		return ranks
	}
	if g.rows != nil {
		g.kernels.Gather(asFloats(ranks), q.vector, g.rows, g.stride, rows)
		return ranks
	}
	for first := 0; first < len(rows); first += decoded {
		some := rows[first:min(first+decoded, len(rows))]
		for i, id := range some {
			g.putVector(q.room[i*g.stride:], id)
		}
		g.kernels.Rows(asFloats(ranks[first:][:len(some)]), q.vector, q.room, g.stride)
	}
	return ranks
}

// orderBits replaces the bits of numbers by integers with their order.
func orderBits(bits []uint32) {
	for i, b := range bits {
		bits[i] = order(b)
	}
}

// rankOf returns the rank of a row at a distance from vector.
func (t *target) rankOf(distance float32) uint32 {
	if t.products != nil {
		return orderedBits(distance)
	}
	return math.Float32bits(distance)
}

// distanceOf is the inverse of rankOf.
func (t *target) distanceOf(rank uint32) float32 {
	if t.products != nil {
		return math.Float32frombits(disorder(rank))
	}
	return math.Float32frombits(rank)
}

// decoded is how many rows that have codes only are decoded at a time.
const decoded = 8

// prefetch asks for what rank is going to read.
func (g *graph) prefetch(q target, rows []uint32) {
	if q.codes != nil || g.rows == nil {
		simd.PrefetchRows(g.codes, g.quantizer.stride(), rows)
	} else {
		simd.PrefetchRows(g.rows, g.stride, rows)
	}
}

// length returns the distance that rank, from comparing with g.target of a row,
// stands for, in units that are the same for all rows.
func (g *graph) length(rank uint32) float32 {
	if g.codes != nil {
		return float32(rank)
	}
	return math.Float32frombits(rank)
}

// asFloats returns the memory of ranks for the bits of as many numbers.
func asFloats(ranks []uint32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(ranks))), len(ranks))
}

// settle replaces the ranks of candidates by their distances to q.vector where
// codes were compared. It drops candidates that are too far, by their codes, to be
// among the k nearest.
func (g *graph) settle(s *searcher, k int) {
	if s.q.codes == nil {
		return
	}
	found := s.pool.found()
	if s.q.exact { // up to a factor, ranks are distances
		for i, c := range found {
			found[i] = newKey(float32(c.rank()), c.node())
		}
		return
	}
	if k < len(found) {
		far := rankKey(g.quantizer.beyond(found[k-1].rank()), maxNodes)
		n, _ := slices.BinarySearch(found[k:], far)
		found = found[:k+n]
	}
	s.batch, s.ranks = grow(s.batch, len(found)), grow(s.ranks, len(found))
	for i, c := range found {
		s.batch[i] = c.node()
	}
	s.work.Distances += int64(len(found))
	for i, rank := range g.rank(s.ranks, target{vector: s.q.vector, room: s.room}, s.batch) {
		found[i] = rankKey(rank, s.batch[i])
	}
	slices.Sort(found)
	s.pool.size = len(found)
}
