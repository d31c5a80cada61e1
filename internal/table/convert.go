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
	test := m.test(c)
	if test == nil {
		return c
	}
	gone, markers := bitmap(nil), map[string]*Marker{}
	for i := range c.Len() {
		if c.Missing(i) {
			continue
		}
		if text, ok := test(i); ok {
			gone.set(i)
			if markers[text] == nil {
				markers[text] = &Marker{Text: text, Row: i}
			}
			markers[text].Count++
		}
	}
	if len(gone) == 0 {
		return c
	}
	out := &masked{Column: c, field: c.Field(), gone: gone}
	out.field.Reading = readingOf(c)
	out.field.Reading.Markers = append(out.field.Reading.Markers, sortMarkers(markers)...)
	return out
}

// readingOf returns a copy of what is said of c.
func readingOf(c Column) *Reading {
	if r := c.Field().Reading; r != nil {
		copied := *r
		copied.Markers = slices.Clone(r.Markers)
		return &copied
	}
	return &Reading{}
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

// test returns what tells whether row i of c is missing, and as which text; nil
// where no row can be.
func (m *askedMissing) test(c Column) func(i int) (string, bool) {
	one := make([]int64, 1)
	switch f := c.Field(); {
	case f.Type == String:
		if !slices.ContainsFunc(f.Dictionary, func(s string) bool { return m.texts[s] }) {
			return nil
		}
		return func(i int) (string, bool) {
			c.Ints(one, i, i+1)
			text := f.Dictionary[one[0]]
			return text, m.texts[text]
		}
	case f.Temporal.Kind != NotTemporal && f.Temporal.Kind != Duration:
		if len(m.texts) == 0 {
			return nil
		}
		return func(i int) (string, bool) {
			c.Ints(one, i, i+1)
			text := string(f.appendTime(nil, one[0]))
			return text, m.texts[text]
		}
	case len(m.numbers) == 0 || f.Type == Bool:
		return nil
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
	switch f := c.Field(); {
	case kind == AsCategory:
	case kind == AsText && f.Type != String:
		c = spell(c)
	case kind == AsText:
	case f.Type == String:
		c, err = parse(kind, c, missing)
	case kind == AsTime && f.Temporal.Kind == NotTemporal:
		err = fmt.Errorf("table: column %q holds %v, no dates: --type %s=time reads texts, use --type %s=number", f.Name, f.Type, f.Name, f.Name)
	case kind == AsBool && f.Type != Bool:
		c, err = retype(c, Bool)
	case kind == AsInteger && !f.Type.Integer():
		c, err = retype(c, Int64)
	case kind == AsNumber && f.Type == Bool:
		c, err = retype(c, Uint8)
	}
	if err != nil {
		return nil, err
	}
	out := &masked{Column: c, field: c.Field()}
	out.field.Reading = readingOf(c)
	out.field.Reading.Asked, out.field.Reading.Category = true, kind == AsCategory
	return out, nil
}
