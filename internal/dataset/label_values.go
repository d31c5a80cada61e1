package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// labels is what was seen of the label column.
type labels struct {
	marks     *marks
	anomalies []int // rows
	Found     []int // rows with each of marks.values
	First     int   // the first row whose value is odd, -1 for none
	Odd       string
	Some      []someValue // the first different values, in the order of their first rows

	verdicts []int  // on each code of a text column
	lastBits uint64 // of the value of the row before
	lastGap  bool
}

// someValue is a value of the label column.
type someValue struct {
	Row  int // the first one
	Text string
	Bits uint64 // as Column.Ints or Float64bits has it
	Gap  bool
}

// mostValues is how many values an error lists.
const mostValues = 8

// look looks at rows from ≤ i < to of column c, the first of which is row first of the
// table.
func (l *labels) look(s *looker, c table.Column, first, from, to int) {
	gaps := s.gapsOf(c, from, to)
	t := l.marks.field.Type
	if !t.Float() {
		c.Ints(s.ints[:], from, to)
	}
	if t == table.String {
		for len(l.verdicts) < len(c.Dictionary()) {
			l.verdicts = append(l.verdicts, pending)
		}
	} else {
		c.Floats(s.floats[:], 1, from, to)
	}
	for i := range to - from {
		gap := gaps != nil && gaps[i]
		bits := uint64(s.ints[i])
		if t.Float() {
			bits = math.Float64bits(s.floats[i])
		}
		l.note(c, first, from+i, bits, gap)
		var verdict int
		switch {
		case gap:
			continue
		case t == table.String:
			if l.verdicts[bits] == pending {
				l.verdicts[bits] = l.marks.text(c.Dictionary()[bits])
			}
			verdict = l.verdicts[bits]
		case !t.Float() && len(l.marks.values) > 0:
			verdict = l.marks.int(s.ints[i])
		default:
			verdict = l.marks.float(s.floats[i])
		}
		l.take(verdict, c, first, from+i)
	}
}

// note takes note of the value of row i of c if it is one of the first.
func (l *labels) note(c table.Column, first, i int, bits uint64, gap bool) {
	if gap {
		bits = 0
	}
	if bits == l.lastBits && gap == l.lastGap && len(l.Some) > 0 {
		return // almost always
	}
	l.lastBits, l.lastGap = bits, gap
	same := func(v someValue) bool { return v.Bits == bits && v.Gap == gap }
	if slices.ContainsFunc(l.Some, same) || len(l.Some) > mostValues && first+i > l.Some[mostValues].Row {
		return
	}
	l.addSome(someValue{first + i, valueText(c, i), bits, gap})
}

// addSome adds a value, unless it is there already.
func (l *labels) addSome(v someValue) {
	if at := slices.IndexFunc(l.Some, func(o someValue) bool { return o.Text == v.Text }); at >= 0 {
		v.Row = min(v.Row, l.Some[at].Row)
		l.Some = slices.Delete(l.Some, at, at+1)
	}
	at, _ := slices.BinarySearchFunc(l.Some, v, func(a, b someValue) int { return a.Row - b.Row })
	l.Some = slices.Insert(l.Some, at, v)
	l.Some = l.Some[:min(len(l.Some), mostValues+1)]
}

// some lists the first values for an error.
func (l *labels) some() string {
	var list []string
	for i, v := range l.Some {
		if i == mostValues {
			v.Text = "…"
		}
		list = append(list, v.Text)
	}
	return strings.Join(list, ", ")
}

// take takes account of the verdict on row i of c.
func (l *labels) take(verdict int, c table.Column, first, i int) {
	if verdict == odd {
		if l.First < 0 || first+i < l.First {
			l.First, l.Odd = first+i, valueText(c, i)
			if c.Type() == table.String {
				l.Odd = c.Dictionary()[int(c.Float(i))]
			}
		}
		return
	}
	if verdict >= 0 && len(l.marks.values) > 0 {
		l.Found[verdict]++
	}
	if l.marks.anomaly(verdict) {
		l.anomalies = append(l.anomalies, first+i)
	}
}

// add joins what was seen of other rows.
func (l *labels) add(o *labels) {
	for i, n := range o.Found {
		l.Found[i] += n
	}
	if o.marks != nil && o.First >= 0 && (l.First < 0 || o.First < l.First) {
		l.First, l.Odd = o.First, o.Odd
	}
	for _, v := range o.Some {
		l.addSome(v)
	}
}

// err tells of the first value that says nothing of its row.
func (l *labels) err() error {
	if l.First < 0 {
		return nil
	}
	return fmt.Errorf("label column %s, row %d: %q is neither 1/0 nor true/false; name the value that marks an anomaly with --anomaly-value (repeatable), or those that do not with --normal-value", l.marks.field.Name, l.First, l.Odd)
}

// valueText returns row i of c for an error.
func valueText(c table.Column, i int) string {
	switch t := c.Type(); {
	case c.Missing(i):
		return "(missing)"
	case t == table.String:
		return strconv.Quote(c.Dictionary()[int(c.Float(i))])
	case t == table.Bool:
		return strconv.FormatBool(c.Float(i) == 1)
	case t.Float():
		return floatText(c.Float(i), t)
	}
	var v [1]int64
	c.Ints(v[:], i, i+1)
	f := c.Field()
	return intText(v[0], &f)
}
