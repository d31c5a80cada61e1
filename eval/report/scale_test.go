package report

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// TestScale tests that all values are on the axis in their order, and that ticks are
// there, round and few.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.Bool().Draw(t, "log")
		lowest := -1e6
		if log {
			lowest = 1e-6
		}
		values := append(rapid.SliceOfN(rapid.Float64Range(lowest, 1e6), 1, 9).Draw(t, "values"), math.NaN())
		s := newScale(values, 10, 110, log)
		for _, v := range values[:len(values)-1] {
			if at := s.at(v); !(at >= 10 && at <= 110) {
				t.Fatalf("%v is at %v", v, at)
			}
			for _, w := range values[:len(values)-1] {
				if v < w && s.at(v) > s.at(w) {
					t.Fatalf("%v is after %v", v, w)
				}
			}
		}
		ticks := s.ticks(5)
		if len(ticks) == 0 || len(ticks) > 30 {
			t.Fatalf("%d ticks from %v to %v", len(ticks), s.lo, s.hi)
		}
		for _, v := range ticks {
			if at := s.at(v); !(at > 9.9 && at < 110.1) {
				t.Fatalf("tick %v is at %v", v, at)
			}
		}
	})
}

// TestTicksOfExtremes draws scales on which adding 1 to a number changes nothing, or
// whose width overflows.
func TestTicksOfExtremes(t *testing.T) {
	for _, values := range [][]float64{
		{1e17, 1e17 + 16}, {-1e17, 1e17}, {1, math.Nextafter(1, 2)}, {math.MaxFloat64, -math.MaxFloat64}, {5e-324, 1e-323},
		{1e300, math.Nextafter(1e300, 0)}, {0, 5e-324}, {-1e-300},
	} {
		s := newScale(values, 0, 100, false)
		if ticks := s.ticks(6); len(ticks) > 30 {
			t.Errorf("%v: %d ticks", values, len(ticks))
		}
	}
}

func TestTick(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 1e-18: "0", 0.30000000000000004: "0.3", -0.005: "-0.005", 1500: "1.5k", 2e6: "2M", 1: "1"} {
		if got := tick(v); got != want {
			t.Errorf("tick(%v) = %q, want %q", v, got, want)
		}
	}
}
