package graph

import (
	"fmt"
	"slices"
)

// check returns an error where the lists of l are not as searches expect them:
// rows of l only, no row in its own list or twice, nothing after none.
func (l *Layer) check() error {
	for i := range l.Size {
		id := l.id(i)
		list := l.list(id)
		links := trimList(list)
		for at, to := range list {
			switch {
			case at >= len(links) && to != None:
				return fmt.Errorf("row %d has a link after the end of its list", id)
			case at >= len(links):
			case !l.holds(to):
				return fmt.Errorf("row %d links to row %d, which the layer does not hold", id, to)
			case to == id:
				return fmt.Errorf("row %d links to itself", id)
			case slices.Contains(links[:at], to):
				return fmt.Errorf("row %d links to row %d twice", id, to)
			}
		}
	}
	return nil
}

// holds tells whether l holds a row of the graph.
func (l *Layer) holds(id uint32) bool {
	i := l.index(id)
	return i < l.Size && l.id(i) == id
}

// Check returns an error where links are not as searches expect them or where a
// row cannot be reached.
func (g *Graph) Check() error {
	if g.Entries.Size == g.N {
		return nil // without links
	}
	if err := g.Layer.check(); err != nil {
		return err
	}
	for i, id := range g.Outposts {
		if slices.Contains(g.Outposts[:i], id) {
			return fmt.Errorf("outpost %d is row %d, as one before", i, id)
		}
	}
	if n := newReach(g).missing(); n > 0 {
		return fmt.Errorf("%d of %d rows cannot be reached", n, g.N)
	}
	return nil
}
