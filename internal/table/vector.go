package table

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// vector is a chunk of one column on its way into a file: values of the field's
// type, widened.
type vector struct {
	field   *Field
	floats  []float64 // of a float field; a missing value is NaN
	ints    []int64   // of other fields: Uint64 by its bits, Bool as 0 and 1, String as codes, Decimal as counts
	missing []bool    // of other fields; nil where no value is missing
	gaps    []bool    // memory behind missing
}

// has tells whether row i has a value.
func (v *vector) has(i int) bool {
	if v.field.Type.Float() {
		return v.floats[i] == v.floats[i]
	}
	return v.missing == nil || !v.missing[i]
}

// load fills v with the rows from ≤ i < to of c.
func (v *vector) load(c Column, from, to int) error {
	v.reset()
	return v.append(c, from, to)
}

// reset lets go of all rows.
func (v *vector) reset() {
	if v.ints = v.ints[:0]; v.field.Type.Float() {
		v.floats = v.floats[:0]
	}
	v.missing = nil
}

// append adds the rows from ≤ i < to of c.
func (v *vector) append(c Column, from, to int) error {
	n := to - from
	if v.field.Type.Float() {
		at := len(v.floats)
		v.floats = slices.Grow(v.floats, n)[:at+n]
		c.Floats(v.floats[at:], 1, from, to)
		return nil
	}
	at := len(v.ints)
	v.ints = slices.Grow(v.ints, n)[:at+n]
	v.addGaps(c, from, to)
	switch t := v.field.Type; {
	case c.Type() == t && c.Field().Places == v.field.Places, t == String:
		c.Ints(v.ints[at:], from, to)
	default:
		v.convert(c, from, to)
	}
	if v.field.Type == String {
		return v.checkCodes(c, at)
	}
	return nil
}

// addGaps tells which of the rows that are added last lack a value.
func (v *vector) addGaps(c Column, from, to int) {
	n := len(v.ints)
	gaps := c.CountMissing(from, to) > 0
	if !gaps && v.missing == nil {
		return
	}
	before := len(v.missing)
	if v.missing == nil {
		v.gaps = v.gaps[:0]
	}
	v.gaps = slices.Grow(v.gaps, n-before)[:n]
	clear(v.gaps[before:])
	for i := from; gaps && i < to; i++ {
		v.gaps[n-(to-i)] = c.Missing(i)
	}
	v.missing = v.gaps
}

// convert sets the rows that are added last to values of a column of another type.
func (v *vector) convert(c Column, from, to int) {
	t, ints := v.field.Type, v.ints[len(v.ints)-(to-from):]
	if c.Type().Float() || c.Type() == Decimal || t == Decimal {
		v.floats = slices.Grow(v.floats[:0], len(ints))[:len(ints)]
		c.Floats(v.floats, 1, from, to)
		scale := math.Pow10(v.field.Places)
		for i, x := range v.floats {
			ints[i] = v.field.limit(roundInt(x*scale, t))
		}
		return
	}
	c.Ints(ints, from, to)
	for i, x := range ints {
		ints[i] = v.field.limit(saturate(x, c.Type() == Uint64, t))
	}
}

// limit brings count x into the range of f: the digits of a Decimal, the hours of a
// day.
func (f *Field) limit(x int64) int64 {
	switch {
	case f.Type == Decimal && f.Precision > 0 && f.Precision <= 18:
		most := int64(math.Pow10(f.Precision)) - 1
		return min(max(x, -most), most)
	case f.Temporal.Kind == TimeOfDay && f.Temporal.Unit > 0:
		return min(max(x, 0), int64(24*time.Hour/f.Temporal.Unit)-1)
	}
	return x
}

// saturate brings x, an int64 or by its bits a uint64, into the range of t.
func saturate(x int64, unsigned bool, t Type) int64 {
	if unsigned && x < 0 { // 2^63 and more
		if t == Int64 {
			return 1<<63 - 1
		}
		return roundInt(float64(uint64(x)), t)
	}
	switch t {
	case Int64:
		return x
	case Uint64:
		return max(x, 0)
	default:
		lo, hi := t.bounds()
		return min(max(x, int64(lo)), int64(hi))
	}
}

// appendDecimal adds count v of a Decimal as a number of places digits behind the
// point.
func appendDecimal(dst []byte, v int64, places int) []byte {
	if v < 0 {
		dst = append(dst, '-')
	}
	start := len(dst)
	digits := strconv.AppendUint(dst, uint64(max(v, -v)), 10)
	if v == math.MinInt64 {
		digits = strconv.AppendUint(dst, 1<<63, 10)
	}
	if places == 0 {
		return digits
	}
	if lack := places + 1 - (len(digits) - start); lack > 0 {
		digits = slices.Insert(digits, start, bytes.Repeat([]byte{'0'}, lack)...)
	}
	return slices.Insert(digits, len(digits)-places, '.')
}

// checkCodes finds codes, from row at on, that the field's dictionary does not have.
func (v *vector) checkCodes(c Column, at int) error {
	size := int64(len(v.field.Dictionary))
	for i, code := range v.ints[at:] {
		if uint64(code) >= uint64(size) && v.has(at+i) {
			return fmt.Errorf("table: column %q gets code %d (from %s), its dictionary has %d texts", v.field.Name, code, c.Type(), size)
		}
	}
	return nil
}

// float returns row i as a number.
func (v *vector) float(i int) float64 {
	switch {
	case !v.has(i):
		return math.NaN()
	case v.field.Type.Float():
		return v.floats[i]
	case v.field.Type == Uint64:
		return float64(uint64(v.ints[i]))
	default:
		return v.field.unscaled(float64(v.ints[i]))
	}
}

// appendBytes adds the first n values to dst in the field's type and the
// machine's byte order.
func (v *vector) appendBytes(dst []byte, n int) []byte {
	switch v.field.Type {
	case Float64:
		return append(dst, npy.Bytes(v.floats[:n])...)
	case Float32:
		return appendAs[float32](dst, v.floats[:n])
	}
	switch v.field.Type.size() {
	case 1:
		return appendAs[int8](dst, v.ints[:n])
	case 2:
		return appendAs[int16](dst, v.ints[:n])
	case 4:
		return appendAs[int32](dst, v.ints[:n])
	default:
		return append(dst, npy.Bytes(v.ints[:n])...)
	}
}

// appendAs adds the bytes of src converted to T, which keeps the low ones of an
// integer and so is right for signed and unsigned types.
func appendAs[T, S npy.Value](dst []byte, src []S) []byte {
	var one [1]T
	for _, x := range src {
		one[0] = T(x)
		dst = append(dst, npy.Bytes(one[:])...)
	}
	return dst
}
