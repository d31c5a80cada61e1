package ann

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// view is a segment as one state of an index shows it: without the rows that were
// deleted. It does not change.
type view struct {
	*segment
	hidden rowSet // positions in ids of rows that were deleted
	live   int    // rows that were not
}

// hit is a value near a query with its distance in float64.
type hit struct {
	distance float64
	view     uint32 // which view holds it
	value    uint32
}

// nearest appends to the hits of each of group values of v that hold the k rows
// nearest to its query as far as a search of width ef finds them, with their
// distances in float64, of those that r allows.
func (v *view) nearest(group []*scratch, k, ef int, at uint32, r *rule) {
	defer runtime.KeepAlive(v.segment) // its memory may be a mapped file
	k = min(k, v.live)
	share := v.allowedShare(r)
	allow, walk := v.allow(r, share)
	switch {
	case walk: // fewer ways lead from one allowed node to the next
		ef = int(min(float64(v.N), float64(ef)*(1-math.Log2(max(share, 1e-3))/10)))
	case share < 1:
		ef = int(min(float64(v.N), float64(max(ef, k))/share))
	}
	var room [graph.GroupSize]*scratch
	open := room[:0] // whose k rows have not been found
	for _, s := range group {
		if v.directionless(s.query) {
			s.tied = v.appendFirst(s.tied, k, r)
			continue
		}
		s.vector = memory.Grow(s.vector, v.Stride)
		clear(s.vector)
		v.putQuery(s.vector, s.query)
		s.Q, s.Allow, s.Through = v.TargetOf(&s.Searcher, s.vector), allow, max(0, through(share))
		open = append(open, s)
	}
	flat := v.Entries.Size == v.N // without links
	for len(open) > 0 && (flat || !v.ScanIsCheaper(ef)) && (!walk || !v.scanPays(r, share, ef)) {
		open = v.searchGraph(open, k, min(ef, v.N), at, r, walk)
		if flat || ef >= k && (r.allAllowed() || ef > v.N/widenShare) {
			break
		}
		ef *= widening
	}
	// The allowed rows are few, or a search was led into a corner with fewer.
	for _, s := range open {
		if !s.Q.Exact {
			s.Q.Codes = nil
		}
		v.scanAllowed(&s.Searcher, k, r)
		v.Settle(&s.Searcher, v.sure(k))
		v.rescore(s, k, at, r)
	}
}

// allow returns which nodes a walk may keep, and false where it is to keep all of them.
func (v *view) allow(r *rule, share float64) (a graph.Allowed, walk bool) {
	plain := v.starts == nil && v.nodeStarts == nil && r.hidden.empty() // node i is row ids[i]
	switch {
	case share >= walkShare || v.Entries.Size == v.N:
		return a, false
	case r.marks != nil:
		a.Words = r.marks.nodes
	case plain && !r.asks():
		a.Words, a.Names = r.allowed.Words(), v.ids
	case plain && r.keys == nil && r.allowed == nil:
		ctx, filter := r.ctx, r.filter
		a.Ask = func(node uint32) bool { return ctx.Err() == nil && filter(v.id(node)) }
	default:
		a.Ask = func(node uint32) bool { return v.nodeAllowed(r, node) }
	}
	return a, true
}

// through returns how many forbidden rows of a list a walk looks behind, so that it
// comes to about two thirds as many allowed rows as a list has links.
func through(share float64) int {
	return int(math.Ceil(0.7/max(share, 1e-3) - 1))
}

// searchGraph does what nearest says and returns those of group for which it found
// fewer than k rows, without hits of v. A walk leaves out what r forbids.
func (v *view) searchGraph(group []*scratch, k, ef int, at uint32, r *rule, walk bool) (open []*scratch) {
	var room [graph.GroupSize]*graph.Searcher
	searchers := room[:0]
	for _, s := range group {
		searchers = append(searchers, &s.Searcher)
	}
	keep := k
	if v.nominal.shared {
		keep = 4*k + 64
	}
	v.Search(searchers, ef, min(keep, v.N))
	open = group[:0]
	for _, s := range group {
		if r.allAllowed() || walk {
			v.Settle(&s.Searcher, v.sure(k))
		} else {
			v.Settle(&s.Searcher, ef)
		}
		before := len(s.hits)
		if v.rescore(s, k, at, r) < k {
			s.hits = s.hits[:before]
			open = append(open, s)
		}
	}
	return open
}

