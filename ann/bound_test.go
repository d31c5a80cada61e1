package ann

import (
	"math"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
)

// TestLowerBoundOfHitsAndMisses compares with the exact bound of Clopper and
// Pearson, which the bound is where values are 0 or 1.
func TestLowerBoundOfHitsAndMisses(t *testing.T) {
	for _, tt := range []struct {
		name         string
		hits, misses int
		want         float64 // scipy.stats.beta.ppf(0.05, hits, misses+1)
	}{
		{"5 of 5", 5, 0, 0.5492802716530589},
		{"300 of 300", 300, 0, 0.9900639180555423},
		{"897 of 897", 897, 0, 0.9966658468465734},
		{"990 of 1000", 990, 10, 0.9830968248794375},
		{"none", 0, 50, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sample := append(slices.Repeat([]float64{1}, tt.hits), make([]float64, tt.misses)...)
			got := lowerBound(sample, 0.95, 1)
			if math.Abs(got-tt.want) > 0.05*(1-tt.want) { // the error of 2,000 draws
				t.Errorf("got %.5f, want about %.5f", got, tt.want)
			}
		})
	}
}

// TestLowerBoundCovers draws samples whose mean is known and counts how often the
// bound is above it.
func TestLowerBoundCovers(t *testing.T) {
	const rounds, confidence = 300, 0.95
	draws := map[string]func(s *xrand.Stream) float64{ // mean 0.99
		"rare zeros":    func(s *xrand.Stream) float64 { return b2f(s.Uniform() >= 0.01) },
		"one of ten":    func(s *xrand.Stream) float64 { return 1 - 0.1*b2f(s.Uniform() < 0.1) },
		"few and large": func(s *xrand.Stream) float64 { return 1 - 0.5*b2f(s.Uniform() < 0.02) },
	}
	for name, draw := range draws {
		t.Run(name, func(t *testing.T) {
			above := 0
			for round := range uint64(rounds) {
				s := xrand.New(7, round)
				sample := make([]float64, 300)
				for i := range sample {
					sample[i] = draw(&s)
				}
				if lowerBound(sample, confidence, round) > 0.99 {
					above++
				}
			}
			// 5 % and three standard deviations of a count of 300
			if most := 15 + 12; above > most {
				t.Errorf("above the mean in %d of %d rounds, want at most %d", above, rounds, most)
			}
		})
	}
}

func b2f(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
