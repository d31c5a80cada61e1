package generator

import "github.com/nngmix/nngmix/internal/xrand"

// draws are the random numbers of one sample.
type draws struct {
	xrand.Stream
	// own is for missing values, so that they change no other value of a sample.
	own xrand.Stream
}

// ownSeed sets the stream of missing values apart from that of the rest.
const ownSeed = 0x6d697373696e67 // "missing"

// draws returns the random numbers of sample i.
func (g *Generator) draws(i uint64) draws {
	s := draws{Stream: xrand.New(g.opt.Seed, i)}
	if g.gaps {
		s.own = xrand.New(g.opt.Seed^ownSeed, i)
	}
	return s
}

// oneOf returns what a sample has in a column where one of its parents at least
// lacks a value, which is NaN. A draw names the first parent with probability
// lambda, and the second one otherwise: the sample lacks a value where that parent
// does, and else has that parent's.
func oneOf(a, b, lambda float64, s *xrand.Stream) float64 {
	if s.Uniform() < lambda {
		return a
	}
	return b
}
