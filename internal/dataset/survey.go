package dataset

import (
	"math"

	"github.com/nngmix/nngmix/internal/table"
)

// survey is what a first look at a column finds. Surveys of different rows can be
// added in any order.
type survey struct {
	Missing    int    // rows without a value, infinite ones not counted
	Infinite   int    // rows with an infinite value
	First      int    // the first of those
	Lo, Hi     int64  // of whole numbers that float64 may round: the ends of their range
	AtLo, AtHi int    // rows at these
	Bounds     bounds // of other numbers, the infinite ones apart
	Texts      []int  // of text: by code, 1 + the first row that has it; 0: none
}

func newSurvey() survey { return survey{Lo: 1, Hi: 0, Bounds: empty} }

// values returns the number of values in a column of that many rows.
func (v *survey) values(rows int) int { return rows - v.Missing - v.Infinite }

// floats looks at values, the first of which is in row first.
func (v *survey) floats(values []float64, first int) {
	for i, x := range values {
		if x-x == 0 {
			v.Bounds.add(x)
			continue // almost always
		}
		if x != x {
			v.Missing++
			continue
		}
		if v.Infinite == 0 || first+i < v.First {
			v.First = first + i
		}
		v.Infinite++
	}
}

// ints looks at whole numbers, of which those where gap is true are missing.
func (v *survey) ints(values []int64, gaps []bool, flip uint64) {
	for i, x := range values {
		if gaps != nil && gaps[i] {
			continue
		}
		if v.empty() {
			v.Lo, v.Hi, v.AtLo, v.AtHi = x, x, 1, 1
			continue
		}
		at, lo, hi := order(x, flip), order(v.Lo, flip), order(v.Hi, flip)
		if at > lo && at < hi {
			continue // almost always
		}
		switch {
		case at < lo:
			v.Lo, v.AtLo = x, 1
		case at == lo:
			v.AtLo++
		}
		switch {
		case at > hi:
			v.Hi, v.AtHi = x, 1
		case at == hi:
			v.AtHi++
		}
	}
}

// texts takes note of codes, of which those where gap is true are missing; the first
// is in row first.
func (v *survey) texts(codes []int64, gaps []bool, first int) {
	for i, c := range codes {
		if gaps != nil && gaps[i] {
			continue
		}
		for int(c) >= len(v.Texts) {
			v.Texts = append(v.Texts, 0)
		}
		if at := &v.Texts[c]; *at == 0 || *at > 1+first+i {
			*at = 1 + first + i
		}
	}
}

// distinct returns how many texts occur.
func (v *survey) distinct() (n int) {
	for _, first := range v.Texts {
		if first > 0 {
			n++
		}
	}
	return n
}

// add joins the survey of other rows of the same column to v.
func (v *survey) add(w *survey, unsigned bool) {
	if w.Infinite > 0 && (v.Infinite == 0 || w.First < v.First) {
		v.First = w.First
	}
	v.Missing += w.Missing
	v.Infinite += w.Infinite
	v.Bounds = v.Bounds.join(w.Bounds)
	for c, first := range w.Texts {
		if c == len(v.Texts) {
			v.Texts = append(v.Texts, first)
		} else if at := &v.Texts[c]; first > 0 && (*at == 0 || first < *at) {
			*at = first
		}
	}
	if w.empty() {
		return
	}
	if v.empty() {
		v.Lo, v.Hi, v.AtLo, v.AtHi = w.Lo, w.Hi, w.AtLo, w.AtHi
		return
	}
	flip := signBit(unsigned)
	switch lo, other := order(v.Lo, flip), order(w.Lo, flip); {
	case other < lo:
		v.Lo, v.AtLo = w.Lo, w.AtLo
	case other == lo:
		v.AtLo += w.AtLo
	}
	switch hi, other := order(v.Hi, flip), order(w.Hi, flip); {
	case other > hi:
		v.Hi, v.AtHi = w.Hi, w.AtHi
	case other == hi:
		v.AtHi += w.AtHi
	}
}

// large tells whether whole numbers of field f can be more than float64 or float32
// take without rounding.
func large(f *table.Field) bool {
	return f.Type == table.Int64 || f.Type == table.Uint64 || f.Type == table.Decimal || f.Temporal.Kind != table.NotTemporal
}

// empty tells whether v has seen no whole number: its range is upside down, as no
// other is.
func (v *survey) empty() bool { return v.Lo == 1 && v.Hi == 0 }

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
	Lo, Hi     float64
	AtLo, AtHi int
}

var empty = bounds{Lo: math.Inf(1), Hi: math.Inf(-1)}

// add widens b to hold x. NaN changes nothing.
func (b *bounds) add(x float64) {
	if x > b.Lo && x < b.Hi {
		return // almost always
	}
	switch {
	case x < b.Lo:
		b.Lo, b.AtLo = x, 1
	case x == b.Lo:
		b.AtLo++
	}
	switch {
	case x > b.Hi:
		b.Hi, b.AtHi = x, 1
	case x == b.Hi:
		b.AtHi++
	}
}

// join returns the range that holds b and c, either of which may be empty.
func (b bounds) join(c bounds) bounds {
	switch {
	case c.Lo < b.Lo:
		b.Lo, b.AtLo = c.Lo, c.AtLo
	case c.Lo == b.Lo:
		b.AtLo += c.AtLo
	}
	switch {
	case c.Hi > b.Hi:
		b.Hi, b.AtHi = c.Hi, c.AtHi
	case c.Hi == b.Hi:
		b.AtHi += c.AtHi
	}
	return b
}
