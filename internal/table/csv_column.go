package table

import (
	"bytes"
	"fmt"
	"math"
	"unicode/utf8"
)

// kind is what the fields of a CSV column have been so far.
type kind uint8

const (
	unknown  kind = iota // all missing
	integer              // int64 or uint64
	floating             // float64
	boolean              // true or false
	timed                // dates or timestamps of one form
	counted              // numbers and others, no values kept
	text
)

// builder makes a column of the fields of a CSV file. Its kind rises from integer
// to floating, from numbers to counted, and from anything to text, as fields ask for
// it. Fields without quotes that stand for a missing value are missing; whether
// those in quotes are shows at the end of the file.
type builder struct {
	rules
	name    string
	asked   Kind
	missing *askedMissing
	place   string // what line counts; "": lines
	watch   bool   // whether fields are quoted without need matters
	reserve int    // rows to expect

	kind     kind
	late     bool // text after other values: their text is lost
	n        int  // rows, with missing ones
	line     int  // of the row that is added
	values   int  // rows that are not missing
	plain    int  // values without quotes
	enclosed int  // values in quotes that they need, for the delimiter is in them
	gaps     bitmap
	err      *cellError

	ints     []int64
	bools    []uint8
	floats   []float64
	codes    []uint32
	texts    dictionary
	seen     []seen // of each text
	form     form   // of times
	temporal Temporal

	negative, beyond bool // an integer below zero, and beyond int64
	inexact          *cellAt
	comma            *cellAt // the first number with a decimal comma
	markers          map[string]*Marker
	unsure           int    // quoted fields and weak markers taken as missing so far
	emptyText        int    // those in quotes with nothing in these, or a text that an option calls missing
	inQuotes         tally  // those in quotes with something in these
	needless         bool   // a field was quoted without need
	why              string // the column is text
	tally            tally
}

// cellAt is a cell and where it stands.
type cellAt struct {
	text string
	line int
}

func (c *cellAt) String() string { return fmt.Sprintf("%s in line %d", c.text, c.line) }

// cellError is an error about a cell of a line.
type cellError struct {
	line int
	error
}

// seen counts how often a text stands in a column, and where first.
type seen struct{ plain, quoted, line uint32 }

// add adds field j of all rows of a batch.
func (b *builder) add(in *batch, j int) {
	simple := b.decimal == '.' && b.thousands == "" && len(b.missing.numbers) == 0 && b.asked == KindAuto
	for i := range in.lines {
		s := in.spans[i*in.width+j]
		cell := in.text[s.from:s.to]
		b.line = in.lines[i]
		if simple && !s.quoted && (b.kind == floating || b.kind == integer) {
			if v, c := parseNumber(cell); c.number() && b.store(v, c) {
				b.values++
				b.plain++
				b.n++
				continue
			}
		}
		if b.addCell(cell, s.quoted); b.err != nil {
			return
		}
		b.n++
	}
}

// addCell adds any field.
func (b *builder) addCell(field []byte, quoted bool) {
	if b.kind == text {
		b.addText(field, quoted)
		return
	}
	if quoted && b.watch && !b.needless {
		b.needless = !b.mustQuote(field)
	}
	cell := trim(field)
	c := b.classify(cell)
	if b.missing.has(cell) {
		b.emptyText += btoi(quoted && !b.forced()) // text in a column of text
		b.addMissing(cell, false, strong)
		return
	}
	if c == empty || c == strong || c == weak {
		b.addMissing(cell, quoted, c)
		return
	}
	if b.forced() {
		b.addAsked(cell)
		return
	}
	v, _ := b.number(cell)
	if c.number() && b.missing.number(v) {
		b.addMissing(cell, false, strong)
		return
	}
	if b.kind == unknown && b.unsure+b.emptyText == 0 && (c == words || c == code || c == odd) {
		b.begin(text)
		b.addText(field, quoted)
		return
	}
	b.addValue(cell, c, v, quoted)
	b.values++
	switch {
	case !quoted:
		b.plain++
	case bytes.Contains(cell, b.delimiter):
		b.enclosed++
	}
}

// forced tells whether an option says what every cell must be.
func (b *builder) forced() bool {
	return b.asked == AsNumber || b.asked == AsInteger || b.asked == AsTime || b.asked == AsBool
}

