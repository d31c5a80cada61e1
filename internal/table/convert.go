package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// convert makes of columns, which a format with types gave, what the options ask
// for: values that stand for missing ones become such, then kinds are given.
func (o ReadOptions) convert(columns []Column) ([]Column, error) {
	missing := newAskedMissing(o.Missing, &plainRules)
	out := slices.Clone(columns)
	for j, c := range columns {
		c = missing.mask(c)
		if kind := o.Kinds[c.Name()]; kind != KindAuto {
			var err error
			if c, err = as(kind, c, missing); err != nil {
				return nil, err
			}
		}
		out[j] = c
	}
	return out, nil
}

// plainRules are those of texts that no option describes.
var plainRules = rules{decimal: '.', delimiter: []byte{','}}

// masked is a column of which more rows are missing, or whose field says more.
type masked struct {
	Column
	field Field
	gone  bitmap // rows that are missing, though Column has a value
}

func (c *masked) Field() Field       { return c.field }
func (c *masked) Missing(i int) bool { return c.gone.has(i) || c.Column.Missing(i) }

func (c *masked) CountMissing(from, to int) int {
	return c.gone.count(from, to) + c.Column.CountMissing(from, to)
}

func (c *masked) Float(i int) float64 {
	if c.gone.has(i) {
		return math.NaN()
	}
	return c.Column.Float(i)
}

func (c *masked) Floats(dst []float64, stride, from, to int) {
	c.Column.Floats(dst, stride, from, to)
	if c.gone.count(from, to) == 0 {
		return
	}
	for i := from; i < to; i++ {
		if c.gone.has(i) {
			dst[(i-from)*stride] = math.NaN()
		}
	}
}

// mask returns c without the values that m calls missing.
func (m *askedMissing) mask(c Column) Column {
	f := c.Field()
	if !m.touches(&f, f.Dictionary) {
		return c
	}
	markers := map[string]*Marker{}
	gone := m.find(c, 0, markers)
	if len(gone) == 0 {
		return c
	}
	out := &masked{Column: c, field: f, gone: gone}
	out.field.Reading = markedReading(f.Reading, markers)
	return out
}

// find returns the rows of c, the first of which is row first of all, that m calls
// missing, and counts their texts in markers.
func (m *askedMissing) find(c Column, first int, markers map[string]*Marker) (gone bitmap) {
	test := m.test(c)
	for i := range c.Len() {
		if c.Missing(i) {
			continue
		}
		if text, ok := test(i); ok {
			gone.set(i)
			if markers[text] == nil {
				markers[text] = &Marker{Text: text, Row: first + i}
			}
			markers[text].Count++
		}
	}
	return gone
}

// markedReading returns r with markers that were found beside its own.
func markedReading(r *Reading, markers map[string]*Marker) *Reading {
	r = copyOf(r)
	r.Markers = append(r.Markers, sortMarkers(markers)...)
	return r
}

// copyOf returns a copy of r that may be changed.
func copyOf(r *Reading) *Reading {
	if r == nil {
		return &Reading{}
	}
	copied := *r
	copied.Markers = slices.Clone(r.Markers)
	return &copied
}

// sortMarkers returns the most frequent first.
func sortMarkers(markers map[string]*Marker) []Marker {
	var list []Marker
	for _, m := range markers {
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b Marker) int {
		return cmp.Or(b.Count-a.Count, a.Row-b.Row, strings.Compare(a.Text, b.Text))
	})
	return list
}

// touches tells whether a row of a column f may be missing; texts are those of its
// dictionary.
func (m *askedMissing) touches(f *Field, texts []string) bool {
	switch {
	case f.Type == String:
		return slices.ContainsFunc(texts, func(s string) bool { return m.texts[s] })
	case f.Temporal.Kind != NotTemporal && f.Temporal.Kind != Duration:
		return len(m.texts) > 0
	}
	return len(m.numbers) > 0 && f.Type != Bool
}

// test returns what tells whether row i of c is missing, and as which text.
func (m *askedMissing) test(c Column) func(i int) (string, bool) {
	one := make([]int64, 1)
	switch f := c.Field(); {
	case f.Type == String:
		return func(i int) (string, bool) {
			c.Ints(one, i, i+1)
			text := f.Dictionary[one[0]]
			return text, m.texts[text]
		}
	case f.Temporal.Kind != NotTemporal && f.Temporal.Kind != Duration:
		return func(i int) (string, bool) {
			c.Ints(one, i, i+1)
			text := string(f.appendTime(nil, one[0]))
			return text, m.texts[text]
		}
	default:
		return func(i int) (string, bool) {
			for k, v := range m.numbers {
				if equal(c, i, v) {
					return m.spelled[k], true
				}
			}
			return "", false
		}
	}
}

// equal tells whether row i of c, which has numbers, is v: exactly, or for a
// floating-point column as near as its type comes.
func equal(c Column, i int, v number) bool {
	switch t := c.Type(); {
	case t.Integer():
		one := make([]int64, 1)
		c.Ints(one, i, i+1)
		if !v.exact {
			return false
		}
		if t == Uint64 {
			return !v.negative && uint64(one[0]) == v.size
		}
		return one[0] == v.integer() && (v.negative || v.size <= math.MaxInt64)
	case t == Float32:
		return float32(c.Float(i)) == float32(v.float)
	default:
		return c.Float(i) == v.float
	}
}

// as returns c as a column of the kind that an option names.
func as(kind Kind, c Column, missing *askedMissing) (Column, error) {
	var err error
	switch f := c.Field(); asked(kind, &f) {
	case asSpelled:
		c = spell(c, new(dictionary))
	case asParsed:
		t := newTexts(kind, missing)
		t.count(c, 0)
		if err = t.parse(f); err == nil {
			c = t.look(c)
		}
	case asTruth:
		c, err = retype(c, Bool, 0)
	case asInteger:
		c, err = retype(c, Int64, 0)
	case asByte:
		c, err = retype(c, Uint8, 0)
	case asRefused:
		err = refuseTime(&f)
	}
	if err != nil {
		return nil, err
	}
	return &masked{Column: c, field: askedField(kind, c.Field())}, nil
}

// change is what has to be done with a column to make it one of a kind.
type change uint8

const (
	asItIs change = iota
	asSpelled
	asParsed
	asTruth
	asInteger
	asByte
	asRefused
)

// asked returns what makes f one of a kind.
func asked(kind Kind, f *Field) change {
	switch {
	case kind == AsCategory || kind == AsText && f.Type == String:
		return asItIs
	case kind == AsText:
		return asSpelled
	case f.Type == String:
		return asParsed
	case kind == AsTime && f.Temporal.Kind == NotTemporal:
		return asRefused
	case kind == AsBool && f.Type != Bool:
		return asTruth
	case kind == AsInteger && !f.Type.Integer():
		return asInteger
	case kind == AsNumber && f.Type == Bool:
		return asByte
	}
	return asItIs
}

func refuseTime(f *Field) error {
	return fmt.Errorf("table: column %q holds %v, no dates: --type %s=time reads texts, use --type %s=number", f.Name, f.Type, f.Name, f.Name)
}

// askedField returns f with what a kind says beside the type.
func askedField(kind Kind, f Field) Field {
	f.Reading = copyOf(f.Reading)
	f.Reading.Asked, f.Reading.Category = true, kind == AsCategory
	return f
}
