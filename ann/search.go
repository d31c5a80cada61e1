package ann

// searcher holds what one search needs. It is used by one goroutine at a time
// and reused, so that searches allocate nothing.
type searcher struct {
	pool      pool
	visited   visited
	batch     []uint32  // rows not visited before, of one list of links
	distances []float32 // of batch, or of all entries
	work      Counters
}

// search fills s.pool with the ef rows that look nearest to q, which is padded as
// the rows are.
//
// This is the search of Malkov and Yashunin (Efficient and robust approximate
// nearest neighbor search using Hierarchical Navigable Small World graphs, IEEE
// TPAMI 42, 2020; algorithm 2) but for the entry points. There one row is found
// through a hierarchy of graphs. Here q is compared with a few hundred rows, and
// the walk starts at the nearest ef of them: queries unlike any row have neighbors
// in several places that no path may join.
func (g *graph) search(s *searcher, q []float32, ef int) {
	g.scan(s, q, &g.entries, g.entry, ef)
	if g.entries.size < g.n {
		g.begin(s, ef, s.pool.found())
		g.walk(s, &g.layer, q)
	}
}

// scan fills s.pool with the ef rows of l nearest to q by looking at all of them;
// rows are those of l one after the other.
func (g *graph) scan(s *searcher, q []float32, l *layer, rows []float32, ef int) {
	s.distances = grow(s.distances, l.size)
	g.kernels.Rows(s.distances, q, rows, g.stride)
	s.work.Distances += int64(l.size)
	s.pool.reset(ef)
	bound := farthest
	for i, d := range s.distances {
		if k := newKey(d, l.id(i)); k < bound {
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
	s.distances = grow(s.distances, g.degree)
	s.pool.restart(ef, entries)
	for _, k := range s.pool.found() {
		s.visited.add(k.node())
	}
}

// walk follows the links of the nearest candidates until the links of all that
// are in the pool have been followed.
func (g *graph) walk(s *searcher, l *layer, q []float32) {
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
func (g *graph) visit(s *searcher, q []float32, list []uint32) {
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
func (g *graph) offer(s *searcher, q []float32, rows []uint32) {
	distances := s.distances[:len(rows)]
	g.kernels.Gather(distances, q, g.rows, g.stride, rows)
	s.work.Distances += int64(len(rows))
	bound := s.pool.bound()
	for i, d := range distances {
		if k := newKey(d, rows[i]); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}
