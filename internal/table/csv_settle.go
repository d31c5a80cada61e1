package table

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// askedMissing are the texts that options call missing.
type askedMissing struct {
	texts   map[string]bool
	numbers []number
	spelled []string // the texts of numbers
}

func newAskedMissing(texts []string, r *rules) *askedMissing {
	m := &askedMissing{texts: setOf(texts)}
	for _, text := range texts {
		if v, c := r.number(trim([]byte(text))); c.number() {
			m.numbers, m.spelled = append(m.numbers, v), append(m.spelled, text)
		}
	}
	return m
}

func (m *askedMissing) has(cell []byte) bool { return len(m.texts) > 0 && m.texts[string(cell)] }

// number tells whether v is one of the numbers, exactly.
func (m *askedMissing) number(v number) bool {
	for _, x := range m.numbers {
		if x == v || x.float == v.float && (!x.exact || !v.exact) {
			return true
		}
	}
	return false
}

// settle decides at the end of the file what a column is whose type hangs on
// quotes: all says that everything in the file is quoted.
func (b *builder) settle(all bool) error {
	if b.forced() || b.late || b.kind == text {
		return nil
	}
	sure := b.plain + b.enclosed
	quoted := !all && b.inQuotes.values > 0
	switch b.kind {
	case unknown:
		if quoted || !all && b.emptyText > 0 {
			b.rise("")
		}
		return nil
	case counted:
		if b.tally.numbers == 0 && !all {
			b.rise("")
			return nil
		}
		b.tally.numbers += b.tally.quoted
	default:
		if sure == 0 && !all {
			b.rise(fmt.Sprintf("the values are in quotes (--type %s=%s takes them for what they look like)", b.name, b.kind.asked()))
			return nil
		}
		if !quoted {
			return nil
		}
		if b.kind == boolean || b.kind == timed {
			b.rise("")
			return nil
		}
		b.tally = tally{values: b.values, numbers: b.values}
	}
	if quoted {
		b.tally.join(&b.inQuotes)
	}
	b.tally.quoted = 0
	why, err := b.tally.judge(b.name, b.place)
	if err == nil {
		b.rise(why)
	}
	return err
}

// asked returns the name of what --type calls the kind.
func (k kind) asked() Kind {
	switch k {
	case boolean:
		return AsBool
	case timed:
		return AsTime
	}
	return AsNumber
}

// again returns a builder that reads the column as text, or for all its digits.
func (b *builder) again() *builder {
	next := &builder{rules: b.rules, name: b.name, asked: b.asked, missing: b.missing, reserve: b.n, kind: text, why: b.why, files: b.files, cut: b.cut}
	if b.exact != nil {
		next.kind, next.exact = precise, new(fractions)
	}
	return next
}

// column returns what was built. A column without any value is one of NaN.
func (b *builder) column(all bool) (described, error) {
	field, err := b.outcome(all)
	if err != nil {
		return nil, err
	}
	return b.filled(field), nil
}

// outcome decides what the column is.
func (b *builder) outcome(all bool) (Field, error) {
	field := Field{Name: b.name, Reading: &Reading{Asked: b.asked != KindAuto, Category: b.asked == AsCategory}}
	if b.kind == precise {
		return b.preciseField(field), nil
	}
	if b.kind == text {
		b.dropQuoted(all)
	}
	if b.kind == text && b.asked != AsText {
		if err := b.judge(field.Reading, all); err != nil {
			return Field{}, err
		}
	}
	field.Reading.Markers = sortMarkers(b.markers)
	if r := field.Reading; r.Why == "" && len(r.Markers) == 0 && !r.Asked && !r.Odd {
		field.Reading = nil
	}
	switch b.kind {
	case integer, timed:
		field.Type = Int64
		if b.beyond {
			field.Type = Uint64
		}
		if b.kind == timed {
			field.Temporal = b.temporal
			if b.temporal.Kind == Date {
				field.Type = Int32
			}
		}
	case boolean:
		field.Type = Bool
	case unknown, floating:
		field.Type = Float64
	default:
		field.Type, field.Dictionary = String, b.texts.texts
	}
	return field, nil
}

