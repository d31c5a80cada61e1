package exact

import (
	"context"
	"math"

	"github.com/nngmix/nngmix/simd"
)

// chunkBytes is the size of the part of the rows that is compared with all
// queries of a batch before the next part: half of a common second-level cache.
const chunkBytes = 512 << 10

// scanAll compares the queries in s with all rows.
func (b *batch) scanAll(ctx context.Context, s *scratch) error {
	step := max(1, chunkBytes/(4*b.dim*simd.BlockRows))
	for lo, n := 0, b.blockCount(); lo < n; lo += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		chunk := s.chunk(b, lo, min(lo+step, n))
		for i := range s.groups {
			b.scan(s, &s.groups[i], chunk, lo)
		}
	}
	return nil
}

// chunk returns blocks lo to hi of b as the kernels are to see them.
func (s *scratch) chunk(b *batch, lo, hi int) []float32 {
	var chunk []float32
	if b.blocks != nil {
		chunk = b.span(lo, hi)
	} else {
		s.chunked = grow(s.chunked, (hi-lo)*b.dim*simd.BlockRows)
		s.packing = b.from.pack(s.chunked, lo, s.packing)
		chunk = s.chunked
	}
	if b.metric == Cosine {
		chunk = s.scale(chunk, b.dim)
	}
	return chunk
}

// scale returns a copy of blocks with rows scaled to length 1. Rows of zeros
// stay.
func (s *scratch) scale(blocks []float32, dim int) []float32 {
	s.scaled = grow(s.scaled, len(blocks))
	for size := dim * simd.BlockRows; len(blocks) > 0; blocks = blocks[size:] {
		dst := s.scaled[len(s.scaled)-len(blocks):][:size]
		var factor [simd.BlockRows]float64
		for i, v := range blocks[:size] {
			factor[i%simd.BlockRows] += float64(float64(v) * float64(v))
		}
		for r, squares := range factor {
			if squares > 0 {
				factor[r] = 1 / math.Sqrt(squares)
			}
		}
		for i, v := range blocks[:size] {
			dst[i] = float32(float64(v) * factor[i%simd.BlockRows])
		}
	}
	return s.scaled
}
