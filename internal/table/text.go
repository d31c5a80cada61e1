package table

import "strconv"

// Text returns row i of c as a CSV file shows it, without quotes: integers and
// decimals with all their digits, time in its layout, a float as the shortest
// text that reads back as it. A missing value gives "".
func Text(c Column, i int) string {
	if c.Missing(i) {
		return ""
	}
	f := c.Field()
	switch f.Type {
	case Float64:
		return string(appendFloat(nil, c.Float(i), 64))
	case Float32, Float16:
		return string(appendFloat(nil, c.Float(i), 32))
	}
	var v [1]int64
	c.Ints(v[:], i, i+1)
	return string(f.AppendInt(nil, v[0]))
}

// AppendInt adds value v of a field that is no float, as Column.Ints gives it, to
// dst, as a CSV file shows it.
func (f *Field) AppendInt(dst []byte, v int64) []byte {
	switch {
	case f.Type == String:
		return append(dst, f.Dictionary[v]...)
	case f.Type == Bool:
		return strconv.AppendBool(dst, v != 0)
	case f.Type == Uint64:
		return strconv.AppendUint(dst, uint64(v), 10)
	case f.Type == Decimal:
		return appendDecimal(dst, v, f.Places)
	case f.Temporal.Kind != NotTemporal:
		return f.appendTime(dst, v)
	default:
		return strconv.AppendInt(dst, v, 10)
	}
}
