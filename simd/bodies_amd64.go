//go:build !purego

package simd

import "github.com/klauspost/cpuid/v2"

// offered returns the levels above Generic that this CPU and build can run.
func offered() (levels []Level) {
	if cpuid.CPU.Supports(cpuid.AVX2, cpuid.FMA3) {
		levels = append(levels, AVX2)
	}
	if cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512DQ, cpuid.AVX512BW, cpuid.AVX512VL, cpuid.AVX2, cpuid.FMA3, cpuid.BMI2) {
		levels = append(levels, AVX512)
	}
	return levels
}

// bodies returns the kernels of metric m at level l.
func bodies(l Level, m Metric) impl {
	switch l {
	case AVX2:
		return implAVX2[m]
	case AVX512:
		return implAVX512[m]
	}
	return generic[m]
}

var implAVX2 = [metrics]impl{
	L2Squared:    {pair: pairL2AVX2, rows: rowsL2AVX2, gather: gatherL2AVX2, tile: tileL2AVX2, scan: scanL2AVX2},
	InnerProduct: {pair: pairIPAVX2, rows: rowsIPAVX2, gather: gatherIPAVX2, tile: tileIPAVX2, scan: scanIPAVX2},
	L1:           {pair: pairL1AVX2, rows: rowsL1AVX2, gather: gatherL1AVX2, tile: tileL1AVX2, scan: scanL1AVX2},
}

var implAVX512 = [metrics]impl{
	L2Squared:    {pair: pairL2AVX512, rows: rowsL2AVX512, gather: gatherL2AVX512, tile: tileL2AVX512, scan: scanL2AVX512},
	InnerProduct: {pair: pairIPAVX512, rows: rowsIPAVX512, gather: gatherIPAVX512, tile: tileIPAVX512, scan: scanIPAVX512},
	L1:           {pair: pairL1AVX512, rows: rowsL1AVX512, gather: gatherL1AVX512, tile: tileL1AVX512, scan: scanL1AVX512},
}

// gemmBodies returns the matrix product at level l.
func gemmBodies(l Level) gemmBody {
	switch l {
	case AVX2:
		return gemmBody{cols: 16, tile: []gemmTile{
			gemm1x16AVX2, gemm2x16AVX2, gemm3x16AVX2, gemm4x16AVX2, gemm5x16AVX2, gemm6x16AVX2,
		}}
	case AVX512:
		return gemmBody{cols: 32, tile: []gemmTile{
			gemm1x32AVX512, gemm2x32AVX512, gemm3x32AVX512, gemm4x32AVX512, gemm5x32AVX512, gemm6x32AVX512,
			gemm7x32AVX512, gemm8x32AVX512, gemm9x32AVX512, gemm10x32AVX512, gemm11x32AVX512, gemm12x32AVX512,
		}}
	}
	return genericGemm
}

// codeBodies returns the kernels of 8-bit codes at level l.
func codeBodies(l Level) codeBody {
	switch l {
	case AVX2:
		return codeBody{rows: rowsU8AVX2, gather: gatherU8AVX2, decode: decodeU8AVX2}
	case AVX512:
		return codeBody{rows: rowsU8AVX512, gather: gatherU8AVX512, decode: decodeU8AVX512}
	}
	return genericCodes
}

// prefetchBodyOf returns the body of PrefetchRows at level l.
func prefetchBodyOf(l Level) prefetchBody {
	if l == Generic {
		return nil
	}
	return prefetchRowsAVX2 // has no vectors
}
