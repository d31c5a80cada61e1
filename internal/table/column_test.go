package table

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestFloat16 compares every half with its definition in IEEE 754.
func TestFloat16(t *testing.T) {
	for h := range 1 << 16 {
		exponent, fraction := h>>10&31, float64(h&1023)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		case exponent == 0:
			want = math.Ldexp(fraction/1024, -14)
		}
		want = math.Copysign(want, 1-float64(h>>14&2))
		got := float16(uint16(h))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != math.Signbit(want) && want == want {
			t.Fatalf("%04x: got %v, want %v", h, got, want)
		}
	}
}

// TestBulkAccess holds Floats, Ints and CountMissing against Float and Missing.
func TestBulkAccess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, stride := rapid.IntRange(1, 200).Draw(t, "n"), rapid.IntRange(1, 3).Draw(t, "stride")
		raw := rapid.SliceOfN(rapid.Uint16(), n*stride, n*stride).Draw(t, "raw")
		floats := make([]float32, len(raw))
		for i, r := range raw {
			floats[i] = float32(float16(r))
		}
		gaps := Strided("g", raw, stride, n).(*dense[uint16])
		for _, i := range rapid.SliceOf(rapid.IntRange(0, n-1)).Draw(t, "gaps") {
			gaps.gaps.set(i)
		}
		h := &half{*Strided("h", raw, stride, n).(*dense[uint16])}
		h.field.Type = Float16
		from := rapid.IntRange(0, n).Draw(t, "from")
		to := rapid.IntRange(from, n).Draw(t, "to")
		for _, c := range []Column{gaps, h, Strided("f", floats, stride, n)} {
			bulk, ints, missing := make([]float64, 2*n), make([]int64, n), 0
			c.Floats(bulk, 2, from, to)
			c.Ints(ints, from, to)
			for i := from; i < to; i++ {
				got, want := bulk[2*(i-from)], c.Float(i)
				if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
					t.Fatalf("%s row %d: %v, want %v", c.Name(), i, got, want)
				}
				if c.Missing(i) != math.IsNaN(want) {
					t.Fatalf("%s row %d: missing %v at %v", c.Name(), i, c.Missing(i), want)
				}
				if c.Missing(i) {
					missing++
				} else if want := math.RoundToEven(want); math.Abs(want) < 1e9 && ints[i-from] != int64(want) {
					t.Fatalf("%s row %d: int %v, want %v", c.Name(), i, ints[i-from], want)
				}
			}
			if got := c.CountMissing(from, to); got != missing {
				t.Fatalf("%s: %d missing, want %d", c.Name(), got, missing)
			}
		}
	})
}

func TestRoundInt(t *testing.T) {
	for _, tc := range []struct {
		v    float64
		typ  Type
		want int64
	}{
		{0.5, Int32, 0}, {1.5, Int32, 2}, {-0.5, Int8, 0}, {-1.5, Int8, -2}, {127.4, Int8, 127}, {128, Int8, 127}, {-200, Int8, -128},
		{256, Uint8, 255}, {-1, Uint8, 0}, {1e30, Int64, math.MaxInt64}, {-1e30, Int64, math.MinInt64}, {0x1p63, Int64, math.MaxInt64},
		{1e30, Uint64, -1}, {-3, Uint64, 0}, {0x1p63, Uint64, math.MinInt64}, {math.Inf(1), Uint32, math.MaxUint32},
		{math.Inf(-1), Int16, math.MinInt16}, {math.NaN(), Int64, 0}, {0.6, Bool, 1}, {7, Bool, 1}, {-7, Bool, 0}, {math.Inf(-1), Uint64, 0},
	} {
		if got := roundInt(tc.v, tc.typ); got != tc.want {
			t.Errorf("%v to %v: got %d, want %d", tc.v, tc.typ, got, tc.want)
		}
	}
}

func TestSaturate(t *testing.T) {
	for _, tc := range []struct {
		x        int64
		unsigned bool
		typ      Type
		want     int64
	}{
		{300, false, Uint8, 255}, {-1, false, Uint64, 0}, {-1, true, Uint64, -1}, {-1, true, Int64, math.MaxInt64}, {-1, true, Int8, 127},
		{math.MinInt64, false, Int64, math.MinInt64}, {-5, false, Int16, -5}, {1 << 40, false, Int32, math.MaxInt32}, {2, false, Bool, 1},
	} {
		if got := saturate(tc.x, tc.unsigned, tc.typ); got != tc.want {
			t.Errorf("%d to %v: got %d, want %d", tc.x, tc.typ, got, tc.want)
		}
	}
}
