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
// through a hierarchy of graphs. Here q is compared with a few hundred rows, then
// with rows around the nearest of them, and the walk starts at the nearest ef:
// queries unlike any row have neighbors in several places that no path may join.
func (g *graph) search(s *searcher, q target, ef int) {
	g.scanEntries(s, q, ef)
	if g.entries.size < g.n {
		g.begin(s, ef, s.pool.found())
		g.descend(s, q)
		g.walk(s, &g.layer, q)
	}
}

// scanEntries fills s.pool with the ef entries nearest to q.
func (g *graph) scanEntries(s *searcher, q target, ef int) {
	n := g.entries.size + len(g.outposts)
	s.ranks = grow(s.ranks, n)
	s.work.Distances += int64(n)
	if q.codes != nil {
		simd.RowsU8(s.ranks, q.codes, g.entryCodes, len(q.codes))
	} else {
		g.kernels.Rows(asFloats(s.ranks), q.vector, g.entry, g.stride)
	}
	s.pool.reset(ef)
	s.take(s.ranks[:g.entries.size], &g.entries, 0)
	for i, id := range g.outposts {
		if k := rankKey(s.ranks[g.entries.size+i], id); k < s.pool.bound() && !g.entries.holds(id) {
			s.pool.add(k)
		}
	}
}

// scanAll offers all rows to the pool, which is not a search of the graph.
func (g *graph) scanAll(s *searcher, q target) {
	const chunk = 512
	s.ranks = grow(s.ranks, chunk)
	s.work.Distances += int64(g.n)
	for first := 0; first < g.n; first += chunk {
		ranks := s.ranks[:min(chunk, g.n-first)]
		g.kernels.Rows(asFloats(ranks), q.vector, g.rows[first*g.stride:], g.stride)
		s.take(ranks, &layer{}, first)
	}
}

// take offers rows of l, from row first on, to the pool.
func (s *searcher) take(ranks []uint32, l *layer, first int) {
	limit := s.pool.bound().rank()
	for i, rank := range ranks {
		if rank > limit {
			continue
		}
		if k := rankKey(rank, l.id(first+i)); k < s.pool.bound() {
			s.pool.add(k)
			limit = s.pool.bound().rank()
		}
	}
}

// descend looks for better places to start from than the entries in s.pool: of the
// nearest of them, at the rows around in the order of rows, eight times as dense as
// the entries; then around the nearest found so far, eight times as dense again.
func (g *graph) descend(s *searcher, q target) {
	width := min(descendWidth+s.pool.limit/4, s.pool.limit)
	for shift := g.entries.shift; shift >= descendUntil; shift -= descendShift {
		s.batch, s.ranks = grow(s.batch, width<<descendShift), grow(s.ranks, width<<descendShift)
		batch := s.batch[:0]
		for _, k := range s.pool.found()[:min(width, s.pool.size)] {
			first := int(k.node()>>shift) << shift
			step := 1 << (shift - descendShift)
			for row := first + step/2; row < min(first+1<<shift, g.n); row += step {
				if s.visited.insert(uint32(row)) {
					batch = append(batch, uint32(row))
				}
			}
		}
		g.offer(s, q, batch)
	}
}

// The constants of descend.
const (
	descendWidth = 8 // look around that many rows, and a quarter of the width of the search
	descendShift = 3 // eight times as dense
	descendUntil = 4 // rows that are more than 1<<3 apart
)

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
	s.work.Distances += int64(len(rows))
	bound := s.pool.bound()
	for i, rank := range g.rank(s.ranks, q, rows) {
		if k := rankKey(rank, rows[i]); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}
