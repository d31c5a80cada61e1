package xrand

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// ksCritical returns the Kolmogorov-Smirnov distance that n draws of the right
// distribution exceed with probability p.
func ksCritical(n int, p float64) float64 { return math.Sqrt(math.Log(2/p) / 2 / float64(n)) }

// ksDistance returns the largest gap between the empirical distribution of draws
// and cdf. Equal draws are one step, so atoms are handled.
func ksDistance(draws []float64, cdf func(float64) float64) (gap float64) {
	slices.Sort(draws)
	n := float64(len(draws))
	for i := 0; i < len(draws); {
		j := i
		for j < len(draws) && draws[j] == draws[i] {
			j++
		}
		f := cdf(draws[i])
		gap = max(gap, float64(j)/n-f)
		if j == i+1 {
			gap = max(gap, f-float64(i)/n)
		}
		i = j
	}
	return gap
}

func draw(n int, one func(*Stream) float64) []float64 {
	s := New(11, 0)
	draws := make([]float64, n)
	for i := range draws {
		draws[i] = one(&s)
	}
	return draws
}

const falseAlarm = 1e-6 // chance of a false alarm of each test, were the seed not fixed

func TestNormalAgainstGonum(t *testing.T) {
	n := draws(2_000_000)
	sample := draw(n, (*Stream).Normal)
	oracle := distuv.Normal{Mu: 0, Sigma: 1}
	if gap, bound := ksDistance(sample, oracle.CDF), ksCritical(n, falseAlarm); gap > bound {
		t.Errorf("KS distance %g, want at most %g", gap, bound)
	}
	beyond := 0
	for _, x := range sample {
		if math.Abs(x) > zigTail {
			beyond++
		}
	}
	want := 2 * oracle.CDF(-zigTail) * float64(n)
	if math.Abs(float64(beyond)-want) > 5*math.Sqrt(want) {
		t.Errorf("%d draws in the tail, want about %.0f", beyond, want)
	}
	var m [5]float64
	for _, x := range sample {
		for p := range m {
			m[p] += math.Pow(x, float64(p)) / float64(n)
		}
	}
	for p, want := range []float64{1, 0, 1, 0, 3} {
		if math.Abs(m[p]-want) > 0.03*math.Sqrt(2e6/float64(n)) {
			t.Errorf("moment %d is %g, want %g", p, m[p], want)
		}
	}
}

// TestTailAgainstGonum draws from beyond zigTail only, which the draws of the
// whole distribution reach too rarely to judge.
func TestTailAgainstGonum(t *testing.T) {
	n := draws(200_000)
	oracle := distuv.Normal{Mu: 0, Sigma: 1}
	all := oracle.CDF(-zigTail)
	cdf := func(x float64) float64 { return 1 - oracle.CDF(-x)/all }
	if gap, bound := ksDistance(draw(n, (*Stream).tail), cdf), ksCritical(n, falseAlarm); gap > bound {
		t.Errorf("KS distance %g, want at most %g", gap, bound)
	}
}

// TestZigguratAreas checks the tables against the definition: every layer has
// the same area, and layer 0 with the tail has it too.
func TestZigguratAreas(t *testing.T) {
	tail := math.Sqrt(math.Pi/2) * math.Erfc(zigTail/math.Sqrt2)
	if area := zigTail*math.Exp(-zigTail*zigTail/2) + tail; math.Abs(area/zigArea-1) > 1e-12 {
		t.Errorf("layer 0 has area %.17g, want %.17g", area, zigArea)
	}
	for i, layer := range zig[1:] {
		area := layer.scale * 0x1p53 * (layer.upper - layer.lower)
		if math.Abs(area/zigArea-1) > 1e-9 {
			t.Errorf("layer %d has area %.17g, want %.17g", i+1, area, zigArea)
		}
	}
}

func TestBetaAgainstGonum(t *testing.T) {
	n := draws(200_000)
	for _, shape := range [][2]float64{
		{0.2, 0.2}, {0.05, 0.4}, {0.5, 0.5}, {1, 1}, {0.2, 3}, {2, 2}, {5, 1}, {40, 0.9}, {1e3, 2e3},
	} {
		beta := NewBeta(shape[0], shape[1])
		oracle := distuv.Beta{Alpha: shape[0], Beta: shape[1]}
		cdf := func(x float64) float64 {
			if x >= 1 {
				return 1
			}
			return oracle.CDF(x)
		}
		if gap, bound := ksDistance(draw(n, beta.Draw), cdf), ksCritical(n, falseAlarm); gap > bound {
			t.Errorf("Beta(%g, %g): KS distance %g, want at most %g", shape[0], shape[1], gap, bound)
		}
	}
}

// TestBetaExtremes goes where the gamma variates themselves leave float64.
func TestBetaExtremes(t *testing.T) {
	shapes := []float64{MinShape, 1e-20, 1e-3, 0.2, 1, 30, 1e20, MaxShape}
	for _, a := range shapes {
		for _, b := range shapes {
			beta := NewBeta(a, b)
			mean := 0.0
			for _, x := range draw(4000, beta.Draw) {
				if !(x >= 0 && x <= 1) {
					t.Fatalf("Beta(%g, %g) gave %g", a, b, x)
				}
				mean += x / 4000
			}
			want := 1 / (1 + b/a)
			if sd := math.Sqrt(want * (1 - want) / (1 + a + b) / 4000); math.Abs(mean-want) > 6*sd+1e-12 {
				t.Errorf("Beta(%g, %g): mean %g, want %g", a, b, mean, want)
			}
		}
	}
	for _, a := range []float64{0, -1, math.NaN(), math.Inf(1), 1e301} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewBeta(%g, 1) did not panic", a)
				}
			}()
			NewBeta(a, 1)
		}()
	}
}
