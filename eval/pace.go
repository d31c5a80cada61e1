package eval

import "time"

// pace estimates how long the cells take that are left: each as long as the mean of those
// of its set and detector that are done, or, where none is, of its detector, or of all.
type pace struct {
	todo map[kind]int
	done map[kind]spent // kinds with "" for the set, or for both, hold the sums
}

// kind is what the time for a cell depends on.
type kind struct{ set, detector string }

// spent is the time that some cells took.
type spent struct {
	cells   int
	seconds float64
}

func kindOf(c Cell) kind { return kind{c.Group + "/" + c.Dataset, c.Detector} }

// expect counts a cell that is to be run.
func (p *pace) expect(c Cell) {
	if p.todo == nil {
		p.todo, p.done = map[kind]int{}, map[kind]spent{}
	}
	p.todo[kindOf(c)]++
}

// took counts a cell as done.
func (p *pace) took(c Cell, seconds float64) {
	p.todo[kindOf(c)]--
	for _, k := range []kind{kindOf(c), {"", c.Detector}, {"", ""}} {
		p.done[k] = spent{p.done[k].cells + 1, p.done[k].seconds + seconds}
	}
}

// left returns the estimate with so many cells at work at once.
func (p *pace) left(threads int) time.Duration {
	var left float64
	for k, n := range p.todo {
		for _, like := range []kind{k, {"", k.detector}, {"", ""}} {
			if s := p.done[like]; s.cells > 0 {
				left += float64(n) * s.seconds / float64(s.cells)
				break
			}
		}
	}
	return time.Duration(left / float64(threads) * float64(time.Second))
}
