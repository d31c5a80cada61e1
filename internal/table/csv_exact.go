package table

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// keepDigits has a column of numbers read once more, as what their texts say
// exactly, if float64 would lose digits of one.
func (b *builder) keepDigits() {
	if b.kind == floating && b.cut != nil && b.asked == KindAuto {
		b.rise("")
		b.exact = true
	}
}

// noteCut remembers the first number whose last digits float64 loses.
func (b *builder) noteCut(v number, cell []byte) {
	if v.cut && b.cut == nil {
		b.cut = b.at(cell)
	}
}

// sureCount is how many digits any count of a Decimal may have.
const sureCount = 18

// fraction is a number as its text has it: count · 10^-places, or what float64
// makes of it where that is not to be had.
type fraction struct {
	count  int64
	places int
	ok     bool
	float  float64
	gap    bool // it stands for a missing value
}

// decimals returns a column of texts that are numbers: a Decimal, or floating
// point, which is said, where one has an exponent or too many digits.
func (b *builder) decimals(field Field) described {
	texts := make([]fraction, len(b.texts.texts))
	places, ok := 0, true
	for c, text := range b.texts.texts {
		texts[c] = b.fraction(trim([]byte(text)))
		places, ok = max(places, texts[c].places), ok && (texts[c].ok || texts[c].gap)
	}
	for _, f := range texts {
		ok = ok && max(f.count, -f.count) <= math.MaxInt64/int64(pow10(places-f.places))
	}
	for i, c := range b.codes {
		if texts[c].gap && !b.gaps.has(i) {
			b.n = i
			b.mark([]byte(b.texts.texts[c]))
			b.gaps.set(i)
		}
	}
	field.Reading.Markers = sortMarkers(b.markers)
	if !ok {
		return b.rounded(field, texts)
	}
	field.Type, field.Precision, field.Places = Decimal, sureCount, places
	field.Reading.Why = fmt.Sprintf("%v has more digits than a floating-point number gives back", b.cut)
	data := make([]int64, len(b.codes))
	for i, c := range b.codes {
		if !b.gaps.has(i) {
			data[i] = texts[c].count * int64(pow10(places-texts[c].places))
		}
	}
	return columnOf(field, data, b.gaps).(described)
}

// rounded returns the texts as floating-point numbers, and says so.
func (b *builder) rounded(field Field, texts []fraction) described {
	field.Type = Float64
	note(&field, fmt.Sprintf("%v has more digits than a floating-point number gives back (--type %s=text keeps them)", b.cut, b.name))
	data := make([]float64, len(b.codes))
	for i, c := range b.codes {
		if data[i] = texts[c].float; b.gaps.has(i) {
			data[i] = math.NaN()
		}
	}
	return columnOf(field, data, nil).(described)
}

// fraction reads the text of a number, or of a missing value.
func (b *builder) fraction(cell []byte) fraction {
	if m := marker(cell); m == weak || m == strong || b.missing.has(cell) {
		return fraction{gap: true}
	}
	v, _ := b.number(cell)
	f := fraction{float: v.float, gap: b.missing.number(v)}
	text, _ := b.normal(nil, cell)
	whole, tail, _ := bytes.Cut(text, []byte("."))
	count, err := strconv.ParseInt(string(whole)+string(tail), 10, 64)
	if err == nil && len(bytes.TrimLeft(whole, "+-"))+len(tail) <= sureCount {
		f.count, f.places, f.ok = count, len(tail), true
	}
	return f
}