// addMissing adds a row without a value, so far.
func (b *builder) addMissing(cell []byte, quoted bool, c class) {
	switch {
	case quoted && len(cell) == 0:
		b.emptyText++
	case quoted:
		b.inQuotes.add(cell, words, 1, b.line)
	}
	if quoted || c == weak {
		b.unsure++
	}
	if len(cell) > 0 || quoted {
		b.mark(cell)
	}
	b.gap()
}

// mark counts a text that was taken as missing.
func (b *builder) mark(cell []byte) {
	if len(cell) == 0 {
		cell = []byte(`""`)
	}
	m := b.markers[string(cell)]
	if m == nil {
		if b.markers == nil {
			b.markers = map[string]*Marker{}
		}
		m = &Marker{Text: string(cell), Row: b.n}
		b.markers[m.Text] = m
	}
	m.Count++
}

func (b *builder) gap() {
	switch b.kind {
	case integer, timed:
		b.ints = append(b.ints, 0)
	case boolean:
		b.bools = append(b.bools, 0)
	case floating:
		b.floats = append(b.floats, math.NaN())
	case text:
		b.codes = append(b.codes, 0)
	}
	b.gaps.set(b.n)
}

// addValue adds a cell that is not missing, of class c; v is its number.
func (b *builder) addValue(cell []byte, c class, v number, quoted bool) {
	switch {
	case c.number():
		if b.decimal == ',' && b.comma == nil && bytes.IndexByte(cell, ',') >= 0 {
			b.comma = b.at(cell)
		}
		b.addNumber(cell, v, c, quoted)
	case c == truth && (b.kind == boolean || b.kind == unknown):
		b.begin(boolean)
		v, _ := parseBool(cell)
		b.bools = append(b.bools, v)
	case c == moment && b.addMoment(cell):
	case c == code && b.asked == KindAuto && !quoted && b.kind != boolean && b.kind != timed:
		b.rise(codeWhy(cell, b.line))
	case (b.kind == integer || b.kind == floating || b.kind == counted) && c != code && b.asked == KindAuto:
		b.addOther(cell, c)
	default:
		b.rise("")
	}
}

// addOther counts a cell that is no number in a column of numbers so far.
func (b *builder) addOther(cell []byte, c class) {
	if b.kind != counted {
		sure := b.plain + b.enclosed
		b.tally = tally{values: b.values, numbers: sure, quoted: b.values - sure}
		b.kind, b.ints, b.floats = counted, nil, nil
	}
	b.invalid(cell)
	b.tally.add(cell, c, 1, b.line)
}

// codeWhy says why an integer is text.
func codeWhy(cell []byte, line int) string {
	switch {
	case cell[0] == '+':
		return fmt.Sprintf("%s in line %d would lose its sign as a number", cell, line)
	case bytes.TrimLeft(cell, "-")[0] == '0':
		return fmt.Sprintf("%s in line %d would lose its zeros as a number", cell, line)
	default:
		return fmt.Sprintf("%.40s in line %d has more digits than a number holds", cell, line)
	}
}

// rise makes the column text, which is read once more.
func (b *builder) rise(why string) {
	b.kind, b.late, b.why = text, true, why
	b.ints, b.bools, b.floats, b.tally = nil, nil, nil, tally{}
}

// begin gives the column its first kind.
func (b *builder) begin(k kind) {
	if b.kind == k {
		return
	}
	room := max(b.reserve, b.n)
	switch b.kind = k; k {
	case integer, timed:
		b.ints = make([]int64, b.n, room)
	case boolean:
		b.bools = make([]uint8, b.n, room)
	case floating:
		b.toFloats(room)
	case text:
		b.codes = make([]uint32, b.n, room)
	}
}

// addNumber adds a number to a column of numbers so far, or counts it in another.
func (b *builder) addNumber(cell []byte, v number, c class, quoted bool) {
	switch {
	case b.asked == AsCategory && c == real:
		b.rise("")
		return
	case b.kind == unknown && c == whole:
		b.begin(integer)
	case b.kind == unknown:
		b.begin(floating)
	case b.kind == counted:
		b.tally.values++
		if quoted && !bytes.Contains(cell, b.delimiter) {
			b.tally.quoted++
		} else {
			b.tally.numbers++
		}
		return
	case b.kind == boolean || b.kind == timed:
		b.rise("")
		return
	}
	if c == whole && !v.held() && b.inexact == nil {
		b.inexact = b.at(cell)
	}
	if b.store(v, c) {
		return
	}
	if b.inexact != nil || b.asked == AsCategory {
		b.rise(fmt.Sprintf("%v is an integer that no floating-point number holds, and other rows need one (--type %s=number rounds it)", b.inexact, b.name))
		return
	}
	b.begin(floating)
	b.floats = append(b.floats, v.float)
}

