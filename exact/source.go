package exact

import (
	"context"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/simd"
)

// source is the rows to be stored: those of a table or, with groups, one row of
// each group of equal ones.
type source struct {
	rows   []float32 // row-major
	dim    int
	groups *dedupe.Groups
}

// len returns the number of rows to be stored.
func (s source) len() int {
	if s.groups != nil {
		return s.groups.Len()
	}
	return len(s.rows) / s.dim
}

// row returns the row to be stored of number item.
func (s source) row(item uint32) []float32 {
	at := int(item)
	if s.groups != nil {
		at = s.groups.First(at)
	}
	return s.rows[at*s.dim:][:s.dim]
}

// gather copies the rows that items name to dst, grown as needed, and returns it.
func (s source) gather(dst []float32, items []uint32) []float32 {
	dst = grow(dst, len(items)*s.dim)
	for i, item := range items {
		copy(dst[i*s.dim:][:s.dim], s.row(item))
	}
	return dst
}

// pack fills blocks with all rows in order.
func (s source) pack(ctx context.Context, blocks []float32, threads int) error {
	n := s.len()
	size := s.dim * simd.BlockRows
	count := len(blocks) / size
	tasks := min(count, 16*threads)
	return parallel.Do(ctx, threads, tasks, func(_, task int) error {
		first, last := parallel.Range(count, tasks, task)
		lo, hi := first*simd.BlockRows, min(last*simd.BlockRows, n)
		if s.groups == nil {
			simd.PackBlocks(blocks[first*size:last*size], s.rows[lo*s.dim:], s.dim, s.dim, hi-lo)
			return nil
		}
		var items []uint32
		var rows []float32
		for ; first < last; first++ {
			items = items[:0]
			for item := first * simd.BlockRows; item < min((first+1)*simd.BlockRows, n); item++ {
				items = append(items, uint32(item))
			}
			rows = s.gather(rows, items)
			simd.PackBlocks(blocks[first*size:][:size], rows, s.dim, s.dim, len(items))
		}
		return nil
	})
}

// rowIDs returns the row ids of each place where row items[p] is stored at place
// p, as store has them.
func (s source) rowIDs(items []uint32) (ids, starts []uint32) {
	if s.groups == nil {
		return items, nil
	}
	g := s.groups
	ids, starts = make([]uint32, 0, len(g.Rows)), make([]uint32, 1, len(items)+1)
	for _, item := range items {
		ids = append(ids, g.Rows[g.Starts[item]:g.Starts[item+1]]...)
		starts = append(starts, uint32(len(ids)))
	}
	return ids, starts
}
