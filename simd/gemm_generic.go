package simd

import "unsafe"

// genericGemm holds the portable body.
var genericGemm = gemmBody{cols: maxGemmCols, tile: []gemmTile{gemmRow}}

// gemmRow is the portable tile of one row.
func gemmRow(a *float32, _, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, _, n int) {
	var sum [maxGemmCols]float32
	for p := range k {
		x := *(*float32)(unsafe.Add(unsafe.Pointer(a), p*stepA*4))
		row := unsafe.Slice((*float32)(unsafe.Add(unsafe.Pointer(b), p*stepB*4)), n)
		for j, y := range row {
			sum[j] = fma32(x, y, sum[j])
		}
	}
	for j, old := range unsafe.Slice(c, n) {
		if beta == 0 {
			old = 0
		}
		unsafe.Slice(c, n)[j] = fma32(alpha, sum[j], float32(beta*old))
	}
}
