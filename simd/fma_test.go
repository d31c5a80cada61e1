package simd

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA returns a·b+c rounded once, by exact arithmetic.
func exactFMA(a, b, c float32) float32 {
	if p := float64(a) * float64(b); math.IsNaN(p) || math.IsInf(p, 0) || c != c || math.IsInf(float64(c), 0) || p == 0 {
		return float32(p + float64(c)) // no rounding, or that of c alone
	}
	x := new(big.Float).SetPrec(1000).SetFloat64(float64(a))
	x.Mul(x, new(big.Float).SetFloat64(float64(b)))
	x.Add(x, new(big.Float).SetFloat64(float64(c)))
	if x.Sign() == 0 {
		return float32(float64(a)*float64(b) + float64(c)) // the sign of an exact zero
	}
	f, _ := x.Float32()
	return f
}

func TestFMA32(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := []func() float32{
		func() float32 { return math.Float32frombits(r.Uint32()) },
		func() float32 { return float32(r.NormFloat64()) },
		func() float32 { return special[r.IntN(len(special))] },
		func() float32 { return float32(r.IntN(1<<12)) * 0x1p-60 }, // products of few bits: ties
		func() float32 { return math.Float32frombits(r.Uint32() & 0x80ffffff) },
		func() float32 { return float32(1<<23+r.IntN(1<<23)) * 0x1p-86 },
	}
	for range 400_000 {
		a, b, c := draw[r.IntN(len(draw))](), draw[r.IntN(len(draw))](), draw[r.IntN(len(draw))]()
		if r.IntN(4) == 0 { // near cancellation, and half-way cases
			c = float32(-float64(a)*float64(b)) * (1 + float32(r.IntN(3))*0x1p-23)
		}
		if got, want := fma32(a, b, c), exactFMA(a, b, c); !same(got, want) {
			t.Fatalf("fma32(%x, %x, %x): got %x, want %x", a, b, c, got, want)
		}
	}
}

func TestFMA32Cases(t *testing.T) {
	for _, c := range []struct {
		name          string
		a, b, c, want float32
	}{
		{"rounds half-way up when a tail lies above", 1 + 0x1p-12, 1 + 0x1p-12, 0x1p-60, 1 + 0x1p-11 + 0x1p-23},
		{"a product that vanishes keeps its sign", -1e-40, 1e-40, 0, float32(math.Copysign(0, -1))},
		{"half-way between subnormals goes to even", 0x1p-75, 0x1p-75, 0x1p-149, 0x1p-148},
		{"sticky bit below the half of a subnormal", 0x1p-75, 0x1.8p-75, 0, 0x1p-149},
		{"overflow", math.MaxFloat32, 2, 1, inf},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fma32(c.a, c.b, c.c); !same(got, c.want) || !same(got, exactFMA(c.a, c.b, c.c)) {
				t.Errorf("got %x, want %x, exactly %x", got, c.want, exactFMA(c.a, c.b, c.c))
			}
		})
	}
}
