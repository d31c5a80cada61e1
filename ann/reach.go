package ann

import (
	"context"
	"slices"
)

// connect makes every row reachable from the entries: a walk started at all of
// them would meet it. Rows that nobody links to, or groups of such rows, are common
// where a table has isolated clusters. It returns how many links it added.
func (b *builder) connect(ctx context.Context) (int, error) {
	r := newReach(b.graph)
	added := 0
	for id := range uint32(b.n) {
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
	l    *layer
	met  []bool
	todo []uint32
}

func newReach(g *graph) *reach {
	r := &reach{l: &g.layer, met: make([]bool, g.n)}
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
func (b *builder) linkTo(row uint32, r *reach) {
	s, nearest := &b.workers[0].search[0], none
	for ef := 64; nearest == none; ef *= 4 {
		s.q = b.target(row)
		b.search([]*searcher{s}, min(ef, b.n), 1)
		for _, k := range s.pool.found() {
			if !r.met[k.node()] { // a narrow search may meet only rows that are cut off too
				continue
			}
			if nearest == none {
				nearest = k.node()
			}
			list := b.list(k.node())
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
