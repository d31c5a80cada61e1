package ann

// searcher holds what one search needs. It is used by one goroutine at a time
// and reused, so that searches allocate nothing.
type searcher struct {
	pool      pool
	visited   visited
	batch     []uint32  // rows not visited before, of one list of links
	distances []float32 // of batch, or of the whole top layer
	entries   []key     // entry points into the next layer
	work      Counters
}

// search fills s.pool with the ef rows of layer 0 that look nearest to q, which
// is padded as the rows are.
//
// This is the search of Malkov and Yashunin (Efficient and robust approximate
// nearest neighbor search using Hierarchical Navigable Small World graphs, IEEE
// TPAMI 42, 2020; algorithms 2 and 5) but for the entry points. There one row is
// carried down from layer to layer. Here the top layer is scanned, and several
// rows are carried down: queries unlike any row have neighbors in several places
// that no path may join.
func (g *graph) search(s *searcher, q []float32, ef int) {
	g.descend(s, q, ef, 0)
}

// descend is search in layer to.
func (g *graph) descend(s *searcher, q []float32, ef, to int) {
	top := len(g.layers) - 1
	g.scan(s, q, g.layers[top], max(ef, minEntries))
	for at := top - 1; at >= to; at-- {
		s.entries = append(s.entries[:0], s.pool.found()...)
		width := ef
		if at > to {
			width = max(ef/entryShare, minEntries)
		}
		g.enter(s, g.layers[at], width)
		g.walk(s, g.layers[at], q)
	}
}

// The search of a layer above the last has a width of at least minEntries and of
// one entryShare-th of that of the last.
const (
	minEntries = 8
	entryShare = 4
)

// scan fills s.pool with the ef rows of l nearest to q by looking at all of them.
func (g *graph) scan(s *searcher, q []float32, l *layer, ef int) {
	s.distances = grow(s.distances, l.n)
	g.kernels.Rows(s.distances, q, l.rows, l.stride)
	s.work.Distances += int64(l.n)
	s.pool.reset(ef)
	bound := farthest
	for i, d := range s.distances {
		if k := newKey(d, uint32(i)); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}

// enter starts a walk of width ef through l at the entries, rows of the layer
// above.
func (g *graph) enter(s *searcher, l *layer, ef int) {
	s.begin(l, ef)
	for _, k := range s.entries[:min(len(s.entries), ef)] {
		node := below(k.node())
		s.visited.add(node)
		s.pool.add(newKey(k.distance(), node))
	}
}

// begin empties the pool for a walk of width ef through l.
func (s *searcher) begin(l *layer, ef int) {
	s.pool.reset(ef)
	s.visited.reset(l.n)
	s.batch = grow(s.batch, l.degree)
	s.distances = grow(s.distances, l.degree)
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
		g.visit(s, l, q, l.list(node))
	}
}

// visit compares q with the rows of list, up to none, that were not visited yet
// and offers them to the pool.
func (g *graph) visit(s *searcher, l *layer, q []float32, list []uint32) {
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
	batch = batch[:n]
	distances := s.distances[:n]
	g.kernels.Gather(distances, q, l.rows, l.stride, batch)
	s.work.Distances += int64(n)
	bound := s.pool.bound()
	for i, d := range distances {
		if k := newKey(d, batch[i]); k < bound {
			s.pool.add(k)
			bound = s.pool.bound()
		}
	}
}
