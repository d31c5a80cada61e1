package graph

import (
	"math"
	"slices"
	"unsafe"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// Target is what a search compares rows with: a vector, padded as the rows are,
// and its codes, or nil where vectors are compared.
type Target struct {
	vector []float32 // nil where codes suffice
	Codes  []uint8
	Exact  bool      // codes stand for vector and rows, bit for bit
	room   []float32 // for rows that have codes only

	products *simd.Kernels // what ranks rows, where that is their product with vector
}

// target returns row i as a target.
func (g *Graph) target(i uint32) Target {
	if g.Codes != nil {
		return Target{Codes: g.Code(i)}
	}
	return Target{vector: g.Row(i)}
}

// TargetOf returns vector as a target. Vectors are compared where codes cannot
// stand for it: some of its columns are beyond those of all rows.
func (g *Graph) TargetOf(s *Searcher, vector []float32) Target {
	if g.Codes == nil {
		return Target{vector: vector, products: g.Products}
	}
	if g.Rows == nil {
		s.room = memory.Grow(s.room, decoded*g.Stride)
	}
	s.codes = memory.Grow(s.codes, g.Quantizer.stride())
	clear(s.codes[len(vector):])
	if g.Quantizer.put(s.codes, vector) > maxOutside {
		return Target{vector: vector, room: s.room}
	}
	t := Target{vector: vector, Codes: s.codes, room: s.room}
	if g.Rows == nil {
		simd.DecodeU8(s.room[:g.Stride], s.codes, g.Quantizer.low, g.Quantizer.Step)
		t.Exact = slices.Equal(s.room[:g.Stride], vector)
	}
	return t
}

// maxOutside is the squared distance, in steps, that codes may be away from their
// query.
const maxOutside = 4

// rank returns numbers that order rows by their distance to q: squared distances
// between codes, or the bits of distances between vectors, which are not negative, or
// orderedBits of products. It writes them to ranks and returns them.
func (g *Graph) rank(ranks []uint32, q Target, rows []uint32) []uint32 {
	ranks = ranks[:len(rows)]
	if q.Codes != nil {
		simd.GatherU8(ranks, q.Codes, g.Codes, len(q.Codes), rows)
		return ranks
	}
	if q.products != nil {
		q.products.Gather(asFloats(ranks), q.vector, g.Rows, g.Stride, rows)
		orderBits(ranks)
		return ranks
	}
	if g.Rows != nil {
		g.Kernels.Gather(asFloats(ranks), q.vector, g.Rows, g.Stride, rows)
		return ranks
	}
	for first := 0; first < len(rows); first += decoded {
		some := rows[first:min(first+decoded, len(rows))]
		for i, id := range some {
			g.PutVector(q.room[i*g.Stride:], id)
		}
		g.Kernels.Rows(asFloats(ranks[first:][:len(some)]), q.vector, q.room, g.Stride)
	}
	return ranks
}

// orderBits replaces the bits of numbers by integers with their order.
func orderBits(bits []uint32) {
	for i, b := range bits {
		bits[i] = order(b)
	}
}

// RankOf returns the rank of a row at a distance from vector.
func (t *Target) RankOf(distance float32) uint32 {
	if t.products != nil {
		return orderedBits(distance)
	}
	return math.Float32bits(distance)
}

// DistanceOf is the inverse of rankOf.
func (t *Target) DistanceOf(rank uint32) float32 {
	if t.products != nil {
		return math.Float32frombits(disorder(rank))
	}
	return math.Float32frombits(rank)
}

// decoded is how many rows that have codes only are decoded at a time.
const decoded = 8

// prefetch asks for what rank is going to read.
func (g *Graph) prefetch(q Target, rows []uint32) {
	if q.Codes != nil || g.Rows == nil {
		simd.PrefetchRows(g.Codes, g.Quantizer.stride(), rows)
	} else {
		simd.PrefetchRows(g.Rows, g.Stride, rows)
	}
}

// length returns the distance that rank, from comparing with g.target of a row,
// stands for, in units that are the same for all rows.
func (g *Graph) length(rank uint32) float32 {
	if g.Codes != nil {
		return float32(rank)
	}
	return math.Float32frombits(rank)
}

// asFloats returns the memory of ranks for the bits of as many numbers.
func asFloats(ranks []uint32) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(ranks))), len(ranks))
}

// Settle replaces the ranks of candidates by their distances to q.vector where
// codes were compared. It drops candidates that are too far, by their codes, to be
// among the k nearest.
func (g *Graph) Settle(s *Searcher, k int) {
	if s.Q.Codes == nil {
		return
	}
	found := s.Pool.Found()
	if s.Q.Exact { // up to a factor, ranks are distances
		for i, c := range found {
			found[i] = newKey(float32(c.Rank()), c.Node())
		}
		return
	}
	if k < len(found) {
		far := RankKey(g.Quantizer.beyond(found[k-1].Rank()), MaxNodes)
		n, _ := slices.BinarySearch(found[k:], far)
		found = found[:k+n]
	}
	s.Batch, s.ranks = memory.Grow(s.Batch, len(found)), memory.Grow(s.ranks, len(found))
	for i, c := range found {
		s.Batch[i] = c.Node()
	}
	s.Work.Distances += int64(len(found))
	for i, rank := range g.rank(s.ranks, Target{vector: s.Q.vector, room: s.room}, s.Batch) {
		found[i] = RankKey(rank, s.Batch[i])
	}
	slices.Sort(found)
	s.Pool.size = len(found)
}

// RoomFor returns the i-th room, of those that s has, for a row, or nil where
// rows are stored.
func (g *Graph) RoomFor(s *Searcher, i int) []float32 {
	if g.Rows != nil {
		return nil
	}
	return s.room[i*g.Stride:][:g.Stride]
}
