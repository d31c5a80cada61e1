package xrand

import (
	"math"
	"math/big"
	"testing"
)

// draws returns how many of n draws a test makes: fewer with -short, as under an
// emulator.
func draws(n int) int {
	if testing.Short() {
		return n / 20
	}
	return n
}

// ulps returns |got-want| in units of the last place of want.
func ulps(got, want float64) float64 {
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return 0
	}
	return math.Abs(got-want) / (math.Nextafter(math.Abs(want), math.Inf(1)) - math.Abs(want))
}

// The bound is 2 because math.Log and math.Exp are themselves up to 1 ulp off.
func TestLogAgainstMath(t *testing.T) {
	s := New(1, 0)
	for i := range draws(1_000_000) {
		x := math.Float64frombits(s.Uint64() >> 1)
		if x < 0x1p-1022 { // math.Log is wrong for subnormal numbers on amd64
			continue
		}
		if i%2 == 0 {
			x = 0.5 + 2*s.Uniform() // the hardest range: results near 0
		}
		if got, want := Log(x), math.Log(x); ulps(got, want) > 2 {
			t.Fatalf("Log(%g) = %g, want %g", x, got, want)
		}
	}
}

func TestExpAgainstMath(t *testing.T) {
	s := New(2, 0)
	for i := range draws(1_000_000) {
		x := (s.Uniform()*2 - 1) * 750
		if i%2 == 0 {
			x = math.Ldexp(s.Uniform()-0.5, -s.IntN(60))
		}
		if got, want := Exp(x), math.Exp(x); ulps(got, want) > 2 {
			t.Fatalf("Exp(%g) = %g, want %g", x, got, want)
		}
	}
}

// TestExpLogExactly compares with big.Float: exp(Log(x)) by its series must give
// x back within what 1 ulp of the logarithm and of the exponential allow.
func TestExpLogExactly(t *testing.T) {
	s := New(3, 0)
	for range draws(2000) {
		x := math.Exp((s.Uniform()*2 - 1) * 20)
		l := Log(x)
		off, _ := new(big.Float).Quo(new(big.Float).Sub(bigExp(l), big.NewFloat(x)), big.NewFloat(x)).Float64()
		if ulp := math.Nextafter(math.Abs(l), 1e9) - math.Abs(l); math.Abs(off) > ulp {
			t.Fatalf("Log(%g) is %g ulp off", x, off/ulp)
		}
		want, _ := bigExp(l).Float64()
		if got := Exp(l); ulps(got, want) > 1 {
			t.Fatalf("Exp(%g) = %g, want %g", l, got, want)
		}
	}
}

// bigExp returns e to the power x with 200 bits: the series at x/2¹⁰, squared 10 times.
func bigExp(x float64) *big.Float {
	const prec = 200
	r := new(big.Float).SetPrec(prec).SetFloat64(x / 1024)
	sum := new(big.Float).SetPrec(prec).SetInt64(1)
	term := new(big.Float).Copy(sum)
	for i := 1; i < 40; i++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(int64(i)))
		sum.Add(sum, term)
	}
	for range 10 {
		sum.Mul(sum, sum)
	}
	return sum
}

func TestMathSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	tests := []struct {
		name      string
		got, want float64
	}{
		{"log of 0", Log(0), -inf},
		{"log of -0", Log(math.Copysign(0, -1)), -inf},
		{"log of negative", Log(-1), nan},
		{"log of NaN", Log(nan), nan},
		{"log of +Inf", Log(inf), inf},
		{"log of 1", Log(1), 0},
		{"log of the smallest", Log(math.SmallestNonzeroFloat64), -1074 * math.Ln2},
		{"log of the largest subnormal", Log(0x1p-1022 - 0x1p-1074), -1022 * math.Ln2},
		{"log of the largest", Log(math.MaxFloat64), math.Log(math.MaxFloat64)},
		{"exp of 0", Exp(0), 1},
		{"exp of -0", Exp(math.Copysign(0, -1)), 1},
		{"exp of +Inf", Exp(inf), inf},
		{"exp of -Inf", Exp(-inf), 0},
		{"exp of NaN", Exp(nan), nan},
		{"exp just fits", Exp(709.782712893384), math.Exp(709.782712893384)},
		{"exp overflows", Exp(709.7827128933841), inf},
		{"exp of the smallest result", Exp(-745.13), math.SmallestNonzeroFloat64},
		{"exp vanishes", Exp(-745.14), 0},
		{"exp of a subnormal result", Exp(-720), math.Exp(-720)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if ulps(test.got, test.want) > 1 {
				t.Errorf("got %g, want %g", test.got, test.want)
			}
		})
	}
}
