package columns

import (
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/table"
)

// ChunkRows rows of all columns are looked at together: where columns share a
// row-major matrix, that many rows of it stay in cache.
const ChunkRows = 2048

// Exact reads a column in chunks, every value as the 64 bits that tell it
// from all others of the column. Column may be set to one batch of it after another.
type Exact struct {
	table.Column
	Desc table.Field // of the column
	same []uint32    // of text: the first code with the text of each code
}

// Chunk is a chunk of a column.
type Chunk struct {
	Bits   [ChunkRows]uint64
	Gaps   [ChunkRows]bool // rows without a value
	floats [ChunkRows]float64
	ints   [ChunkRows]int64
}

// NewExact returns a reader of columns of field f, of which Column is to be set.
func NewExact(f table.Field) *Exact {
	x := &Exact{Desc: f}
	first := make(map[string]uint32, len(f.Dictionary))
	for code, text := range f.Dictionary {
		if _, ok := first[text]; !ok {
			first[text] = uint32(code)
		}
		x.same = append(x.same, first[text])
	}
	return x
}

// ExactOf returns a reader of c.
func ExactOf(c table.Column) *Exact {
	x := NewExact(c.Field())
	x.Column = c
	return x
}

// Load reads the rows from ≤ i < to, at most ChunkRows.
func (x *Exact) Load(into *Chunk, from, to int) {
	n := to - from
	if x.Desc.Type.Float() {
		x.Floats(into.floats[:], 1, from, to)
		for i, v := range into.floats[:n] {
			into.Gaps[i] = v != v
			into.Bits[i] = math.Float64bits(v + 0) // -0 becomes 0
		}
		return
	}
	x.Ints(into.ints[:n], from, to)
	clear(into.Gaps[:n])
	if x.CountMissing(from, to) > 0 {
		for i := range n {
			into.Gaps[i] = x.Missing(from + i)
		}
	}
	for i, v := range into.ints[:n] {
		into.Bits[i] = uint64(v)
		if x.same != nil && !into.Gaps[i] {
			into.Bits[i] = uint64(x.same[v])
		}
	}
}

// Text returns the value with bits b: a float in the shortest form that tells
// it from others, anything else as a CSV file shows it.
func (x *Exact) Text(b uint64) string {
	switch v := math.Float64frombits(b); {
	case x.Desc.Type == table.Float64:
		return fmt.Sprint(v)
	case x.Desc.Type.Float():
		return fmt.Sprint(float32(v))
	}
	return string(x.Desc.AppendInt(nil, int64(b)))
}

// Less compares two values by their bits.
func (x *Exact) Less(a, b uint64) bool {
	switch {
	case x.Desc.Type.Float():
		return math.Float64frombits(a) < math.Float64frombits(b)
	case x.Desc.Type == table.Uint64:
		return a < b
	default:
		return int64(a) < int64(b)
	}
}
