package main

import (
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/table"
)

// chunkRows rows of all columns are looked at together: where columns share a
// row-major matrix, that many rows of it stay in cache.
const chunkRows = 2048

// exactColumn reads a column in chunks, every value as the 64 bits that tell it
// from all others of the column.
type exactColumn struct {
	table.Column
	field  table.Field
	same   []uint32 // of text: the first code with the text of each code
	hashes []uint64 // of the texts, where hashTexts made them
}

// cells are a chunk of a column.
type cells struct {
	bits   [chunkRows]uint64
	gaps   [chunkRows]bool // rows without a value
	floats [chunkRows]float64
	ints   [chunkRows]int64
}

func newExactColumn(c table.Column) *exactColumn {
	x := &exactColumn{Column: c, field: c.Field()}
	first := make(map[string]uint32, len(c.Dictionary()))
	for code, text := range c.Dictionary() {
		if _, ok := first[text]; !ok {
			first[text] = uint32(code)
		}
		x.same = append(x.same, first[text])
	}
	return x
}

// load reads the rows from ≤ i < to, at most chunkRows.
func (x *exactColumn) load(into *cells, from, to int) {
	n := to - from
	if x.field.Type.Float() {
		x.Floats(into.floats[:], 1, from, to)
		for i, v := range into.floats[:n] {
			into.gaps[i] = v != v
			into.bits[i] = math.Float64bits(v + 0) // -0 becomes 0
		}
		return
	}
	x.Ints(into.ints[:n], from, to)
	clear(into.gaps[:n])
	if x.CountMissing(from, to) > 0 {
		for i := range n {
			into.gaps[i] = x.Missing(from + i)
		}
	}
	for i, v := range into.ints[:n] {
		into.bits[i] = uint64(v)
		if x.same != nil && !into.gaps[i] {
			into.bits[i] = uint64(x.same[v])
		}
	}
}

// text returns the value with bits b: a float in the shortest form that tells it
// from others, anything else as a CSV file shows it.
func (x *exactColumn) text(b uint64) string {
	switch v := math.Float64frombits(b); {
	case x.field.Type == table.Float64:
		return fmt.Sprint(v)
	case x.field.Type.Float():
		return fmt.Sprint(float32(v))
	}
	return string(x.field.AppendInt(nil, int64(b)))
}
