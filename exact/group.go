package exact

import (
	"math"

	"github.com/nngmix/nngmix/simd"
)

// query is a query and what is known of its neighbors.
type query struct {
	values  []float32
	squares float64 // their sum, for Cosine
	filter  filter
	best    best
}

// group is up to simd.TileQueries queries that are compared with rows together.
type group struct {
	queries []query
	packed  []float32 // as simd.PackQueries makes them
	bound   [simd.TileQueries]float32
}

// rangeRoom is the room for the rows within a radius to begin with.
const rangeRoom = 1024

// scratch is the working memory of one goroutine.
type scratch struct {
	queries []query
	entries []entry // of the best of all queries
	groups  []group
	packed  []float32
	chunked []float32 // blocks of rows that the store does not hold
	packing []float32 // working memory of source.pack
	ids     []uint32
	tile    simd.TileHit
	visits  visits
}

// grow returns a slice of n values, which is s where that is long enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return append(s[:cap(s)], make([]T, n-cap(s))...)
	}
	return s[:n]
}

// take fills s with the queries of groups of b.
func (s *scratch) take(b *batch, groups []uint32) {
	n := len(groups)
	s.queries = grow(s.queries, n)
	room := bestRoom(b.k)
	if b.within && b.radii == nil {
		room = min(room, rangeRoom) // more where they are found
	}
	s.entries = grow(s.entries, n*room)
	s.visits = visits{queries: n}
	s.groups = grow(s.groups, (n+simd.TileQueries-1)/simd.TileQueries)
	s.packed = grow(s.packed, len(s.groups)*simd.TileQueries*b.dim)
	for i := range s.queries {
		q := &s.queries[i]
		q.values = b.query(groups[i])
		q.filter = newFilter(b.metric, b.dim, math.Sqrt(b.squares)*math.Sqrt(sumOfSquares(q.values)))
		if b.metric == Cosine {
			q.squares = sumOfSquares(q.values)
		}
		q.best = best{k: b.k, entries: s.entries[i*room:][:0:room], within: b.within, radius: b.radiusOf(groups[i])}
	}
	for i := range s.groups {
		first := i * simd.TileQueries
		s.groups[i].take(s.queries[first:min(first+simd.TileQueries, n)], s.packed[first*b.dim:][:simd.TileQueries*b.dim], b.from.order)
	}
}

// radiusOf returns how far away rows may be that the queries of a group need.
func (b *batch) radiusOf(group uint32) float64 {
	if b.radii == nil {
		return b.radius
	}
	return b.radii[b.groups.First(int(group))]
}

// take fills g with queries, their columns in order.
func (g *group) take(queries []query, packed []float32, order []int) {
	g.queries, g.packed = queries, packed
	for j := range g.bound {
		q := &queries[0]
		g.bound[j] = float32(math.Inf(-1)) // a place without a query is never hit
		if j < len(queries) {
			q = &queries[j]
			g.bound[j] = float32(math.Inf(1))
			if q.best.within {
				g.bound[j] = q.filter.bound(q.best.radius)
			}
		}
		scale := 1.0
		if q.squares > 0 {
			scale = 1 / math.Sqrt(q.squares)
		}
		for i, v := range q.values {
			packed[i*simd.TileQueries+j] = float32(float64(v) * scale)
		}
		for i, c := range order {
			packed[i*simd.TileQueries+j] = float32(float64(q.values[c]) * scale)
		}
	}
}

// scan compares g with the rows of blocks, the first of which is block first of
// the store, and keeps the nearest.
func (b *batch) scan(s *scratch, g *group, blocks []float32, first int) {
	size := b.dim * simd.BlockRows
	if b.wide {
		b.offerAll(g, first, len(blocks)/size)
		return
	}
	for numeric := b.dim - b.nominal; len(blocks) > 0; {
		skip := b.kernels.Tile(g.packed, blocks, numeric, b.nominal, &g.bound, &s.tile)
		if skip*size == len(blocks) {
			return
		}
		first += skip
		for j := range g.queries {
			b.seed(g, j, &s.tile)
			for hit := s.tile.Hit[j]; hit != 0; {
				var r int
				r, hit = simd.NextHit(hit)
				// Padding is at no distance below a bound, unless all columns are nominal.
				if place := first*simd.BlockRows + r; s.tile.Dist[j][r] < g.bound[j] && place < b.places {
					b.offer(g, j, place)
				}
			}
		}
		first, blocks = first+1, blocks[(skip+1)*size:]
	}
}

// seedK is the largest k for which seed pays.
const seedK = 16

// seed sets the first bound of query j of g from a block with k or more rows, so
// that hardly more than k of them are compared in float64.
func (b *batch) seed(g *group, j int, tile *simd.TileHit) {
	if !math.IsInf(float64(g.bound[j]), 1) || b.k > seedK || b.allow != nil || b.nominal == b.dim || (b.metric != L2Squared && b.metric != L1) {
		return
	}
	var least [seedK]float32 // the lowest distances, ascending
	n := 0
	for hit := tile.Hit[j]; hit != 0; {
		var r int
		r, hit = simd.NextHit(hit)
		d := tile.Dist[j][r]
		if n == b.k && d >= least[n-1] {
			continue
		}
		n = min(n+1, b.k)
		at := n - 1
		for ; at > 0 && d < least[at-1]; at-- {
			least[at] = least[at-1]
		}
		least[at] = d
	}
	if f := g.queries[j].filter; n == b.k {
		g.bound[j] = f.bound(f.ceiling(least[n-1]))
	}
}

// offerAll offers the rows of n blocks to the queries of g.
func (b *batch) offerAll(g *group, first, n int) {
	for j := range g.queries {
		for place := first * simd.BlockRows; place < min((first+n)*simd.BlockRows, b.places); place++ {
			b.offer(g, j, place)
		}
	}
}

// offer compares query j of g with the row at place in float64 and keeps the row
// if it is among the nearest.
func (b *batch) offer(g *group, j, place int) {
	if b.allow != nil && !b.placeAllowed(place) {
		return
	}
	q := &g.queries[j]
	worst := q.best.worst()
	distance := b.distance(q.values, q.squares, place, worst)
	if !(distance <= worst) {
		return
	}
	if e, ok := b.entry(place, distance); ok && q.best.add(e) {
		if worst = q.best.worst(); !math.IsInf(worst, 1) {
			g.bound[j] = min(g.bound[j], q.filter.bound(worst))
		}
	}
}
