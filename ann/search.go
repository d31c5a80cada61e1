package ann

import (
	"slices"

	"github.com/nngmix/nngmix/simd"
)

// searcher holds what one search needs. It is used by one goroutine at a time
// and reused, so that searches allocate nothing.
type searcher struct {
	q       target
	pool    pool
	visited visited
	list    []uint32               // the links to follow next
	allow   func(node uint32) bool // which nodes the pool may hold in a walk; nil for all
	blocked []uint32               // nodes of list that it may not
	through int                    // how many of these a walk looks behind
	batch   []uint32               // rows to compare with next
	held    []uint32               // see around
	ranks   []uint32               // of batch, or of an entrance
	codes   []uint8                // of the query
	room    []float32              // see target
	hit     simd.ScanHit
	work    Counters
}

// groupSize is how many searches one goroutine carries out in turns: while it waits
// for the memory of one, it works on the others.
const groupSize = 4

// search fills the pool of each of group, at most groupSize, with the keep rows that
// look nearest to its q, or with ef where that is more.
//
// This is the search of Malkov and Yashunin (Efficient and robust approximate
// nearest neighbor search using Hierarchical Navigable Small World graphs, IEEE
// TPAMI 42, 2020; algorithm 2) but for the entry points and for keep. There one row
// is found through a hierarchy of graphs. Here q is compared with a sample of the
// rows, then with rows around the nearest of them, and the walk starts at the
// nearest of these: queries unlike any row have neighbors in several places that no
// path may join. And there ef is at least the number of rows wanted; here the walk
// follows the links of the ef nearest rows even where more are kept.
func (g *graph) search(group []*searcher, ef, keep int) {
	if g.entries.size == g.n { // without links
		for _, s := range group {
			s.pool.reset(max(keep, ef), ef)
			g.scanAll(s)
		}
		return
	}
	for _, s := range group {
		s.pool.reset(aroundWidth+ef/aroundShare, 0)
		g.enter(s)
	}
	g.descend(group, g.entries.shift)
	for _, s := range group {
		if s.allow == nil {
			s.pool.extend(max(keep, ef), ef)
			g.begin(s, nil)
			continue
		}
		s.held = s.held[:0]
		for _, k := range s.pool.found() {
			s.held = append(s.held, k.node())
		}
		s.pool.reset(max(keep, ef), ef)
		g.begin(s, s.held)
	}
	g.walk(&g.layer, group)
}

// scanAll offers all rows to the pool, which is not a search of the graph.
func (g *graph) scanAll(s *searcher) {
	const chunk = 512
	s.work.Distances += int64(g.n)
	for first := 0; first < g.n; first += chunk {
		n := min(chunk, g.n-first)
		s.ranks = grow(s.ranks, n)
		switch {
		case s.q.codes != nil:
			simd.RowsU8(s.ranks, s.q.codes, g.codes[first*len(s.q.codes):], len(s.q.codes))
		case s.q.products != nil:
			s.q.products.Rows(asFloats(s.ranks), s.q.vector, g.rows[first*g.stride:], g.stride)
			orderBits(s.ranks)
		case g.rows != nil:
			g.kernels.Rows(asFloats(s.ranks), s.q.vector, g.rows[first*g.stride:], g.stride)
		default:
			s.batch = grow(s.batch, n)
			for i := range s.batch {
				s.batch[i] = uint32(first + i)
			}
			g.rank(s.ranks, s.q, s.batch)
		}
		s.take(s.ranks, func(i int) uint32 { return uint32(first + i) })
	}
}

// take offers the rows id(i) with ranks[i] to the pool.
func (s *searcher) take(ranks []uint32, id func(i int) uint32) {
	limit := s.pool.bound().rank()
	for i, rank := range ranks {
		if rank > limit {
			continue
		}
		if k := rankKey(rank, id(i)); k < s.pool.bound() {
			s.pool.add(k)
			limit = s.pool.bound().rank()
		}
	}
}

// descend looks for better places to start from than the rows in the pools, of which
// there is one in 1<<shift: at the rows around these in the order of rows, eight
// times as dense; then around the nearest found so far, eight times as dense again.
func (g *graph) descend(group []*searcher, shift uint) {
	for ; shift >= aroundUntil; shift -= aroundShift {
		for _, s := range group {
			g.around(s, shift)
			if len(group) > 1 {
				g.prefetch(s.q, s.batch)
			}
		}
		for _, s := range group {
			g.offer(s, s.batch)
		}
	}
}

