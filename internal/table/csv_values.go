package table

import (
	"bytes"
	"fmt"
	"math"
	"unicode/utf8"
)

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
	n := b.n - b.base
	room := max(b.reserve, n)
	switch b.kind = k; k {
	case integer, timed:
		b.ints = make([]int64, n, room)
	case boolean:
		b.bools = make([]uint8, n, room)
	case floating:
		b.toFloats(room)
	case text:
		b.codes = make([]uint32, n, room)
	}
}

// addNumber adds a number to a column of numbers so far, or counts it in another.
func (b *builder) addNumber(cell []byte, v number, c class, quoted bool) {
	b.noteCut(v, cell)
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
			b.inexact = b.at([]byte(fmt.Sprint(v.integer())))
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
	n := b.n - b.base
	b.floats = make([]float64, n, max(room, n))
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
	} else if b.kind == timed {
		unit = b.temporal.Unit // which is finer where times of another form are among them
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
	if b.kind == precise {
		b.addPrecise(field)
		return
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
		b.seen = append(b.seen, seen{line: uint32(min(uint64(b.line), math.MaxUint32))})
		if b.missing.has(field) {
			if b.firsts == nil {
				b.firsts = map[uint32]int{}
			}
			b.firsts[c] = b.n
		}
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
		b.fail(notUTF8(b.line-b.before, fmt.Sprintf("%q", b.name), string(cell)))
	}
}

func (b *builder) fail(err error) { b.err = &cellError{b.line, err} }

// at remembers a cell of this row.
func (b *builder) at(cell []byte) *cellAt { return &cellAt{string(cell), b.place(b.line)} }

// place says where a line is.
func (b *builder) place(line int) string { return b.files.at(line) }
