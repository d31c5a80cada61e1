package table

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// kind is what the fields of a CSV column have been so far.
type kind uint8

const (
	unknown  kind = iota // all missing
	integer              // int64
	boolean              // true or false
	floating             // float64
	text
)

// builder makes a column of the fields of a CSV file. Its kind rises from integer
// to floating, and from anything to text, as fields ask for it.
type builder struct {
	kind    kind
	n       int // rows, with missing ones
	values  int // rows that are not missing
	gaps    bitmap
	late    bool // text after other values: their text is lost, n alone is right
	reserve int  // rows to expect

	ints   []int64
	bools  []uint8
	floats []float64
	codes  []uint32
	texts  dictionary
}

// isMissing tells whether a field stands for a missing value.
func isMissing(s string) bool {
	switch s {
	case "", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "Null":
		return true
	}
	return false
}

// isNumber tells whether a field is a number.
func isNumber(s string) bool {
	s = strings.TrimSpace(s)
	_, ok := parseFloat(s)
	return ok && !isMissing(s)
}

// parseFloat accepts numbers beyond float64 as infinite, which is an error later
// wherever it matters.
func parseFloat(s string) (float64, bool) {
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil || errors.Is(err, strconv.ErrRange)
}

func parseBool(s string) (v uint8, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return 1, true
	case "false", "False", "FALSE":
		return 0, true
	}
	return 0, false
}

// add adds fields. Blanks around numbers do not count.
func (b *builder) add(fields []string) {
	for _, field := range fields {
		s := field
		if s != "" && (s[0] == ' ' || s[len(s)-1] == ' ') {
			s = strings.TrimSpace(s)
		}
		if isMissing(s) {
			b.addMissing()
		} else {
			for !b.store(s, field) {
				b.rise(s)
			}
			b.values++
		}
		b.n++
	}
}

// store adds a value of the builder's kind, if it is one.
func (b *builder) store(s, field string) bool {
	switch b.kind {
	case integer:
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return false
		}
		b.ints = append(b.ints, v)
	case floating:
		v, ok := parseFloat(s)
		if !ok {
			return false
		}
		b.floats = append(b.floats, v)
	case boolean:
		v, ok := parseBool(s)
		if !ok {
			return false
		}
		b.bools = append(b.bools, v)
	case text:
		if !b.late {
			b.codes = append(b.codes, b.texts.encode(field))
		}
	default:
		return false
	}
	return true
}

func (b *builder) addMissing() {
	switch b.kind {
	case integer:
		b.ints = append(b.ints, 0)
	case boolean:
		b.bools = append(b.bools, 0)
	case floating:
		b.floats = append(b.floats, math.NaN())
	case text:
		if !b.late {
			b.codes = append(b.codes, 0)
		}
	}
	b.gaps.set(b.n)
}

// rise changes the kind to one that holds s and all values so far.
func (b *builder) rise(s string) {
	_, isFloat := parseFloat(s)
	_, notInt := strconv.ParseInt(s, 10, 64)
	_, isBool := parseBool(s)
	room := max(b.reserve, b.n)
	switch {
	case b.values == 0 && notInt == nil:
		b.kind, b.ints = integer, make([]int64, b.n, room)
	case b.values == 0 && isBool:
		b.kind, b.bools = boolean, make([]uint8, b.n, room)
	case isFloat && (b.values == 0 || b.kind == integer):
		b.toFloats(room)
	case b.values == 0:
		b.kind, b.codes = text, make([]uint32, b.n, room)
	default:
		b.kind, b.late = text, true
		b.ints, b.bools, b.floats = nil, nil, nil
	}
}

func (b *builder) toFloats(room int) {
	b.floats = make([]float64, b.n, room)
	for i := range b.floats {
		if b.gaps.has(i) {
			b.floats[i] = math.NaN()
		} else {
			b.floats[i] = float64(b.ints[i])
		}
	}
	b.kind, b.ints = floating, nil
}

// column returns what was built. A column without any value is one of NaN.
func (b *builder) column(name string) Column {
	if b.kind == unknown {
		b.toFloats(b.n)
	}
	switch b.kind {
	case integer:
		return (&collector[int64]{Field{Name: name, Type: Int64}, b.ints, b.gaps}).column()
	case boolean:
		return (&collector[uint8]{Field{Name: name, Type: Bool}, b.bools, b.gaps}).column()
	case floating:
		return New(name, b.floats)
	default:
		return (&collector[uint32]{Field{Name: name, Type: String, Dictionary: b.texts.texts}, b.codes, b.gaps}).column()
	}
}
