package exact

import (
	"context"
	"math"

	"github.com/nngmix/nngmix/internal/parallel"
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
	if b.blocks != nil {
		return b.seen(lo, hi)
	}
	s.chunked = grow(s.chunked, (hi-lo)*b.dim*simd.BlockRows)
	s.packing = b.from.pack(s.chunked, lo, s.packing)
	if b.metric == Cosine {
		scaleBlocks(s.chunked, s.chunked, b.dim)
	}
	return s.chunked
}

// scaleBlocks writes blocks with rows scaled to length 1 to dst, which may be blocks.
// Rows of zeros stay.
func scaleBlocks(dst, blocks []float32, dim int) {
	for size := dim * simd.BlockRows; len(blocks) > 0; dst, blocks = dst[size:], blocks[size:] {
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
}

// scaleAll fills scaled.
func (s *store) scaleAll(ctx context.Context, threads int) error {
	s.scaled = make([]float32, len(s.blocks))
	n := s.blockCount()
	tasks := min(n, 16*threads)
	return parallel.Do(ctx, threads, tasks, func(_, task int) error {
		lo, hi := parallel.Range(n, tasks, task)
		scaleBlocks(s.seen(lo, hi), s.span(lo, hi), s.dim)
		return nil
	})
}
