package exact

import (
	"context"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// checkFinite returns an error that names the first NaN or infinite value of
// data, rows of dim columns that the message calls what. Otherwise it returns a
// value not below the sum of squares of any row.
//
// The inner product of a piece with itself is finite only if all its values are,
// and takes one pass at the speed of memory.
func checkFinite(ctx context.Context, what string, data []float32, dim int, rowwise bool, threads int) (float64, error) {
	step := max(1, 4096/dim)
	if rowwise {
		step = 1
	}
	rows := len(data) / dim
	tasks := max(1, min(rows/step/16, 64*threads))
	found := make([]struct {
		squares float64
		err     error
	}, tasks)
	ip := simd.For(simd.InnerProduct)
	err := parallel.Do(ctx, threads, tasks, func(_, task int) error {
		f := &found[task]
		lo, hi := parallel.Range(rows, tasks, task)
		for ; lo < hi && f.err == nil; lo += step {
			piece := data[lo*dim : min(lo+step, hi)*dim]
			squares := -float64(ip.Pair(piece, piece))
			if math.IsNaN(squares) || math.IsInf(squares, 0) {
				squares, f.err = math.Inf(1), findNotFinite(what, piece, dim, lo)
			}
			f.squares = max(f.squares, squares)
		}
		return f.err
	})
	var squares float64
	for _, f := range found { // tasks begin in order, so the first error is that of the first bad row
		if f.err != nil {
			return 0, f.err
		}
		squares = max(squares, f.squares)
	}
	m := step*dim + 2 // the rounding of a sum of m-2 squares, and squares too small for float32
	return float64(squares*(1+2*gamma(m))) + float64(m)*0x1p-149, err
}

// findNotFinite returns an error that names the first value of piece that is not
// finite, or nil where the squares of finite values overflowed. The piece starts
// at row first of its table.
func findNotFinite(what string, piece []float32, dim, first int) error {
	for i, v := range piece {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%w: %s %d, column %d is %v", ErrNotFinite, what, first+i/dim, i%dim, v)
		}
	}
	return nil
}
