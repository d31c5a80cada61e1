package table

import (
	"fmt"
	"math"
)

// spell returns c as text, each value as a CSV file has it. The codes are those of
// words, which grows.
func spell(c Column, words *dictionary) Column {
	f := c.Field()
	if t := &f.Temporal; t.Kind == Timestamp && t.Layout == "" {
		t.Layout = layoutOf(t)
	}
	narrow := f.Type == Float16
	if narrow {
		f.Type = Float32
	}
	e, v := csvEncoder{rules: plainRules}, vector{field: &f}
	out := collector[uint32]{data: make([]uint32, 0, c.Len())}
	var text []byte
	for from := 0; from < c.Len(); from += chunkRows {
		to := min(from+chunkRows, c.Len())
		if err := v.load(c, from, to); err != nil {
			return c // not met: no codes are loaded
		}
		for i := range to - from {
			if !v.has(i) {
				out.gaps.set(len(out.data))
				out.data = append(out.data, 0)
				continue
			}
			text = e.appendValue(text[:0], &v, i, nil)
			out.data = append(out.data, words.encodeBytes(text))
		}
	}
	f.Type, f.Dictionary, f.Temporal, f.Precision, f.Places = String, words.texts, Temporal{}, 0, 0
	out.field = f
	return out.column()
}

// retype returns c, which has numbers, as a column of an integer type or Bool. A
// value that it does not hold is an error; row 0 is row first of all.
func retype(c Column, t Type, first int) (Column, error) {
	f := c.Field()
	was := f
	f.Type, f.Precision, f.Places, f.Temporal = t, 0, 0, Temporal{}
	data, gaps := make([]int64, c.Len()), bitmap(nil)
	lo, hi := t.bounds()
	for i := range data {
		if c.Missing(i) {
			gaps.set(i)
			continue
		}
		v, ok := wholeAt(c, was, i)
		if !ok || float64(v) < lo || float64(v) > hi {
			name := AsInteger
			if t == Bool {
				name = AsBool
			}
			return nil, fmt.Errorf("table: row %d, column %q: %v is not what --type %s=%s wants: mend it, set --missing-value %v if it stands for a missing value, or --type %s=number",
				first+i+1, f.Name, c.Float(i), f.Name, name, c.Float(i), f.Name)
		}
		data[i] = v
	}
	if t != Int64 {
		bytes := make([]uint8, len(data))
		for i, v := range data {
			bytes[i] = uint8(v)
		}
		return columnOf(f, bytes, gaps), nil
	}
	return columnOf(f, data, gaps), nil
}

// wholeAt returns row i of c as an integer, if it is one.
func wholeAt(c Column, f Field, i int) (int64, bool) {
	x := c.Float(i)
	one := make([]int64, 1)
	switch {
	case f.Type == Decimal:
		c.Ints(one, i, i+1)
		for range f.Places {
			if one[0]%10 != 0 {
				return 0, false
			}
			one[0] /= 10
		}
		return one[0], true
	case f.Type.Float():
		return int64(x), x == math.Trunc(x) && math.Abs(x) < 1<<63
	default:
		c.Ints(one, i, i+1)
		return one[0], true
	}
}
