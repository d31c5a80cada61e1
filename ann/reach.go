package ann

import (
	"context"
	"slices"
)

// connect makes every row of layer at reachable from its entry points, the rows
// that the layer above holds: a search started at all of them would meet it. Rows
// that nobody links to, or groups of such rows, are common where a table has
// isolated clusters. It returns how many links it added.
func (b *builder) connect(ctx context.Context, at int) (int, error) {
	l := &b.layers[at]
	r := newReach(l, &b.layers[at+1])
	added := 0
	for i := range l.n {
		if r.met[i] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return added, err
		}
		b.linkTo(l.id(i), at)
		r.from(l.id(i))
		added++
	}
	return added, nil
}

// reach is the set of rows of a layer that can be reached from its entry points.
type reach struct {
	l    *layer
	met  []bool
	todo []uint32
}

// newReach returns the rows of l that can be reached from those that the layer
// above holds.
func newReach(l, above *layer) *reach {
	r := &reach{l: l, met: make([]bool, l.n)}
	for i := range above.n {
		r.from(above.id(i))
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
	if met := &r.met[r.l.index(row)]; !*met {
		*met = true
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
// list. Searches widen until they find one.
func (b *builder) linkTo(row uint32, at int) {
	l, s := &b.layers[at], &b.workers[0].search
	for ef := 64; ef < 4*l.n; ef *= 4 {
		b.descend(s, b.row(row), min(ef, l.n), at)
		for _, k := range s.pool.found() {
			list := l.list(k.node())
			if n := len(trimList(list)); n < len(list) {
				list[n] = row
				return
			}
		}
	}
	// No list has room. The nearest row gives up its last link, and row takes that
	// over: what was reached through it is now reached through row. No path to a
	// row that was reached came through row's own last link.
	from := l.list(s.pool.found()[0].node())
	to := &from[len(from)-1]
	list := l.list(row)
	links := trimList(list)
	if !slices.Contains(links, *to) {
		list[min(len(links), len(list)-1)] = *to
	}
	*to = row
}
