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
