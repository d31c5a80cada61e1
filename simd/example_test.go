package simd_test

import (
	"fmt"

	"github.com/nngmix/nngmix/simd"
)

func ExampleKernels_Gather() {
	rows := []float32{
		0, 0,
		3, 4,
		1, 1,
	}
	dst := make([]float32, 2)
	simd.For(simd.L2Squared).Gather(dst, []float32{0, 0}, rows, 2, []uint32{2, 1})
	fmt.Println(dst)
	// Output: [2 25]
}

// Kernels of one level compare with the same result as those of any other, but for
// rounding.
func ExampleFor() {
	distance := simd.For(simd.L1)
	fmt.Println(distance.Pair([]float32{1, 2}, []float32{3, 5}))
	// Output: 5
}