// around makes the rows around those in the pool the batch of s. Rows of this level
// that are in the pool already, which outposts may be and no others, are left out.
func (g *graph) around(s *searcher, shift uint) {
	found := s.pool.found()
	step := 1 << (shift - aroundShift)
	s.held = s.held[:0]
	for _, k := range found {
		if int(k.node())&(step-1) == step/2 {
			s.held = append(s.held, k.node())
		}
	}
	s.batch = grow(s.batch, len(found)<<aroundShift)
	batch := s.batch[:0]
	for i, k := range found {
		first := int(k.node()>>shift) << shift
		if slices.ContainsFunc(found[:i], func(k key) bool { return int(k.node()>>shift)<<shift == first }) {
			continue
		}
		for row := first + step/2; row < min(first+1<<shift, g.n); row += step {
			if !slices.Contains(s.held, uint32(row)) {
				batch = append(batch, uint32(row))
			}
		}
	}
	s.batch = batch
}

// The constants of descend.
const (
	aroundWidth = 4 // look around that many rows ...
	aroundShare = 4 // ... and this part of the width of the search
	aroundShift = 3 // eight times as dense
	aroundUntil = 4 // rows that are more than 1<<3 apart
)

// begin starts a walk with what is in the pool, and at list.
func (g *graph) begin(s *searcher, list []uint32) {
	s.list = list
	s.visited.reset(g.n)
	for _, k := range s.pool.found() {
		s.visited.add(k.node())
	}
}

// walk lets each of group follow the links of its nearest candidates until the links
// of all that are in its pool have been followed.
func (g *graph) walk(l *layer, group []*searcher) {
	var room [groupSize]*searcher
	for working := append(room[:0], group...); len(working) > 0; {
		for _, s := range working {
			if s.allow == nil {
				s.unvisited(s.list)
			} else {
				s.allowedAround(l)
			}
			if len(working) > 1 {
				g.prefetch(s.q, s.batch)
			}
		}
		still := working[:0]
		for _, s := range working {
			g.offer(s, s.batch)
			node, ok := s.pool.pop()
			if !ok {
				continue
			}
			s.work.Hops++
			if s.list = l.list(node); len(working) > 1 {
				simd.Prefetch(s.list)
			}
			still = append(still, s)
		}
		working = still
	}
}

// unvisited makes the rows of list, up to none, that were not visited yet the ones to
// compare with next.
func (s *searcher) unvisited(list []uint32) {
	s.batch = grow(s.batch, len(list))
	batch := s.batch
	marks, epoch := s.visited.marks, s.visited.epoch
	n := 0
	for _, to := range list {
		if to == none {
			break
		}
		if int(to) >= len(marks) {
			damagedLink(to, len(marks))
		}
		mark := marks[to]
		marks[to] = epoch
		batch[n] = to
		if mark != epoch { // compiled to an addition without a branch
			n++
		}
	}
	s.batch = batch[:n]
}

// allowedAround makes the rows to compare with next those of list that may be kept,
// and those that the first through of the others link to (Patel et al., ACORN, SIGMOD
// 2024, arXiv:2403.04871: the two-hop search of ACORN-1).
func (s *searcher) allowedAround(l *layer) {
	s.batch, s.blocked = s.batch[:0], s.blocked[:0]
	for _, to := range trimList(s.list) {
		if !s.visit(to) {
			continue
		}
		if s.allow(to) {
			s.batch = append(s.batch, to)
		} else {
			s.blocked = append(s.blocked, to)
		}
	}
	for _, node := range s.blocked[:min(s.through, len(s.blocked))] {
		for _, to := range l.linked(node) {
			if s.visited.has(to) || !s.allow(to) {
				continue
			}
			s.visited.add(to)
			s.batch = append(s.batch, to)
		}
	}
}

// visit puts node into the visited ones and tells whether it was none of them.
func (s *searcher) visit(node uint32) bool {
	if s.visited.has(node) {
		return false
	}
	s.visited.add(node)
	return true
}

// offer compares q with rows and offers them to the pool.
func (g *graph) offer(s *searcher, rows []uint32) {
	s.work.Distances += int64(len(rows))
	s.ranks = grow(s.ranks, len(rows))
	bound := s.pool.bound()
	for i, rank := range g.rank(s.ranks, s.q, rows) {
		if k := rankKey(rank, rows[i]); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}
