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
		b.exact = new(fractions)
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

// fractions are the numbers of a column. What decides over them does not hang on how
// many there are.
type fractions struct {
	counts   []int64
	places   []uint8
	floats   []float64
	largest  [sureCount + 1]int64 // of counts, by places
	finest   int                  // most places
	odd      bool                 // one has an exponent or too many digits
	unmarked map[string]*Marker   // texts that stand for missing values and were not known as such
}

// add adds a number.
func (x *fractions) add(f fraction) {
	x.counts, x.places, x.floats = append(x.counts, f.count), append(x.places, uint8(f.places)), append(x.floats, f.float)
	x.largest[f.places] = max(x.largest[f.places], f.count, -f.count)
	x.finest = max(x.finest, f.places)
}

// held tells whether a Decimal of the most places holds all of them.
func (x *fractions) held() bool {
	for places, most := range x.largest[:x.finest+1] {
		if most > math.MaxInt64/int64(pow10(x.finest-places)) {
			return false
		}
	}
	return !x.odd
}

// decimals adds the counts of 10^-places to dst.
func (x *fractions) decimals(dst []int64, places int) []int64 {
	for i, count := range x.counts {
		dst = append(dst, count*int64(pow10(places-int(x.places[i]))))
	}
	return dst
}

// addPrecise adds a number to a column that is read for all its digits.
func (b *builder) addPrecise(field []byte) {
	f := b.fraction(trim(field))
	if f.gap {
		b.lost++
		b.markRows(&b.exact.unmarked, field, 1, b.n)
		b.gap()
		return
	}
	b.values++
	b.exact.odd = b.exact.odd || !f.ok
	b.exact.add(f)
}

// preciseField returns the field of numbers of all digits: a Decimal, or floating
// point, which is said, where one has an exponent or too many digits.
func (b *builder) preciseField(field Field) Field {
	for text, m := range b.exact.unmarked {
		b.markRows(&b.markers, []byte(text), m.Count, m.Row)
	}
	field.Reading.Markers = sortMarkers(b.markers)
	if !b.exact.held() {
		field.Type = Float64
		note(&field, fmt.Sprintf("%v has more digits than a floating-point number gives back (--type %s=text keeps them)", b.cut, b.name))
		return field
	}
	field.Type, field.Precision, field.Places = Decimal, sureCount, b.exact.finest
	field.Reading.Why = fmt.Sprintf("%v has more digits than a floating-point number gives back", b.cut)
	return field
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
