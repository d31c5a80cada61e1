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
	order  []int // the columns as pack writes them; nil: as they are
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

// sample returns count rows, spread evenly, or all where they are fewer.
func (s source) sample(count int) []uint32 {
	n := s.len()
	items := make([]uint32, min(n, count))
	for i := range items {
		items[i] = uint32(i * n / len(items))
	}
	return items
}

// spread fills dst with the variance of each column over items, times their
// number. A nominal column has the variance of being unlike the first item. sum is
// working memory as long as dst.
func (s source) spread(sum, dst []float64, items []uint32, nominal int) {
	clear(sum)
	clear(dst)
	origin := s.row(items[0])
	for _, item := range items {
		for c, x := range s.row(item) {
			d := float64(x) - float64(origin[c])
			if c >= s.dim-nominal && d != 0 {
				d = 1
			}
			sum[c] += d
			dst[c] += float64(d * d)
		}
	}
	for c, sum := range sum {
		dst[c] -= float64(sum*sum) / float64(len(items))
	}
}

// packAll fills blocks with all rows in order.
func (s source) packAll(ctx context.Context, blocks []float32, threads int) error {
	size := s.dim * simd.BlockRows
	count := len(blocks) / size
	tasks := min(count, 16*threads)
	return parallel.Do(ctx, threads, tasks, func(_, task int) error {
		first, last := parallel.Range(count, tasks, task)
		s.pack(blocks[first*size:last*size], first, nil)
		return nil
	})
}

// pack fills blocks, which follow block first, and returns scratch, grown as needed.
func (s source) pack(blocks []float32, first int, scratch []float32) []float32 {
	n, size := s.len(), s.dim*simd.BlockRows
	if s.groups == nil && s.order == nil {
		lo := first * simd.BlockRows
		simd.PackBlocks(blocks, s.rows[lo*s.dim:], s.dim, s.dim, min(n-lo, len(blocks)/s.dim))
		return scratch
	}
	scratch = grow(scratch, 2*size)
	var items [simd.BlockRows]uint32
	for lo := first * simd.BlockRows; len(blocks) > 0; lo += simd.BlockRows {
		rows, here := scratch[:size], items[:min(n-lo, simd.BlockRows)]
		for i := range here {
			here[i] = uint32(lo + i)
		}
		s.gather(rows, here)
		block := blocks[:size]
		if s.order != nil {
			block = scratch[size:]
		}
		simd.PackBlocks(block, rows, s.dim, s.dim, len(here))
		for to, c := range s.order {
			copy(blocks[to*simd.BlockRows:][:simd.BlockRows], block[c*simd.BlockRows:])
		}
		blocks = blocks[size:]
	}
	return scratch
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
