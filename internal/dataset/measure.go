package dataset

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// chunkRows rows of all columns are looked at together: where columns share a
// row-major matrix, that many rows of it stay in cache.
const chunkRows = 2048

// chunks returns the number of runs that eachChunk makes.
func (s *Set) chunks() int { return (s.Table.Rows + chunkRows - 1) / chunkRows }

// eachChunk calls f for each run of chunkRows rows of the table, in parallel.
func (s *Set) eachChunk(f func(chunk, from, to int) error) error {
	return parallel.Do(context.Background(), parallel.Threads(0), s.chunks(), func(_, chunk int) error {
		return f(chunk, chunk*chunkRows, min((chunk+1)*chunkRows, s.Table.Rows))
	})
}

// measure finds the range of every numeric feature over rows, and whether many rows
// have its least or greatest value.
func (s *Set) measure(rows []int, scale Scale) error {
	parts := make([][]bounds, s.chunks())
	err := s.eachChunk(func(chunk, from, to int) error {
		first, last := sort.SearchInts(rows, from), sort.SearchInts(rows, to)
		parts[chunk] = s.measureChunk(rows[first:last], from, to)
		return nil
	})
	if err != nil {
		return err
	}
	for j := range s.Columns {
		c := &s.Columns[j]
		switch {
		case c.Nominal:
			c.Max = 1 // of no effect
		case scale == ScaleNone:
			c.Max = s.unit(j)
		default:
			b := empty
			for _, part := range parts {
				b = b.join(part[j])
			}
			if err := s.setRange(j, b, len(rows)); err != nil {
				return err
			}
		}
	}
	return nil
}

// unit returns what is 1 in search space where columns are not scaled: a second of
// times, and 1 of other numbers.
func (s *Set) unit(j int) float64 {
	f := s.Inputs[j].Field()
	switch {
	case f.Temporal.Kind != table.NotTemporal:
		return f.PerSecond()
	case s.whole[j].based && f.Type == table.Decimal:
		return math.Pow10(f.Places)
	default:
		return 1
	}
}

// bounds is a range of values, and how many there are at its ends.
type bounds struct {
	lo, hi     float64
	atLo, atHi int
}

var empty = bounds{lo: math.Inf(1), hi: math.Inf(-1)}

// add widens b to hold x. NaN changes nothing.
func (b *bounds) add(x float64) {
	if x > b.lo && x < b.hi {
		return // almost always
	}
	switch {
	case x < b.lo:
		b.lo, b.atLo = x, 1
	case x == b.lo:
		b.atLo++
	}
	switch {
	case x > b.hi:
		b.hi, b.atHi = x, 1
	case x == b.hi:
		b.atHi++
	}
}

// join returns the range that holds b and c, either of which may be empty.
func (b bounds) join(c bounds) bounds {
	switch {
	case c.lo < b.lo:
		b.lo, b.atLo = c.lo, c.atLo
	case c.lo == b.lo:
		b.atLo += c.atLo
	}
	switch {
	case c.hi > b.hi:
		b.hi, b.atHi = c.hi, c.atHi
	case c.hi == b.hi:
		b.atHi += c.atHi
	}
	return b
}

// measureChunk finds the ranges of the features over rows, which lie in
// from ≤ i < to. Missing values are passed over.
func (s *Set) measureChunk(rows []int, from, to int) []bounds {
	ranges := make([]bounds, len(s.Features))
	var values [chunkRows]float64
	for j, c := range s.Features {
		b := empty
		if !s.Columns[j].Nominal {
			c.Floats(values[:], 1, from, to)
			for _, i := range rows {
				b.add(values[i-from])
			}
		}
		ranges[j] = b
	}
	return ranges
}

// massShare is the share of the rows from which on a value at the end of a column's
// range is a mass.
const massShare = 0.05

// noteShare is the share from which on the user hears of it.
const noteShare = 0.25

// setRange sets the range of feature j over that many rows.
func (s *Set) setRange(j int, b bounds, rows int) error {
	if b == empty {
		b = bounds{} // no row that is used has a value
	}
	name := s.Features[j].Name()
	if !isFinite(b.hi - b.lo) {
		return fmt.Errorf("column %s: its range from %v to %v is too wide for float64; leave it out with --drop %s", name, b.lo, b.hi, name)
	}
	c := &s.Columns[j]
	c.Min, c.Max = b.lo, b.hi
	if c.Min == c.Max {
		return nil
	}
	share := func(n int) float64 { return float64(n) / float64(rows) }
	c.MassMin, c.MassMax = share(b.atLo) >= massShare, share(b.atHi) >= massShare
	var piles []string
	if c.MassMin && share(b.atLo) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.atLo), s.numberText(j, b.lo)))
	}
	if c.MassMax && share(b.atHi) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.atHi), s.numberText(j, b.hi)))
	}
	if piles != nil {
		s.note(NoteMass, s.Inputs[j].Name(), "--noise keep keeps such values", "%s", strings.Join(piles, ", "))
	}
	return nil
}

// numberText returns x, a number of feature j, as its column has it.
func (s *Set) numberText(j int, x float64) string {
	if w := &s.whole[j]; w.used {
		f := s.Inputs[j].Field()
		return string(f.AppendInt(nil, w.value(x)))
	}
	return floatText(x, s.Inputs[j].Type())
}