// filled returns the values as field, which is the outcome, holds them.
func (b *builder) filled(field Field) described {
	switch field.Type {
	case Int32:
		return days(field, b.ints, b.gaps)
	case Uint64:
		return unsigned(field, b.ints, b.gaps)
	case Bool:
		return columnOf(field, b.bools, b.gaps).(described)
	case String:
		for i, c := range b.codes {
			if b.gone[c] {
				b.gaps.set(i)
			}
		}
		return columnOf(field, b.codes, b.gaps).(described)
	case Decimal:
		return columnOf(field, b.exact.decimals(nil, field.Places), b.gaps).(described)
	case Int64:
		return columnOf(field, b.ints, b.gaps).(described)
	}
	switch b.kind {
	case precise:
		return columnOf(field, b.exact.floats, nil).(described)
	case unknown:
		b.toFloats(b.n)
	}
	return columnOf(field, b.floats, nil).(described)
}

func days(field Field, ints []int64, gaps bitmap) described {
	data := make([]int32, len(ints))
	for i, v := range ints {
		data[i] = int32(v)
	}
	return columnOf(field, data, gaps).(described)
}

func unsigned(field Field, ints []int64, gaps bitmap) described {
	data := make([]uint64, len(ints))
	for i, v := range ints {
		data[i] = uint64(v)
	}
	return columnOf(field, data, gaps).(described)
}

// judge says what there is to say about a column of text, or why it cannot be one
// without being asked to.
func (b *builder) judge(r *Reading, all bool) error {
	var t tally
	var weaks []string
	for c, s := range b.seen {
		cell := []byte(b.texts.texts[c])
		class := b.classify(cell)
		plain, quoted := int(s.plain), int(s.quoted)
		if all || class != words && strings.Contains(string(cell), string(b.delimiter)) {
			plain, quoted = plain+quoted, 0
		}
		if class == weak && s.plain > 0 {
			weaks = append(weaks, fmt.Sprintf("%s in %d rows is taken as text (--missing-value '%s' makes it missing)", cell, s.plain, cell))
		}
		if class == code && s.plain > 0 && b.why == "" {
			b.why = codeWhy(trim(cell), b.place(int(s.line)))
		}
		if class != weak && class != strong || plain == 0 {
			t.add(cell, class, plain, int(s.line))
			t.add(cell, words, quoted, int(s.line))
			if class.number() {
				t.quoted += quoted
			}
		}
	}
	why := ""
	if b.asked == KindAuto && !b.known {
		var err error
		if why, err = t.judge(b.name, b.place); err != nil {
			return err
		}
	}
	parts := slices.DeleteFunc(append([]string{cmp.Or(b.why, why)}, weaks...), func(s string) bool { return s == "" })
	r.Why = strings.Join(parts, "; ")
	r.Odd = r.Why != "" && b.asked == KindAuto
	return nil
}

// dropQuoted makes missing the texts in quotes that options call so, where no
// other is without quotes: the file puts all texts in quotes then.
func (b *builder) dropQuoted(all bool) {
	var gone []uint32
	for c := range b.firsts {
		if s := b.texts.texts[c]; all || b.markers[s] == nil {
			gone = append(gone, c)
		}
	}
	slices.Sort(gone) // by their first rows
	for _, c := range gone {
		if b.gone == nil {
			b.gone = map[uint32]bool{}
		}
		n := int(b.seen[c].plain) + int(b.seen[c].quoted)
		b.gone[c], b.lost = true, b.lost+n
		b.markRows(&b.markers, []byte(b.texts.texts[c]), n, b.firsts[c])
		b.seen[c] = seen{}
	}
}

// mayNumberRows tells whether the column may tell all rows apart, as an index does:
// its values show.
func (b *builder) mayNumberRows() bool {
	return b.values == b.n && b.lost == 0 && (b.kind == text || b.kind == integer || b.kind == timed || b.kind == precise)
}

// numbersRows tells whether c, what became of b, tells apart all rows, or all rows of
// each file where there are several.
func (b *builder) numbersRows(c Column) bool {
	from := 0
	for _, to := range append(slices.Clip(b.ends), b.n) {
		if !allDistinct(bitsOf(c, from, to)) {
			return false
		}
		from = to
	}
	return true
}

// bitsOf returns what tells values apart.
func bitsOf(c Column, from, to int) []int64 {
	values := make([]int64, to-from)
	if !c.Type().Float() {
		c.Ints(values, from, to)
		return values
	}
	for i := range values {
		values[i] = int64(math.Float64bits(c.Float(from + i)))
	}
	return values
}

// allDistinct sorts values and tells whether no two are the same.
func allDistinct(values []int64) bool {
	n := len(values)
	slices.Sort(values)
	return len(slices.Compact(values)) == n
}