// sure returns how many candidates nearest to a query must have been found for one
// that is farther not to be among the k nearest: k, or any number where vectors may be
// nearer to each other than their values.
func (s *space) sure(k int) int {
	if s.nominal.shared {
		return math.MaxInt
	}
	return k
}

// widening is how much wider a search becomes that found too few rows: it is far
// narrower than k, or near rows that may not be returned, such as a query's own,
// crowded out others.
const widening = 4

// widenShare is the share of all nodes as width of a search beyond which a wider one
// costs more than comparing the query with all nodes.
const widenShare = 128

// directionless tells whether all rows are at one distance from query: it is zero,
// and only its direction matters.
func (s *space) directionless(query []float32) bool {
	return (s.metric == exact.Cosine || s.metric == exact.InnerProduct) && s.size(query) == 0
}

// appendFirst appends to dst the k rows with the lowest ids of those that may be
// returned, without distances.
func (v *view) appendFirst(dst []Neighbor, k int, r *rule) []Neighbor {
	l := v.positions()
	positions := l.at
	if positions == nil {
		positions = l.sorted
	}
	for _, at := range positions {
		if k == 0 {
			break
		}
		if at != graph.None && v.allowed(r, at) {
			dst = append(dst, Neighbor{ID: v.id(at), Key: v.key(at)})
			k--
		}
	}
	return dst
}

// scanAllowed fills s.pool with the k nodes nearest to s.q of those that have a row
// that may be returned, by looking at all of these.
func (v *view) scanAllowed(s *graph.Searcher, k int, r *rule) {
	keep := 2*k + 64 // more than k: rows at one distance are told apart by id later
	if v.nominal.shared {
		keep *= 4
	}
	keep = min(keep, v.N)
	s.Pool.Reset(keep, keep)
	if r.allAllowed() {
		v.ScanAll(s)
		return
	}
	v.offerAllowed(s, r)
}

// rescore appends the values of the candidates in s.pool to s.hits with their
// distances to the query in float64, and returns how many rows they stand for, at
// most k. It leaves out candidates that are too far in float32 to be among the k
// nearest, and rows that may not be returned.
func (v *view) rescore(s *scratch, k int, at uint32, r *rule) int {
	nodes, rows, first := 0, 0, len(s.hits)
	enough, sure := graph.Farthest, v.sure(k)
	for _, c := range s.Pool.Found() {
		if c > enough {
			break
		}
		before := len(s.hits)
		for value, end := v.nodeValues(c.Node()); value < end; value++ {
			if !v.valueAllowed(r, value) {
				continue
			}
			s.hits = append(s.hits, hit{view: at, value: value})
			from, to := v.valueRows(value)
			rows += v.countAllowed(r, from, to, k)
		}
		if len(s.hits) > before {
			nodes++
		}
		if nodes == sure && enough == graph.Farthest {
			enough = graph.RankKey(s.Q.RankOf(v.farther(s.Q.DistanceOf(c.Rank()))), graph.MaxNodes)
		}
	}
	v.measure(s, s.hits[first:])
	for _, h := range s.hits[first:] {
		if math.IsNaN(h.distance) || math.IsInf(h.distance, 0) {
			graph.Damaged("value %d is at distance %v, which rows of Build cannot have", h.value, h.distance)
		}
	}
	return min(rows, k)
}

// farther returns a distance in float32 beyond which no row is nearer than one at the
// given distance.
func (v *view) farther(distance float32) float32 {
	rounding := float32(v.Stride) * 0x1p-21
	if v.Products != nil { // with a query of length 1; rows are no longer than the radius
		return distance + float32(rounding*float32(v.radius))
	}
	return distance * (1 + max(rounding, v.Quantizer.Blur))
}

