package dataset

import (
	"context"
	"fmt"
	"math"
	"sort"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// chunkRows rows of all columns are looked at together: where columns share a
// row-major matrix, that many rows of it stay in cache.
const chunkRows = 2048

// eachChunk calls f for each run of chunkRows rows of the table, in parallel.
func (s *Set) eachChunk(f func(chunk, from, to int) error) error {
	chunks := (s.Table.Rows + chunkRows - 1) / chunkRows
	return parallel.Do(context.Background(), parallel.Threads(0), chunks, func(_, chunk int) error {
		return f(chunk, chunk*chunkRows, min((chunk+1)*chunkRows, s.Table.Rows))
	})
}

// measure finds the range of every numeric feature over rows.
func (s *Set) measure(rows []int, scale Scale) error {
	chunks := (s.Table.Rows + chunkRows - 1) / chunkRows
	ranges := make([][]bounds, chunks)
	err := s.eachChunk(func(chunk, from, to int) error {
		first, last := sort.SearchInts(rows, from), sort.SearchInts(rows, to)
		return s.measureChunk(&ranges[chunk], rows[first:last], from, to)
	})
	if err != nil {
		return err
	}
	for j := range s.Columns {
		if s.Columns[j].Nominal || scale == ScaleNone {
			s.Columns[j].Max = 1 // (x-0)/(1-0): unit width
			continue
		}
		b := empty
		for _, r := range ranges {
			b = b.with(r[j].lo).with(r[j].hi)
		}
		if err := s.setRange(j, b); err != nil {
			return err
		}
	}
	return nil
}

// bounds is a range of values.
type bounds struct{ lo, hi float64 }

var empty = bounds{math.Inf(1), math.Inf(-1)}

// with returns b widened to hold x. NaN changes nothing.
func (b bounds) with(x float64) bounds {
	if x < b.lo {
		b.lo = x
	}
	if x > b.hi {
		b.hi = x
	}
	return b
}

// measureChunk finds the ranges of the features over rows, which lie in
// from ≤ i < to. Missing values are passed over; an infinite one is an error,
// since no distance to it is a number.
func (s *Set) measureChunk(ranges *[]bounds, rows []int, from, to int) error {
	*ranges = make([]bounds, len(s.Features))
	var values [chunkRows]float64
	for j, c := range s.Features {
		b := empty
		if !s.Columns[j].Nominal {
			c.Floats(values[:], 1, from, to)
			for _, i := range rows {
				b = b.with(values[i-from])
			}
			if math.IsInf(b.lo, -1) || math.IsInf(b.hi, 1) {
				return infinite(c, rows)
			}
		}
		(*ranges)[j] = b
	}
	return nil
}

// infinite names the first infinite value of c among rows.
func infinite(c table.Column, rows []int) error {
	for _, i := range rows {
		if x := c.Float(i); math.IsInf(x, 0) {
			return fmt.Errorf("column %s, row %d: %v has no distance to other values; remove the row, or leave the column out with --drop %s", c.Name(), i, x, c.Name())
		}
	}
	return nil
}

// setRange sets the range of feature j.
func (s *Set) setRange(j int, b bounds) error {
	if b == empty {
		b = bounds{} // every value is missing and filled with 0
	}
	if math.IsInf(b.hi-b.lo, 0) {
		name := s.Features[j].Name()
		return fmt.Errorf("column %s: its range from %v to %v is too wide for float64; leave it out with --drop %s", name, b.lo, b.hi, name)
	}
	s.Columns[j].Min, s.Columns[j].Max = b.lo, b.hi
	return nil
}
