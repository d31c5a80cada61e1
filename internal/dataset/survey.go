package dataset

import (
	"github.com/nngmix/nngmix/internal/table"
)

// survey is what a first look at a column finds.
type survey struct {
	missing  int   // rows without a value, infinite ones not counted
	infinite int   // rows with an infinite value
	first    int   // the first of those
	lo, hi   int64 // of whole numbers that float64 may round: the ends of their range
}

// values returns the number of values in a column of that many rows.
func (v *survey) values(rows int) int { return rows - v.missing - v.infinite }

// look surveys all columns of the table.
func (s *Set) look() []survey {
	columns := s.Table.Columns
	parts := make([][]survey, s.chunks())
	s.eachChunk(func(chunk, from, to int) error {
		parts[chunk] = make([]survey, len(columns))
		var buffer [chunkRows]float64
		for j, c := range columns {
			if c.Type().Float() {
				c.Floats(buffer[:], 1, from, to)
				parts[chunk][j] = surveyFloats(buffer[:to-from], from)
			} else {
				parts[chunk][j] = surveyOthers(c, from, to)
			}
		}
		return nil
	})
	all := make([]survey, len(columns))
	for j, c := range columns {
		all[j] = parts[0][j]
		for _, part := range parts[1:] {
			all[j].add(part[j], c.Type() == table.Uint64, s.Table.Rows)
		}
	}
	return all
}

// surveyOthers looks at rows from ≤ i < to of c, at most chunkRows and no floats.
func surveyOthers(c table.Column, from, to int) survey {
	v := survey{missing: c.CountMissing(from, to), lo: 1, hi: 0}
	if !large(c.Field()) {
		return v
	}
	var values [chunkRows]int64
	c.Ints(values[:], from, to)
	flip := signBit(c.Type() == table.Uint64)
	for i, x := range values[:to-from] {
		if v.missing > 0 && c.Missing(from+i) {
			continue
		}
		if v.empty() {
			v.lo, v.hi = x, x
			continue
		}
		if order(x, flip) < order(v.lo, flip) {
			v.lo = x
		} else if order(x, flip) > order(v.hi, flip) {
			v.hi = x
		}
	}
	return v
}

// surveyFloats looks at values, the first of which is in row from.
func surveyFloats(values []float64, from int) (v survey) {
	for i, x := range values {
		if x-x == 0 {
			continue // almost always
		}
		if x != x {
			v.missing++
			continue
		}
		if v.infinite == 0 {
			v.first = from + i
		}
		v.infinite++
	}
	return v
}

// large tells whether whole numbers of field f can be more than float64 or float32
// take without rounding.
func large(f table.Field) bool {
	return f.Type == table.Int64 || f.Type == table.Uint64 || f.Type == table.Decimal || f.Temporal.Kind != table.NotTemporal
}

// empty tells whether v has seen no whole number: its range is upside down, as no
// other is.
func (v *survey) empty() bool { return v.lo == 1 && v.hi == 0 }

// add joins the survey of later rows of the same column to v.
func (v *survey) add(w survey, unsigned bool, rows int) {
	if v.infinite == 0 {
		v.first = w.first
	}
	v.missing += w.missing
	v.infinite += w.infinite
	flip := signBit(unsigned)
	switch {
	case w.empty():
	case v.empty():
		v.lo, v.hi = w.lo, w.hi
	default:
		if order(w.lo, flip) < order(v.lo, flip) {
			v.lo = w.lo
		}
		if order(w.hi, flip) > order(v.hi, flip) {
			v.hi = w.hi
		}
	}
}

// order returns a number that is greater where v is, given signBit of its type.
func order(v int64, flip uint64) uint64 { return uint64(v) ^ flip }

// signBit returns the bit that makes signed numbers ordered as unsigned ones.
func signBit(unsigned bool) uint64 {
	if unsigned {
		return 0
	}
	return 1 << 63
}
