package table

import (
	"math"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// gather returns a column of all values of pieces, which field holds as unify found.
func gather(field Field, pieces []piece) Column {
	switch field.Type {
	case Int8:
		return counts[int8](field, pieces)
	case Uint8, Bool:
		return counts[uint8](field, pieces)
	case Int16:
		return counts[int16](field, pieces)
	case Uint16:
		return counts[uint16](field, pieces)
	case Int32:
		return counts[int32](field, pieces)
	case Uint32:
		return counts[uint32](field, pieces)
	case Int64, Decimal:
		return counts[int64](field, pieces)
	case Uint64:
		return counts[uint64](field, pieces)
	case String:
		return gatherTexts(field, pieces)
	case Float16:
		return gatherHalves(field, pieces)
	case Float32:
		return gatherFloats[float32](field, pieces)
	default:
		return gatherFloats[float64](field, pieces)
	}
}

func rowsIn(pieces []piece) (n int) {
	for _, p := range pieces {
		n += p.n
	}
	return n
}

// chunks calls f for each some thousand rows of all pieces; at is the number of the
// first one in the column to be.
func chunks(pieces []piece, f func(p *piece, from, to, at int)) {
	at := 0
	for k := range pieces {
		p := &pieces[k]
		for from := p.from; from < p.from+p.n; from += chunkRows {
			to := min(from+chunkRows, p.from+p.n)
			f(p, from, to, at)
			at += to - from
		}
	}
}

// markGaps puts the rows without a value into gaps and tells whether any row has
// one.
func markGaps(gaps *bitmap, c Column, from, to, at int) bool {
	n := c.CountMissing(from, to)
	for i := from; n > 0 && i < to; i++ {
		if c.Missing(i) {
			gaps.set(at + i - from)
		}
	}
	return n < to-from
}

// counts gathers integers, truth values and decimals.
func counts[T npy.Value](field Field, pieces []piece) Column {
	out := collector[T]{field: field, data: make([]T, rowsIn(pieces))}
	buffer := make([]int64, chunkRows)
	floats := make([]float64, chunkRows)
	scale := math.Pow10(field.Places)
	chunks(pieces, func(p *piece, from, to, at int) {
		if !markGaps(&out.gaps, p.column, from, to, at) {
			return
		}
		data, f := out.data[at:at+to-from], p.column.Field()
		if f.Type.Float() {
			p.column.Floats(floats, 1, from, to)
			for i := range data {
				if x := floats[i]; x == x {
					data[i] = T(int64(math.RoundToEven(x * scale)))
				}
			}
			return
		}
		p.column.Ints(buffer, from, to)
		factor := field.factor(&f)
		for i := range data {
			data[i] = T(buffer[i] * factor)
		}
	})
	return out.column()
}

func gatherFloats[T float32 | float64](field Field, pieces []piece) Column {
	out := collector[T]{field: field, data: make([]T, rowsIn(pieces))}
	buffer := make([]float64, chunkRows)
	chunks(pieces, func(p *piece, from, to, at int) {
		p.column.Floats(buffer, 1, from, to)
		for i := range to - from {
			out.data[at+i] = T(buffer[i])
		}
	})
	return out.column()
}

// gatherHalves keeps the bits of half-precision numbers.
func gatherHalves(field Field, pieces []piece) Column {
	out := collector[uint16]{field: field}
	out.reserve(rowsIn(pieces))
	chunks(pieces, func(p *piece, from, to, _ int) {
		h := halfOf(p.column)
		for i := from; i < to; i++ {
			if h == nil || p.column.Missing(i) {
				out.addMissing()
			} else {
				out.data = append(out.data, h.data[i*h.stride])
			}
		}
	})
	return out.column()
}

// halfOf returns the column of half-precision numbers that c shows, nil for one of
// another type, which has no value.
func halfOf(c Column) *half {
	switch c := c.(type) {
	case *half:
		return c
	case *masked:
		return halfOf(c.Column)
	case window:
		if h := halfOf(c.Column); h != nil && c.n > 0 {
			d := h.dense
			d.data, d.n = d.data[c.from*d.stride:], c.n
			return &half{d}
		}
	}
	return nil
}

// gatherTexts numbers texts in order of first appearance.
func gatherTexts(field Field, pieces []piece) Column {
	out := collector[uint32]{data: make([]uint32, rowsIn(pieces))}
	var words dictionary
	var of Column
	var codes []uint32 // of the texts of column of, plus 1; 0: not met yet
	buffer := make([]int64, chunkRows)
	chunks(pieces, func(p *piece, from, to, at int) {
		if !markGaps(&out.gaps, p.column, from, to, at) {
			return
		}
		own := p.column.Dictionary()
		if of != p.column {
			of, codes = p.column, make([]uint32, len(own))
		}
		p.column.Ints(buffer, from, to)
		for i, c := range buffer[:to-from] {
			if out.gaps.has(at + i) {
				continue
			}
			if codes[c] == 0 {
				codes[c] = words.encode(own[c]) + 1
			}
			out.data[at+i] = codes[c] - 1
		}
	})
	field.Dictionary = words.texts
	out.field = field
	return out.column()
}
