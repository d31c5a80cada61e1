package dataset

import (
	"math"

	"github.com/nngmix/nngmix/internal/table"
)

// survey is what a first look at a column finds. Surveys of different rows can be
// added in any order.
type survey struct {
	missing    int    // rows without a value, infinite ones not counted
	infinite   int    // rows with an infinite value
	first      int    // the first of those
	lo, hi     int64  // of whole numbers that float64 may round: the ends of their range
	atLo, atHi int    // rows at these
	bounds     bounds // of other numbers, the infinite ones apart
	codes      bitset // that occur, of text
}

func newSurvey() survey { return survey{lo: 1, hi: 0, bounds: empty} }

// values returns the number of values in a column of that many rows.
func (v *survey) values(rows int) int { return rows - v.missing - v.infinite }

// floats looks at values, the first of which is in row first.
func (v *survey) floats(values []float64, first int) {
	for i, x := range values {
		if x-x == 0 {
			v.bounds.add(x)
			continue // almost always
		}
		if x != x {
			v.missing++
			continue
		}
		if v.infinite == 0 || first+i < v.first {
			v.first = first + i
		}
		v.infinite++
	}
}

// ints looks at whole numbers, of which those where gap is true are missing.
func (v *survey) ints(values []int64, gaps []bool, flip uint64) {
	for i, x := range values {
		if gaps != nil && gaps[i] {
			continue
		}
		if v.empty() {
			v.lo, v.hi, v.atLo, v.atHi = x, x, 1, 1
			continue
		}
		at, lo, hi := order(x, flip), order(v.lo, flip), order(v.hi, flip)
		if at > lo && at < hi {
			continue // almost always
		}
		switch {
		case at < lo:
			v.lo, v.atLo = x, 1
		case at == lo:
			v.atLo++
		}
		switch {
		case at > hi:
			v.hi, v.atHi = x, 1
		case at == hi:
			v.atHi++
		}
	}
}

// texts takes note of codes, of which those where gap is true are missing.
func (v *survey) texts(codes []int64, gaps []bool) {
	for i, c := range codes {
		if gaps == nil || !gaps[i] {
			v.codes.add(int(c))
		}
	}
}

// add joins the survey of other rows of the same column to v.
func (v *survey) add(w *survey, unsigned bool) {
	if w.infinite > 0 && (v.infinite == 0 || w.first < v.first) {
		v.first = w.first
	}
	v.missing += w.missing
	v.infinite += w.infinite
	v.bounds = v.bounds.join(w.bounds)
	v.codes.join(w.codes)
	if w.empty() {
		return
	}
	if v.empty() {
		v.lo, v.hi, v.atLo, v.atHi = w.lo, w.hi, w.atLo, w.atHi
		return
	}
	flip := signBit(unsigned)
	switch lo, other := order(v.lo, flip), order(w.lo, flip); {
	case other < lo:
		v.lo, v.atLo = w.lo, w.atLo
	case other == lo:
		v.atLo += w.atLo
	}
	switch hi, other := order(v.hi, flip), order(w.hi, flip); {
	case other > hi:
		v.hi, v.atHi = w.hi, w.atHi
	case other == hi:
		v.atHi += w.atHi
	}
}

// large tells whether whole numbers of field f can be more than float64 or float32
// take without rounding.
func large(f *table.Field) bool {
	return f.Type == table.Int64 || f.Type == table.Uint64 || f.Type == table.Decimal || f.Temporal.Kind != table.NotTemporal
}

// empty tells whether v has seen no whole number: its range is upside down, as no
// other is.
func (v *survey) empty() bool { return v.lo == 1 && v.hi == 0 }

// order returns a number that is greater where v is, given signBit of its type.
func order(v int64, flip uint64) uint64 { return uint64(v) ^ flip }

// signBit returns the bit that makes signed numbers ordered as unsigned ones.
func signBit(unsigned bool) uint64 {
	if unsigned {
		return 0
	}
	return 1 << 63
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

// bitset is a set of small numbers that grows as needed.
type bitset []uint64

func (b *bitset) add(i int) {
	for i>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

// join adds the members of c.
func (b *bitset) join(c bitset) {
	for len(*b) < len(c) {
		*b = append(*b, 0)
	}
	for w, word := range c {
		(*b)[w] |= word
	}
}

func (b bitset) count() int { return rowSet(b).count() }
