package graph

import (
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// Searcher holds what one search needs. It is used by one goroutine at a time
// and reused, so that searches allocate nothing.
type Searcher struct {
	Q       Target
	Pool    pool
	visited visited
	list    []uint32  // the links to follow next
	Allow   Allowed   // which rows the pool may hold in a walk
	blocked []uint32  // nodes of list that it may not
	Through int       // how many of these a walk looks behind
	Batch   []uint32  // rows to compare with next
	held    []uint32  // see around
	ranks   []uint32  // of batch, or of an entrance
	codes   []uint8   // of the query
	room    []float32 // see target
	hit     simd.ScanHit
	Work    Work
}

// Work tells how much work searches did.
type Work struct {
	Distances int64 // distances computed, entry points included
	Entries   int64 // of these, those to entry points, which take a tenth of the time of others
	Hops      int64 // rows whose links were followed
}

// GroupSize is how many searches one goroutine carries out in turns: while it waits
// for the memory of one, it works on the others.
const GroupSize = 4

// Search fills the pool of each of group, at most groupSize, with the keep rows that
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
func (g *Graph) Search(group []*Searcher, ef, keep int) {
	if g.Entries.Size == g.N { // without links
		for _, s := range group {
			s.Pool.Reset(max(keep, ef), ef)
			g.ScanAll(s)
		}
		return
	}
	for _, s := range group {
		s.Pool.Reset(aroundWidth+ef/aroundShare, 0)
		g.enter(s)
	}
	g.descend(group, g.Entries.Shift)
	for _, s := range group {
		if s.Allow.all() {
			s.Pool.extend(max(keep, ef), ef)
			g.begin(s, nil)
			continue
		}
		s.held = s.held[:0]
		for _, k := range s.Pool.Found() {
			s.held = append(s.held, k.Node())
		}
		s.Pool.Reset(max(keep, ef), ef)
		g.begin(s, s.held)
	}
	g.walk(&g.Layer, group)
}

// ScanAll offers all rows to the pool, which is not a search of the graph.
func (g *Graph) ScanAll(s *Searcher) {
	const chunk = 512
	s.Work.Distances += int64(g.N)
	for first := 0; first < g.N; first += chunk {
		n := min(chunk, g.N-first)
		s.ranks = memory.Grow(s.ranks, n)
		switch {
		case s.Q.Codes != nil:
			simd.RowsU8(s.ranks, s.Q.Codes, g.Codes[first*len(s.Q.Codes):], len(s.Q.Codes))
		case s.Q.products != nil:
			s.Q.products.Rows(asFloats(s.ranks), s.Q.vector, g.Rows[first*g.Stride:], g.Stride)
			orderBits(s.ranks)
		case g.Rows != nil:
			g.Kernels.Rows(asFloats(s.ranks), s.Q.vector, g.Rows[first*g.Stride:], g.Stride)
		default:
			s.Batch = memory.Grow(s.Batch, n)
			for i := range s.Batch {
				s.Batch[i] = uint32(first + i)
			}
			g.rank(s.ranks, s.Q, s.Batch)
		}
		s.take(s.ranks, func(i int) uint32 { return uint32(first + i) })
	}
}

// take offers the rows id(i) with ranks[i] to the pool.
func (s *Searcher) take(ranks []uint32, id func(i int) uint32) {
	limit := s.Pool.bound().Rank()
	for i, rank := range ranks {
		if rank > limit {
			continue
		}
		if k := RankKey(rank, id(i)); k < s.Pool.bound() {
			s.Pool.add(k)
			limit = s.Pool.bound().Rank()
		}
	}
}

// descend looks for better places to start from than the rows in the pools, of which
// there is one in 1<<shift: at the rows around these in the order of rows, eight
// times as dense; then around the nearest found so far, eight times as dense again.
func (g *Graph) descend(group []*Searcher, shift uint) {
	for ; shift >= aroundUntil; shift -= aroundShift {
		for _, s := range group {
			g.around(s, shift)
			if len(group) > 1 {
				g.prefetch(s.Q, s.Batch)
			}
		}
		for _, s := range group {
			g.offer(s, s.Batch)
		}
	}
}

// around makes the rows around those in the pool the batch of s. Rows of this level
// that are in the pool already, which outposts may be and no others, are left out.
func (g *Graph) around(s *Searcher, shift uint) {
	found := s.Pool.Found()
	step := 1 << (shift - aroundShift)
	s.held = s.held[:0]
	for _, k := range found {
		if int(k.Node())&(step-1) == step/2 {
			s.held = append(s.held, k.Node())
		}
	}
	s.Batch = memory.Grow(s.Batch, len(found)<<aroundShift)
	batch := s.Batch[:0]
	for i, k := range found {
		first := int(k.Node()>>shift) << shift
		if slices.ContainsFunc(found[:i], func(k key) bool { return int(k.Node()>>shift)<<shift == first }) {
			continue
		}
		for row := first + step/2; row < min(first+1<<shift, g.N); row += step {
			if !slices.Contains(s.held, uint32(row)) {
				batch = append(batch, uint32(row))
			}
		}
	}
	s.Batch = batch
}

// The constants of descend.
const (
	aroundWidth = 4 // look around that many rows ...
	aroundShare = 4 // ... and this part of the width of the search
	aroundShift = 3 // eight times as dense
	aroundUntil = 4 // rows that are more than 1<<3 apart
)

// begin starts a walk with what is in the pool, and at list.
func (g *Graph) begin(s *Searcher, list []uint32) {
	s.list = list
	s.visited.reset(g.N)
	for _, k := range s.Pool.Found() {
		s.visited.add(k.Node())
	}
}

// walk lets each of group follow the links of its nearest candidates until the links
// of all that are in its pool have been followed.
func (g *Graph) walk(l *Layer, group []*Searcher) {
	var room [GroupSize]*Searcher
	for working := append(room[:0], group...); len(working) > 0; {
		for _, s := range working {
			if !s.Allow.all() {
				s.sift(l)
			}
		}
		for _, s := range working {
			if s.Allow.all() {
				s.unvisited(s.list)
			} else {
				s.lookBehind(l)
			}
			if len(working) > 1 {
				g.prefetch(s.Q, s.Batch)
			}
		}
		still := working[:0]
		for _, s := range working {
			g.offer(s, s.Batch)
			node, ok := s.Pool.pop()
			if !ok {
				continue
			}
			s.Work.Hops++
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
func (s *Searcher) unvisited(list []uint32) {
	s.Batch = memory.Grow(s.Batch, len(list))
	batch := s.Batch
	marks, epoch := s.visited.marks, s.visited.epoch
	n := 0
	for _, to := range list {
		if to == None {
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
	s.Batch = batch[:n]
}

// OfferAll compares q with rows and offers them to the pool. They need not be near to
// each other in memory.
func (g *Graph) OfferAll(s *Searcher, rows []uint32) {
	const piece = 64
	next := rows[:min(piece, len(rows))]
	g.prefetch(s.Q, next)
	for len(next) > 0 {
		now := next
		rows = rows[len(now):]
		next = rows[:min(piece, len(rows))]
		g.prefetch(s.Q, next)
		g.offer(s, now)
	}
}

// offer compares q with rows and offers them to the pool.
func (g *Graph) offer(s *Searcher, rows []uint32) {
	s.Work.Distances += int64(len(rows))
	s.ranks = memory.Grow(s.ranks, len(rows))
	bound := s.Pool.bound()
	for i, rank := range g.rank(s.ranks, s.Q, rows) {
		if k := RankKey(rank, rows[i]); k < bound {
			s.Pool.add(k)
			bound = s.Pool.bound()
		}
	}
}

// ScanIsCheaper tells whether comparing a query with all rows takes less time than
// a search of width ef. The figures are picoseconds on one core, measured for 3 to
// 784 columns.
func (g *Graph) ScanIsCheaper(ef int) bool {
	stride := float64(g.Stride) // products of these do not fit 32 bits
	return float64(g.N)*(500+100*stride) < float64(ef)*(200_000+1500*stride)
}
