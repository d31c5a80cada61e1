package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// pickLabel finds the label column, and which columns options call categories.
func (s *Summary) pickLabel() (err error) {
	s.label = -1
	if s.opt.Label != "" {
		if s.label, err = table.FindField(s.Fields, s.opt.Label); err != nil {
			return fmt.Errorf("--label: %w", err)
		}
	}
	asked, err := table.SplitNames(s.opt.Categorical, table.FieldNames(s.Fields))
	if err != nil {
		return fmt.Errorf("--categorical: %w", err)
	}
	s.category = make([]bool, len(s.Fields))
	for at := range s.Fields {
		f := &s.Fields[at]
		s.category[at] = f.Reading != nil && f.Reading.Category || slices.Contains(asked, f.Name)
	}
	return nil
}

// nominal tells whether column at is a category if it is a feature.
func (s *Summary) nominal(at int) bool {
	t := s.Fields[at].Type
	return s.category[at] || t == table.String || t == table.Bool
}

// pickAnomalies divides rows into labeled anomalies and unlabeled rows.
func (s *Summary) pickAnomalies() error {
	if s.label < 0 {
		return nil
	}
	l := &s.labels
	if err := l.err(); err != nil {
		return err
	}
	if at := slices.Index(l.Found, 0); at >= 0 {
		m := l.marks
		return fmt.Errorf("label column %s never holds %s %q, so it marks no anomaly among %d rows: it holds %s", m.field.Name, m.option, m.values[at], s.Rows, l.some())
	}
	s.Anomalies = slices.DeleteFunc(s.Anomalies, func(i int) bool {
		if s.dropped.has(i) {
			s.DroppedLabeled++
			return true
		}
		return false
	})
	if len(s.Anomalies) == 0 {
		return s.noAnomaly()
	}
	s.hide()
	if s.kept != nil && s.Hidden+s.DroppedLabeled > 0 {
		s.kept.Retain(s.Anomalies)
	}
	return nil
}

// noAnomaly tells that no row that is used is an anomaly, and why.
func (s *Summary) noAnomaly() error {
	name := s.Fields[s.label].Name
	if s.DroppedLabeled > 0 {
		return fmt.Errorf("label column %s marks %d anomalies, but --missing drop leaves out all of them, since each lacks a value: use --missing keep or --missing median, or --drop the columns that lack most", name, s.DroppedLabeled)
	}
	cure := "name the value that marks one with --anomaly-value"
	if len(s.opt.NormalValues) > 0 {
		cure = "--normal-value names all of them"
	}
	return fmt.Errorf("label column %s marks no anomaly among %d rows: it holds %s; %s", name, s.used(), s.labels.some(), cure)
}

// hide makes labeled anomalies unlabeled rows until only the share LabeledFraction,
// rounded up, stays known.
func (s *Summary) hide() {
	keep := int(math.Ceil(s.opt.LabeledFraction * float64(len(s.Anomalies))))
	s.Hidden = len(s.Anomalies) - keep
	if s.Hidden == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(s.opt.Seed, 0x6c6162656c6564)) // "labeled": a stream of its own
	rng.Shuffle(len(s.Anomalies), func(i, j int) { s.Anomalies[i], s.Anomalies[j] = s.Anomalies[j], s.Anomalies[i] })
	s.hidden = s.Anomalies[keep:]
	s.Anomalies = s.Anomalies[:keep:keep]
	slices.Sort(s.Anomalies)
	slices.Sort(s.hidden)
}

// marks tells which values of the label column mark anomalies.
type marks struct {
	field   *table.Field
	option  string   // that gave values
	values  []string // those of anomalies or, where normal is true, of all other rows; none: 1 and true, not 0 and false
	normal  bool
	ints    []int64   // values of a column of whole numbers
	floats  []float64 // of another one, of numbers
	invalid []bool    // values that no number of the column is
}

// newMarks returns the marks of a label column: equal to values as numbers where the
// column holds numbers, to the last digit, as text otherwise.
func newMarks(f *table.Field, anomalies, normals []string) (*marks, error) {
	m := &marks{field: f, option: "--anomaly-value", values: anomalies}
	if len(anomalies) == 0 && len(normals) > 0 {
		m.option, m.values, m.normal = "--normal-value", normals, true
	}
	given := m.values
	m.values = nil
	var texts []string
	for _, value := range given {
		text, err := labelText(f, m.option, value)
		if err != nil {
			return m, err
		}
		if slices.Contains(texts, text) {
			continue // 1 and 1.0
		}
		i := len(texts)
		texts, m.values = append(texts, text), append(m.values, value)
		m.ints, m.floats, m.invalid = append(m.ints, 0), append(m.floats, 0), append(m.invalid, false)
		switch {
		case f.Type == table.Bool:
			if text == "true" {
				m.ints[i] = 1
			}
		case f.Type.Float():
			size := 64
			if f.Type != table.Float64 {
				size = 32
			}
			m.floats[i], err = strconv.ParseFloat(text, size)
		case f.Type != table.String:
			m.ints[i], err = parseWhole(text, *f)
		}
		m.invalid[i] = err != nil
	}
	return m, nil
}

// The verdicts on a value beside its place among marks.values.
const (
	none    = -1 // it is not among them
	odd     = -2 // there are no values, and it is neither 1 nor 0
	pending = -3 // not known yet
)

// text returns the place of a text among values; without these 1 for a text that is
// true and 0 for one that is false.
func (m *marks) text(text string) int {
	if len(m.values) > 0 {
		return slices.Index(m.values, text)
	}
	anomaly, err := strconv.ParseBool(strings.TrimSpace(text))
	switch {
	case err != nil:
		return odd
	case anomaly:
		return 1
	}
	return 0
}

// float is text for a number.
func (m *marks) float(x float64) int {
	if len(m.values) == 0 {
		if x == 0 || x == 1 {
			return int(x)
		}
		return odd
	}
	for i, v := range m.floats {
		if v == x && !m.invalid[i] {
			return i
		}
	}
	return none
}

// int is text for a whole number, where there are values.
func (m *marks) int(x int64) int {
	for i, v := range m.ints {
		if v == x && !m.invalid[i] {
			return i
		}
	}
	return none
}

// anomaly tells what a verdict on a value says of its row.
func (m *marks) anomaly(verdict int) bool {
	if len(m.values) == 0 {
		return verdict == 1
	}
	return (verdict >= 0) != m.normal
}

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

// labelText returns value as categories.texts writes it.
func labelText(f *table.Field, option, value string) (string, error) {
	switch f.Type {
	case table.String:
		return value, nil
	case table.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "", fmt.Errorf("label column %s is boolean: %s %q is neither true nor false", f.Name, option, value)
		}
		return strconv.FormatBool(b), nil
	}
	text, err := numberText(value, f.Type)
	if err != nil {
		return "", fmt.Errorf("label column %s is numeric: %s %q is not a number", f.Name, option, value)
	}
	return text, nil
}

// numberText returns the number in text as intText and floatText write it. Digits
// without an exponent are taken as they are, however many.
func numberText(text string, t table.Type) (string, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "", err
	}
	digits, negative := strings.CutPrefix(strings.TrimPrefix(text, "+"), "-")
	if t.Float() || strings.Trim(digits, "0123456789.") != "" {
		if t == table.Float32 || t == table.Float16 {
			x = float64(float32(x))
		}
		return floatText(x, t), nil
	}
	if digits = plain(digits); negative && digits != "0" {
		digits = "-" + digits
	}
	return digits, nil
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
