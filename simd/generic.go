package simd

import (
	"math"
	"unsafe"
)

// term adds the part of one column to a sum.
type term func(sum, q, x float32) float32

func termL2(sum, q, x float32) float32 { d := q - x; return fma32(d, d, sum) }
func termIP(sum, q, x float32) float32 { return fma32(q, x, sum) }
func termL1(sum, q, x float32) float32 { return sum + abs32(q-x) }

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// fma32 returns a·b+c rounded once, as a fused multiply-add instruction does.
//
// The product of two float32 is exact in float64 and the sum is then rounded to
// 53 bits. Rounding that to 24 bits again goes wrong only when the 53-bit sum
// lies half-way between two float32 although the exact sum does not, or when the
// result is subnormal; there the sum is first rounded to odd (Boldo and
// Melquiond, Emulation of FMA and correctly rounded sums, IEEE Trans. Computers
// 57, 2008), after which a second rounding is harmless.
func fma32(a, b, c float32) float32 {
	p, z := float64(a)*float64(b), float64(c)
	s := p + z
	const lowBits, half = 1<<29 - 1, 1 << 28
	if math.Float64bits(s)&lowBits == half || math.Abs(s) < 0x1p-126 {
		s = roundToOdd(p, z, s)
	}
	return float32(s)
}

// roundToOdd returns p+z rounded to odd, given s = p+z rounded to nearest.
func roundToOdd(p, z, s float64) float64 {
	t := s - p
	err := float64(p-float64(s-t)) + float64(z-t) // the exact p+z is s+err (Knuth's TwoSum)
	if err == 0 || math.IsNaN(err) || math.Float64bits(s)&1 == 1 {
		return s
	}
	return math.Nextafter(s, math.Copysign(math.Inf(1), err))
}

// genericImpl returns the portable bodies built on t. finish maps the sum to the
// distance.
func genericImpl(t term, finish func(float32) float32) impl {
	pair := func(a, b []float32) float32 {
		var sum [Lanes]float32
		for i, x := range a {
			sum[i%Lanes] = t(sum[i%Lanes], x, b[i])
		}
		for half := Lanes / 2; half > 0; half /= 2 {
			for i := range half {
				sum[i] += sum[i+half]
			}
		}
		return finish(sum[0])
	}
	block := func(dist *[BlockRows]float32, q []float32, step int, block []float32, numeric, nominal int) {
		clear(dist[:])
		for i := range numeric {
			for r, x := range block[i*BlockRows:][:BlockRows] {
				dist[r] = t(dist[r], q[i*step], x)
			}
		}
		for r := range dist {
			dist[r] = finish(dist[r])
		}
		for i := numeric; i < numeric+nominal; i++ {
			for r, x := range block[i*BlockRows:][:BlockRows] {
				if q[i*step] != x {
					dist[r]++
				}
			}
		}
	}
	return impl{
		pair: func(a, b *float32, dim int) float32 {
			return pair(unsafe.Slice(a, dim), unsafe.Slice(b, dim))
		},
		rows: func(dst, q, rows *float32, dim, stride, n int) {
			all, query := unsafe.Slice(rows, (n-1)*stride+dim), unsafe.Slice(q, dim)
			for i := range unsafe.Slice(dst, n) {
				unsafe.Slice(dst, n)[i] = pair(query, all[i*stride:][:dim])
			}
		},
		gather: func(dst, q, rows *float32, dim, stride int, ids *uint32, n int) {
			query := unsafe.Slice(q, dim)
			for i, id := range unsafe.Slice(ids, n) {
				row := (*float32)(unsafe.Add(unsafe.Pointer(rows), uintptr(id)*uintptr(stride)*4))
				unsafe.Slice(dst, n)[i] = pair(query, unsafe.Slice(row, dim))
			}
		},
		tile: func(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int {
			dim := numeric + nominal
			queries, all := unsafe.Slice(q, dim*TileQueries), unsafe.Slice(blocks, n*dim*BlockRows)
			for b := range n {
				var any uint64
				for j := range bound {
					block(&out.Dist[j], queries[j:], TileQueries, all[b*dim*BlockRows:], numeric, nominal)
					out.Hit[j] = below(&out.Dist[j], bound[j])
					any |= out.Hit[j]
				}
				if any != 0 {
					return b
				}
			}
			return n
		},
		scan: func(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int {
			dim := numeric + nominal
			query, all := unsafe.Slice(q, dim), unsafe.Slice(blocks, n*dim*BlockRows)
			for b := range n {
				block(&out.Dist, query, 1, all[b*dim*BlockRows:], numeric, nominal)
				if out.Hit = below(&out.Dist, bound); out.Hit != 0 {
					return b
				}
			}
			return n
		},
	}
}

// below returns the set of rows whose distance is below bound.
func below(dist *[BlockRows]float32, bound float32) (hit uint64) {
	for r, d := range dist {
		if d < bound {
			hit |= 1 << r
		}
	}
	return hit
}

// generic holds the portable bodies, the fallback of every platform.
var generic = [metrics]impl{
	L2Squared:    genericImpl(termL2, func(s float32) float32 { return s }),
	InnerProduct: genericImpl(termIP, func(s float32) float32 { return -s }),
	L1:           genericImpl(termL1, func(s float32) float32 { return s }),
}
