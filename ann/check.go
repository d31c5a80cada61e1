package ann

import (
	"fmt"
	"slices"
)

// check returns an error where the lists of l are not as searches expect them:
// rows of l only, no row in its own list or twice, nothing after none.
func (l *layer) check() error {
	for i := range uint32(l.n) {
		list := l.list(i)
		links := trimList(list)
		for at, to := range list {
			switch {
			case at >= len(links) && to != none:
				return fmt.Errorf("row %d has a link after the end of its list", i)
			case at >= len(links):
			case to >= uint32(l.n):
				return fmt.Errorf("row %d links to row %d of %d", i, to, l.n)
			case to == i:
				return fmt.Errorf("row %d links to itself", i)
			case slices.Contains(links[:at], to):
				return fmt.Errorf("row %d links to row %d twice", i, to)
			}
		}
	}
	return nil
}

// check returns an error where a layer is not as searches expect it or holds
// other rows than a sample of the layer below, or where a row cannot be reached.
func (g *graph) check() error {
	for at, l := range g.layers {
		if at > 0 {
			if err := l.checkSample(g.layers[at-1]); err != nil {
				return fmt.Errorf("layer %d: %w", at, err)
			}
		}
		if at == len(g.layers)-1 {
			return nil // it has no links
		}
		if err := l.check(); err != nil {
			return fmt.Errorf("layer %d: %w", at, err)
		}
		if n := newReach(l, g.layers[at+1].n).missing(); n > 0 {
			return fmt.Errorf("layer %d: %d of %d rows cannot be reached", at, n, l.n)
		}
	}
	return nil
}

func (l *layer) checkSample(under *layer) error {
	if l.n != sampleSize(under.n) {
		return fmt.Errorf("%d rows above %d, want %d", l.n, under.n, sampleSize(under.n))
	}
	for i := range uint32(l.n) {
		if !slices.Equal(l.row(i), under.row(below(i))) {
			return fmt.Errorf("row %d is not row %d of the layer below", i, below(i))
		}
	}
	return nil
}
