//go:build !purego

package simd

// offered returns the levels above Generic that this CPU and build can run: NEON
// is part of every arm64.
func offered() []Level { return []Level{NEON} }

// bodies returns the kernels of metric m at level l.
func bodies(l Level, m Metric) impl {
	if l == NEON {
		return implNEON[m]
	}
	return generic[m]
}

var implNEON = [metrics]impl{
	L2Squared:    {pair: pairL2NEON, rows: rowsL2NEON, gather: gatherL2NEON, tile: tileL2NEON, scan: scanL2NEON},
	InnerProduct: {pair: pairIPNEON, rows: rowsIPNEON, gather: gatherIPNEON, tile: tileIPNEON, scan: scanIPNEON},
	L1:           {pair: pairL1NEON, rows: rowsL1NEON, gather: gatherL1NEON, tile: tileL1NEON, scan: scanL1NEON},
}

//go:noescape
func pairL2NEON(a, b *float32, dim int) float32

//go:noescape
func rowsL2NEON(dst, q, rows *float32, dim, stride, n int)

//go:noescape
func gatherL2NEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)

//go:noescape
func tileL2NEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int

//go:noescape
func scanL2NEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int

//go:noescape
func pairIPNEON(a, b *float32, dim int) float32

//go:noescape
func rowsIPNEON(dst, q, rows *float32, dim, stride, n int)

//go:noescape
func gatherIPNEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)

//go:noescape
func tileIPNEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int

//go:noescape
func scanIPNEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int

//go:noescape
func pairL1NEON(a, b *float32, dim int) float32

//go:noescape
func rowsL1NEON(dst, q, rows *float32, dim, stride, n int)

//go:noescape
func gatherL1NEON(dst, q, rows *float32, dim, stride int, ids *uint32, n int)

//go:noescape
func tileL1NEON(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int

//go:noescape
func scanL1NEON(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int

// gemmBodies returns the matrix product at level l.
func gemmBodies(l Level) gemmBody {
	if l == NEON {
		return gemmBody{cols: 16, tile: []gemmTile{
			gemm1x16NEON, gemm2x16NEON, gemm3x16NEON, gemm4x16NEON, gemm5x16NEON, gemm6x16NEON,
		}}
	}
	return genericGemm
}

//go:noescape
func gemm1x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

//go:noescape
func gemm2x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

//go:noescape
func gemm3x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

//go:noescape
func gemm4x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

//go:noescape
func gemm5x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

//go:noescape
func gemm6x16NEON(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

// codeBodies returns the kernels of 8-bit codes at level l.
func codeBodies(l Level) codeBody {
	if l == NEON {
		return codeBody{rows: rowsU8NEON, gather: gatherU8NEON, decode: genericCodes.decode}
	}
	return genericCodes
}

//go:noescape
func rowsU8NEON(dst *uint32, q, rows *uint8, stride, n int)

//go:noescape
func gatherU8NEON(dst *uint32, q, rows *uint8, stride int, ids *uint32, n int)

// prefetchBodyOf returns the body of PrefetchRows at level l.
func prefetchBodyOf(l Level) prefetchBody {
	if l == NEON {
		return prefetchRowsNEON
	}
	return nil
}

//go:noescape
func prefetchRowsNEON(rows *byte, stride, bytes int, ids *uint32, n int)
