package generator

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Noise says which values keep clear of noise and of mixing.
type Noise uint8

// The choices; the package comment has their formulas.
const (
	NoiseGaussian Noise = iota // none: noise in every numeric column
	NoiseKeep                  // those on which parents agree, and masses at the ends of a range
)

var noiseNames = []string{"gaussian", "keep"}

// String returns the name that ParseNoise takes.
func (n Noise) String() string {
	if int(n) >= len(noiseNames) {
		return fmt.Sprintf("unknown(%d)", n)
	}
	return noiseNames[n]
}

// ParseNoise returns the choice called name. The error lists the names.
func ParseNoise(name string) (Noise, error) {
	if i := slices.Index(noiseNames, name); i >= 0 {
		return Noise(i), nil
	}
	return 0, fmt.Errorf("generator: unknown noise %q: want one of %s", name, strings.Join(noiseNames, ", "))
}

// MarshalText returns the name of n.
func (n Noise) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText sets n to the choice called text.
func (n *Noise) UnmarshalText(text []byte) (err error) {
	*n, err = ParseNoise(string(text))
	return err
}

// spread returns the standard deviation of lambda·e + (1-lambda)·f for
// independent e and f of standard deviation 1.
func spread(lambda float64) float64 {
	rest := 1 - lambda
	return math.Sqrt(float64(lambda*lambda) + float64(rest*rest))
}

// addNoise adds to each column independent normal noise of standard deviation
// factor·g.std[j], to a copy of one row with NoiseKeep as that does it.
func (g *Generator) addNoise(dst []float64, factor float64, s *draws) {
	if factor == 0 {
		return
	}
	keep := g.opt.Noise == NoiseKeep
	for j, sd := range g.std {
		switch {
		case !(sd > 0):
		case !keep:
			dst[j] += float64(float64(factor*sd) * s.Normal())
		default:
			dst[j] = g.keepNoise(j, dst[j], factor, s)
		}
	}
}

// keepNoise returns x, the value of column j before noise, with noise as NoiseKeep
// gives it: none on a mass, and folded back where it would pass a mass.
func (g *Generator) keepNoise(j int, x, factor float64, s *draws) float64 {
	c, sd := &g.space.columns[j], g.std[j]
	if !(sd*factor > 0) || c.onMass(x) {
		return x
	}
	x += float64(float64(factor*sd) * s.Normal())
	if c.MassMin && x < c.Min {
		x = c.Min + (c.Min - x)
	}
	if c.MassMax && x > c.Max {
		x = c.Max - (x - c.Max)
	}
	if c.MassMin {
		x = max(x, c.Min) // noise as wide as the range
	}
	return x
}

// mixKeeping writes the mixture that o describes to dst, which holds the second
// parent, with noise, as NoiseKeep does it.
func (g *Generator) mixKeeping(dst []float64, o Origin, noise float64, s *draws) {
	rest := 1 - o.Lambda
	for j, a := range g.labeled.row(o.Source) {
		b, c := dst[j], &g.space.columns[j]
		switch {
		case a == b:
		case a != a || b != b:
			dst[j] = g.keepNoise(j, oneOf(a, b, o.Lambda, &s.own), noise, s)
		case c.Nominal, c.onMass(a), c.onMass(b):
			if dst[j] = b; s.Uniform() < o.Lambda {
				dst[j] = a
			}
		default:
			dst[j] = g.keepNoise(j, float64(o.Lambda*a)+float64(rest*b), noise, s)
		}
	}
}
