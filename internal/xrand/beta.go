package xrand

import "math"

// MinShape and MaxShape bound the shape parameters of a [Beta].
const (
	MinShape = 1e-300
	MaxShape = 1e300
)

// Beta draws from a beta distribution. The zero value is not valid; see [NewBeta].
// It is never modified, so goroutines may share it.
type Beta struct{ x, y gamma }

// NewBeta returns the distribution Beta(alpha, beta). It panics unless both lie
// in [MinShape, MaxShape].
func NewBeta(alpha, beta float64) Beta {
	return Beta{newGamma(alpha), newGamma(beta)}
}

// Draw returns a number in [0, 1], never NaN.
//
// With X and Y from the gamma distributions of shapes alpha and beta the result
// is X/(X+Y). Small shapes make X and Y too small for a float64, so both come as
// a moderate factor and the logarithm of a small one, x·exp(u) and y·exp(v):
//
//	X/(X+Y) = x / (x + y·exp(v-u))
func (b *Beta) Draw(s *Stream) float64 {
	x, u := b.x.draw(s)
	y, v := b.y.draw(s)
	return x / (x + float64(y*Exp(v-u)))
}

// gamma draws from a gamma distribution of scale 1 (Marsaglia and Tsang, A Simple
// Method for Generating Gamma Variables, ACM TOMS 26, 2000).
type gamma struct {
	d, c  float64 // of a shape that is at least 1
	shape float64 // the wanted shape when it is below 1, else 0
}

func newGamma(shape float64) (g gamma) {
	if !(shape >= MinShape && shape <= MaxShape) {
		panic("xrand: shape of a beta distribution out of range")
	}
	if shape < 1 {
		g.shape = shape
		shape++
	}
	g.d = shape - 1.0/3
	g.c = 1 / math.Sqrt(9*g.d)
	return g
}

// draw returns factor > 0 and log <= 0, both finite, such that factor·exp(log)
// has the wanted shape a: for a below 1 the factor has shape a+1 and exp(log) is
// U^(1/a) with U uniform (the paper, section 6); otherwise log is 0.
func (g *gamma) draw(s *Stream) (factor, log float64) {
	factor = float64(g.d * g.cube(s))
	if g.shape > 0 {
		log = Log(s.positive()) / g.shape
	}
	return factor, log
}

// cube returns v such that d·v is a gamma variate of shape d+⅓.
func (g *gamma) cube(s *Stream) float64 {
	for {
		x := s.Normal()
		t := 1 + float64(g.c*x)
		if t <= 0 {
			continue
		}
		v := float64(float64(t*t) * t)
		u := s.positive()
		xx := float64(x * x)
		if u < 1-float64(float64(0.0331*xx)*xx) {
			return v
		}
		if Log(u) < float64(0.5*xx)+float64(g.d*((1-v)+Log(v))) {
			return v
		}
	}
}