// measure sets the distances of hits to the query of s.
func (v *view) measure(s *scratch, hits []hit) {
	q, numeric := s.query, v.numeric()
	if v.metric == exact.L2Squared {
		value := func(i int) []float32 { return v.value(v.RoomFor(&s.Searcher, i), hits[i].value) }
		for ; len(hits) >= 4; hits = hits[4:] {
			a, b, c, d := value(0), value(1), value(2), value(3)
			hits[0].distance, hits[1].distance, hits[2].distance, hits[3].distance = squares(q[:numeric], a, b, c, d)
			if codes := q[numeric:]; len(codes) > 0 {
				for i, row := range [...][]float32{a, b, c, d} {
					hits[i].distance = addUnequal(hits[i].distance, codes, row[numeric:])
				}
			}
		}
	}
	var sum float64
	if v.metric == exact.Cosine {
		sum = dot(q, q)
	}
	for i := range hits {
		hits[i].distance = v.distance(q, sum, v.value(v.RoomFor(&s.Searcher, 0), hits[i].value))
	}
}

// squares returns the squared distances between q and four rows, with the bits that
// space.distance gives. Each sum waits for its last addition; four are done in the
// time of one.
func squares(q, a, b, c, d []float32) (sa, sb, sc, sd float64) {
	a, b, c, d = a[:len(q)], b[:len(q)], c[:len(q)], d[:len(q)]
	for i, x := range q {
		x := float64(x)
		da, db, dc, dd := x-float64(a[i]), x-float64(b[i]), x-float64(c[i]), x-float64(d[i])
		sa += float64(da * da)
		sb += float64(db * db)
		sc += float64(dc * dc)
		sd += float64(dd * dd)
	}
	return sa, sb, sc, sd
}

// countAllowed returns how many rows at positions from to to may be returned, at
// most limit.
func (x *segment) countAllowed(r *rule, from, to uint32, limit int) (n int) {
	if r.allAllowed() {
		return min(int(to-from), limit)
	}
	for i := from; i < to && n < limit; i++ {
		if x.allowed(r, i) {
			n++
		}
	}
	return n
}

// appendRows appends to dst the rows equal to value that may be returned, at most limit
// of them, by ascending id.
func (v *view) appendRows(dst []Neighbor, value uint32, distance float64, limit int, r *rule) []Neighbor {
	defer runtime.KeepAlive(v.segment)
	from, to := v.valueRows(value)
	for i := from; i < to && limit > 0; i++ {
		if v.allowed(r, i) {
			dst = append(dst, Neighbor{ID: v.id(i), Key: v.key(i), Distance: distance})
			limit--
		}
	}
	return dst
}

// expand appends to dst the k nearest rows of s.hits: all rows equal to the nearest
// value, then to the next; those at one distance by row id. Where all rows are at one
// distance, those of s.tied.
func (s *scratch) expand(dst []Neighbor, views []view, rules []rule, k int) []Neighbor {
	end := len(dst) + k
	if len(s.tied) > 0 {
		sortByID(s.tied)
		distance := views[0].distance(s.query, 0, s.query)
		for _, nb := range s.tied[:min(k, len(s.tied))] {
			nb.Distance = distance
			dst = append(dst, nb)
		}
		return dst
	}
	slices.SortFunc(s.hits, func(a, b hit) int {
		switch {
		case a.distance < b.distance:
			return -1
		case a.distance > b.distance:
			return 1
		}
		return 0
	})
	for from, to := 0, 0; from < len(s.hits) && len(dst) < end; from = to {
		to = from + tied(s.hits[from:])
		first := len(dst)
		for _, h := range s.hits[from:to] {
			dst = views[h.view].appendRows(dst, h.value, h.distance, end-first, &rules[h.view])
		}
		if to-from > 1 {
			sortByID(dst[first:])
			dst = dst[:min(len(dst), end)]
		}
	}
	return dst
}

func sortByID(rows []Neighbor) {
	slices.SortFunc(rows, func(a, b Neighbor) int { return cmp.Compare(a.ID, b.ID) })
}

// tied returns how many hits at the start of hits, which is not empty, are at the
// distance of the first. NaN, which only a forged file can bring, ties with nothing.
func tied(hits []hit) int {
	n := 1
	for n < len(hits) && hits[n].distance == hits[0].distance {
		n++
	}
	return n
}