// store adds a number, if the kind holds it.
func (b *builder) store(v number, c class) bool {
	if b.kind == floating {
		if c == whole && v.size >= 1<<53 && !v.held() {
			return false
		}
		b.floats = append(b.floats, v.float)
		return true
	}
	if c != whole || v.negative && b.beyond || v.size > math.MaxInt64 && !v.negative && b.negative {
		return false
	}
	if v.size > 1<<53 {
		if !v.held() && b.inexact == nil {
			b.inexact = &cellAt{fmt.Sprint(v.integer()), b.line}
			if v.size > math.MaxInt64 && !v.negative {
				b.inexact.text = fmt.Sprint(v.size)
			}
		}
		b.beyond = b.beyond || v.size > math.MaxInt64 && !v.negative
	}
	b.negative = b.negative || v.negative
	b.ints = append(b.ints, v.integer())
	return true
}

func (b *builder) toFloats(room int) {
	b.floats = make([]float64, b.n, max(room, b.n))
	for i := range b.floats {
		switch {
		case b.gaps.has(i):
			b.floats[i] = math.NaN()
		case b.beyond:
			b.floats[i] = float64(uint64(b.ints[i]))
		default:
			b.floats[i] = float64(b.ints[i])
		}
	}
	b.kind, b.ints = floating, nil
}

// addMoment adds a date or timestamp, if it has the form of those before.
func (b *builder) addMoment(cell []byte) bool {
	t, ok := parseInstant(cell)
	if !ok || b.kind != unknown && (b.kind != timed || t.form != b.form) {
		return false
	}
	form := t.form.temporal()
	unit := form.Unit
	if form.Kind == Date {
		unit = 24 * 3600 * 1e9
	}
	v, ok := t.count(unit)
	if !ok {
		return false
	}
	if b.kind == unknown {
		b.form, b.temporal = t.form, form
		b.begin(timed)
	}
	b.ints = append(b.ints, v)
	return true
}

// addText adds a field to a column of text. Unless the column was asked to be
// text, markers are missing in it too.
func (b *builder) addText(field []byte, quoted bool) {
	if b.late {
		b.plain += btoi(!quoted && b.plain == 0 && !b.missing.has(trim(field)) && b.classify(field) != weak && b.classify(field) != strong)
		return
	}
	if !quoted && !(plainWord(field) && len(b.missing.texts) == 0) {
		cell := trim(field)
		if len(cell) == 0 || b.asked != AsText && marker(cell) == strong || b.missing.has(cell) {
			b.addMissing(cell, false, strong)
			return
		}
	}
	if !quoted {
		b.plain++
	} else if b.watch && !b.needless {
		b.needless = !b.mustQuote(field)
	}
	b.values++
	c := b.texts.encodeBytes(field)
	if int(c) == len(b.seen) {
		b.invalid(field)
		b.seen = append(b.seen, seen{line: uint32(min(b.line, math.MaxUint32))})
	}
	if quoted {
		b.seen[c].quoted++
	} else {
		b.seen[c].plain++
	}
	b.codes = append(b.codes, c)
}

// plainWord tells whether a field begins and ends as no marker does.
func plainWord(field []byte) bool {
	return len(field) > 0 && field[0] >= 'A' && field[0]|0x20 != 'n' && field[0] != '\\' && field[len(field)-1] > ' '
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// invalid finds text that is not UTF-8.
func (b *builder) invalid(cell []byte) {
	if !utf8.Valid(cell) {
		b.fail(notUTF8(b.line, fmt.Sprintf("%q", b.name), string(cell)))
	}
}

func (b *builder) fail(err error) { b.err = &cellError{b.line, err} }

// at remembers a cell of this row.
func (b *builder) at(cell []byte) *cellAt { return &cellAt{string(cell), b.line} }
