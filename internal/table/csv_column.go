package table

import (
	"bytes"
	"fmt"
	"math"
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
	precise // numbers as their texts have them, read for that
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
	counts  string    // what line counts; "": lines
	watch   bool      // whether fields are quoted without need matters
	known   bool      // another file says that the column is text
	files   lineFiles // those so far, where there are several
	before  int       // lines of the files before this one
	ends    []int     // rows with which files end
	reserve int       // rows to expect

	kind     kind
	late     bool // text after other values: their text is lost
	n        int  // rows, with missing ones
	line     int  // of the row that is added
	values   int  // rows that are not missing
	plain    int  // values without quotes
	enclosed int  // values in quotes that they need, for the delimiter is in them
	gaps     bitmap
	err      *cellError

	base     int // rows whose values and gaps are gone to a spool
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
	comma            *cellAt         // the first number with a decimal comma
	cut              *cellAt         // the first number whose last digits float64 loses
	exact            *fractions      // of a column that is read for all its digits
	gone             map[uint32]bool // texts that are missing, as shows at the end
	lost             int             // rows that have these
	firsts           map[uint32]int  // the first row of each text that an option calls missing
	textEnds         []int           // of each file: texts so far
	least, most      int64           // of counts of time that are gone
	markers          map[string]*Marker
	row, times       int    // where times is not 0: of a text that stands in as many rows, the first one
	unsure           int    // quoted fields and weak markers taken as missing so far
	emptyText        int    // those in quotes with nothing in these, or a text that an option calls missing
	inQuotes         tally  // those in quotes with something in these
	needless         bool   // a field was quoted without need
	why              string // the column is text
	tally            tally
}

// cellAt is a cell and where it stands.
type cellAt struct{ text, place string }

func (c *cellAt) String() string { return c.text + " in " + c.place }

// lineFiles tells the lines of files that are read one after another, which are
// counted through. None are those of a single file.
type lineFiles []fileLines

// fileLines is where a file begins: its first line is the one after before.
type fileLines struct {
	path   string
	before int
}

// at says where a line is.
func (l lineFiles) at(line int) string {
	for k := len(l) - 1; k >= 0; k-- {
		if line > l[k].before {
			return fmt.Sprintf("line %d of %s", line-l[k].before, l[k].path)
		}
	}
	return fmt.Sprintf("line %d", line)
}

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
		b.line = b.before + in.lines[i]
		if simple && !s.quoted && (b.kind == floating || b.kind == integer) {
			if v, c := parseNumber(cell); c.number() && b.store(v, c) {
				b.noteCut(v, cell)
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
	if b.kind == text || b.kind == precise {
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
	if b.times > 0 {
		b.markRows(&b.markers, cell, b.times, b.row)
	} else {
		b.markRows(&b.markers, cell, 1, b.n)
	}
}

// markRows counts a text in as many rows, the first of which is row.
func (b *builder) markRows(markers *map[string]*Marker, cell []byte, count, row int) {
	if len(cell) == 0 {
		cell = []byte(`""`)
	}
	m := (*markers)[string(cell)]
	if m == nil {
		if *markers == nil {
			*markers = map[string]*Marker{}
		}
		m = &Marker{Text: string(cell), Row: row}
		(*markers)[m.Text] = m
	}
	m.Count += count
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
	case precise:
		b.exact.add(fraction{float: math.NaN()})
	}
	b.gaps.set(b.n - b.base)
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
		b.rise(codeWhy(cell, b.place(b.line)))
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
func codeWhy(cell []byte, place string) string {
	switch {
	case cell[0] == '+':
		return fmt.Sprintf("%s in %s would lose its sign as a number", cell, place)
	case bytes.TrimLeft(cell, "-")[0] == '0':
		return fmt.Sprintf("%s in %s would lose its zeros as a number", cell, place)
	default:
		return fmt.Sprintf("%.40s in %s has more digits than a number holds", cell, place)
	}
}
