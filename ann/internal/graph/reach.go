package graph

import (
	"context"
	"slices"
)

// connect makes every row reachable from the entries: a walk started at all of
// them would meet it. Rows that nobody links to, or groups of such rows, are common
// where a table has isolated clusters. It returns how many links it added.
func (b *Builder) connect(ctx context.Context) (int, error) {
	r := newReach(b.Graph)
	added := 0
	for id := range uint32(b.N) {
		if r.met[id] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return added, err
		}
		b.linkTo(id, r)
		r.from(id)
		added++
	}
	return added, nil
}

// reach is the set of rows of a graph that can be reached from its entries.
type reach struct {
	l    *Layer
	met  []bool
	todo []uint32
}

func newReach(g *Graph) *reach {
	r := &reach{l: &g.Layer, met: make([]bool, g.N)}
	for _, id := range g.opened().ids {
		r.from(id)
	}
	return r
}

// from adds row and what can be reached from it.
func (r *reach) from(row uint32) {
	r.add(row)
	for len(r.todo) > 0 {
		next := r.todo[len(r.todo)-1]
		r.todo = r.todo[:len(r.todo)-1]
		for _, to := range r.l.linked(next) {
			r.add(to)
		}
	}
}

func (r *reach) add(row uint32) {
	if !r.met[row] {
		r.met[row] = true
		r.todo = append(r.todo, row)
	}
}

// missing returns how many rows cannot be reached.
func (r *reach) missing() (n int) {
	for _, met := range r.met {
		if !met {
			n++
		}
	}
	return n
}

// linkTo links to row from the nearest row that was reached and has room in its
// list. Searches widen until they find a row that was reached.
func (b *Builder) linkTo(row uint32, r *reach) {
	s, nearest := &b.workers[0].search[0], None
	for ef := 64; nearest == None; ef *= 4 {
		s.Q = b.target(row)
		b.Search([]*Searcher{s}, min(ef, b.N), 1)
		for _, k := range s.Pool.Found() {
			if !r.met[k.Node()] { // a narrow search may meet only rows that are cut off too
				continue
			}
			if nearest == None {
				nearest = k.Node()
			}
			list := b.list(k.Node())
			if n := len(trimList(list)); n < len(list) {
				list[n] = row
				return
			}
		}
	}
	// No list around has room. The nearest row gives up its last link, and row takes that
	// over: what was reached through it is now reached through row. No path to a
	// row that was reached came through row's own last link.
	from := b.list(nearest)
	to := &from[len(from)-1]
	list := b.list(row)
	links := trimList(list)
	if !slices.Contains(links, *to) {
		list[min(len(links), len(list)-1)] = *to
	}
	*to = row
}
