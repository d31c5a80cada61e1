package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func randomCodes(r *rand.Rand, n int) []uint8 {
	v := make([]uint8, n)
	for i := range v {
		if v[i] = uint8(r.Uint32()); r.IntN(4) == 0 {
			v[i] = uint8(r.IntN(2) * 255) // the greatest differences
		}
	}
	return v
}

// exactCodes is the definition in the comment of RowsU8.
func exactCodes(q, row []uint8) (sum uint32) {
	for j := range q {
		d := int64(q[j]) - int64(row[j])
		sum += uint32(d * d)
	}
	return sum
}

func TestCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, l := range Supported() {
		for stride := CodeStride; stride <= 16*CodeStride; stride += CodeStride {
			for n := 1; n <= 19; n++ {
				off := r.IntN(16)
				q, rows := randomCodes(r, off+stride)[off:], randomCodes(r, off+n*stride)[off:]
				ids := make([]uint32, 2*n)
				for i := range ids {
					ids[i] = uint32(r.IntN(n))
				}
				dst, gathered := make([]uint32, n), make([]uint32, 2*n+1)
				gathered[2*n] = 42
				codeTable[l].rowsU8(dst, q, rows, stride)
				codeTable[l].gatherU8(gathered[:2*n], q, rows, stride, ids)
				for i, got := range dst {
					if want := exactCodes(q, rows[i*stride:][:stride]); got != want {
						t.Fatalf("%v stride %d: RowsU8[%d] of %d = %d, want %d", l, stride, i, n, got, want)
					}
				}
				for i, id := range ids {
					if gathered[i] != dst[id] {
						t.Fatalf("%v stride %d: GatherU8[%d] = %d, want row %d: %d", l, stride, i, gathered[i], id, dst[id])
					}
				}
				if gathered[2*n] != 42 {
					t.Fatalf("%v stride %d: GatherU8 wrote past its ids", l, stride)
				}
			}
		}
	}
}

// TestCodesGreatest reaches the greatest sum that fits.
func TestCodesGreatest(t *testing.T) {
	q, row, dst := make([]uint8, maxCodes), make([]uint8, maxCodes), make([]uint32, 1)
	for i := range row {
		row[i] = 255
	}
	for _, l := range Supported() {
		codeTable[l].rowsU8(dst, q, row, maxCodes)
		if want := uint32(maxCodes * 255 * 255); dst[0] != want {
			t.Errorf("%v: got %d, want %d", l, dst[0], want)
		}
	}
}

func TestCodesChecks(t *testing.T) {
	for _, c := range []struct {
		name              string
		q, rows, dst, ids int
		stride            int
	}{
		{"stride 0", 0, 64, 1, 1, 0},
		{"stride no multiple of 64", 65, 65, 1, 1, 65},
		{"stride too long", maxCodes + 64, maxCodes + 64, 1, 1, maxCodes + 64},
		{"query too short", 63, 64, 1, 1, 64},
		{"no rows", 64, 63, 1, 1, 64},
	} {
		t.Run(c.name, func(t *testing.T) {
			q, rows, dst, ids := make([]uint8, c.q), make([]uint8, c.rows), make([]uint32, c.dst), make([]uint32, c.ids)
			mustPanic(t, func() { RowsU8(dst, q, rows, c.stride) })
			mustPanic(t, func() { GatherU8(dst, q, rows, c.stride, ids) })
		})
	}
	q, rows := make([]uint8, 64), make([]uint8, 128)
	mustPanic(t, func() { RowsU8(make([]uint32, 3), q, rows, 64) })
	mustPanic(t, func() { GatherU8(make([]uint32, 1), q, rows, 64, make([]uint32, 2)) })
}

func TestDecode(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, l := range Supported() {
		for n := 0; n <= 20*Lanes; n += Lanes {
			codes, low, dst := randomCodes(r, n), make([]float32, n), make([]float32, n+1)
			step := r.ExpFloat64() / 255
			for i := range low {
				low[i] = float32(r.NormFloat64())
			}
			dst[n] = 42
			codeTable[l].decodeU8(dst[:n], codes, low, step)
			for i := range low {
				product := step * float64(codes[i])
				if want := float32(float64(low[i]) + product); dst[i] != want {
					t.Fatalf("%v, %d of %d: %v, want %v", l, i, n, dst[i], want)
				}
			}
			if dst[n] != 42 {
				t.Fatalf("%v: wrote past %d values", l, n)
			}
		}
	}
	mustPanic(t, func() { DecodeU8(make([]float32, 8), make([]uint8, 8), make([]float32, 8), 1) })
	mustPanic(t, func() { DecodeU8(make([]float32, 16), make([]uint8, 15), make([]float32, 16), 1) })
	mustPanic(t, func() { DecodeU8(make([]float32, 16), make([]uint8, 16), make([]float32, 15), 1) })
}

func BenchmarkGatherU8(b *testing.B) {
	for _, l := range Supported() {
		for _, bytes := range []int{1 << 18, 1 << 28} {
			for _, stride := range []int{64, 128, 832} {
				b.Run(fmt.Sprintf("level=%v/bytes=%d/dim=%d", l, bytes, stride), func(b *testing.B) {
					const list, lists = 32, 1 << 12
					r, rows := rand.New(rand.NewPCG(1, 2)), make([]uint8, bytes)
					for i := range rows {
						rows[i] = 1
					}
					ids := randomIDs(r, list*lists, bytes/stride)
					q, dst, next := make([]uint8, stride), make([]uint32, list), 0
					for b.Loop() {
						codeTable[l].gatherU8(dst, q, rows, stride, ids[next:][:list])
						next = (next + list) % len(ids)
					}
					b.SetBytes(list * int64(stride))
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/list, "ns/distance")
				})
			}
		}
	}
}
