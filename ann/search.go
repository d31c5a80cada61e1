package ann

import "github.com/nngmix/nngmix/simd"

// searcher holds what one search needs. It is used by one goroutine at a time
// and reused, so that searches allocate nothing.
type searcher struct {
	pool    pool
	visited visited
	batch   []uint32 // rows not visited before, of one list of links
	ranks   []uint32 // of batch, or of all entries
	codes   []uint8  // of the query
	work    Counters
}

// search fills s.pool with the ef rows that look nearest to q.
//
// This is the search of Malkov and Yashunin (Efficient and robust approximate
// nearest neighbor search using Hierarchical Navigable Small World graphs, IEEE
// TPAMI 42, 2020; algorithm 2) but for the entry points. There one row is found
// through a hierarchy of graphs. Here q is compared with a few hundred rows, and
// the walk starts at the nearest ef of them: queries unlike any row have neighbors
// in several places that no path may join.
func (g *graph) search(s *searcher, q target, ef int) {
	g.scanEntries(s, q, ef)
	if g.entries.size < g.n {
		g.begin(s, ef, s.pool.found())
		g.walk(s, &g.layer, q)
	}
}

// scanEntries fills s.pool with the ef entries nearest to q.
func (g *graph) scanEntries(s *searcher, q target, ef int) {
	n := g.entries.size
	s.ranks = grow(s.ranks, n)
	s.work.Distances += int64(n)
	if q.codes != nil {
		simd.RowsU8(s.ranks, q.codes, g.entryCodes, len(q.codes))
	} else {
		g.kernels.Rows(asFloats(s.ranks), q.vector, g.entry, g.stride)
	}
	s.pool.reset(ef)
	bound := farthest
	for i, rank := range s.ranks {
		if k := rankKey(rank, g.entries.id(i)); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}

// begin starts a walk of width ef at the nearest of entries, which may be the
// contents of the pool.
func (g *graph) begin(s *searcher, ef int, entries []key) {
	s.visited.reset(g.n)
	s.batch = grow(s.batch, g.degree)
	s.ranks = grow(s.ranks, g.degree)
	s.pool.restart(ef, entries)
	for _, k := range s.pool.found() {
		s.visited.add(k.node())
	}
}

// walk follows the links of the nearest candidates until the links of all that
// are in the pool have been followed.
func (g *graph) walk(s *searcher, l *layer, q target) {
	for {
		node, ok := s.pool.pop()
		if !ok {
			return
		}
		s.work.Hops++
		g.visit(s, q, l.list(node))
	}
}

// visit compares q with the rows of list, up to none, that were not visited yet
// and offers them to the pool.
func (g *graph) visit(s *searcher, q target, list []uint32) {
	batch := s.batch[:len(list)]
	marks, epoch := s.visited.marks, s.visited.epoch
	n := 0
	for _, to := range list {
		if to == none {
			break
		}
		mark := marks[to]
		marks[to] = epoch
		batch[n] = to
		if mark != epoch { // compiled to an addition without a branch
			n++
		}
	}
	g.offer(s, q, batch[:n])
}

// offer compares q with rows and offers them to the pool.
func (g *graph) offer(s *searcher, q target, rows []uint32) {
	bound := s.pool.bound()
	for i, rank := range g.rank(s, q, rows) {
		if k := rankKey(rank, rows[i]); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}
