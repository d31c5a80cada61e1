package table

import (
	"math"
	"math/bits"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// Column is one column of a table.
type Column interface {
	Field() Field
	Name() string
	Type() Type
	Dictionary() []string // of a String column: the text of code i; not to be changed
	Len() int

	// Missing tells whether row i has no value, which is NaN for a float column.
	Missing(i int) bool
	// CountMissing counts the rows from ≤ i < to that have no value.
	CountMissing(from, to int) int

	// Float returns row i as a number: false and true are 0 and 1, text is its
	// code, time its count of units, a missing value NaN.
	Float(i int) float64
	// Floats writes Float(i) to dst[(i-from)*stride] for from ≤ i < to. Where
	// columns share a row-major matrix, blocks of some hundred rows keep it in
	// cache.
	Floats(dst []float64, stride, from, to int)
	// Ints writes rows from ≤ i < to to dst: integers as they are (uint64 by its
	// bits), a Decimal by its counts, text by its codes, others by Float rounded
	// half to even. Missing values give any number.
	Ints(dst []int64, from, to int)
}

// New returns a column called name that holds data, which it keeps.
func New[T npy.Value](name string, data []T) Column { return Strided(name, data, 1, len(data)) }

// Strided returns a column of n rows called name; row i is data[i*stride]. It
// keeps data.
func Strided[T npy.Value](name string, data []T, stride, n int) Column {
	return &dense[T]{field: Field{Name: name, Type: typeOf[T]()}, data: data, stride: stride, n: n}
}

// Codes returns a String column; row i is dictionary[codes[i]]. It keeps both.
func Codes(name string, codes []uint32, dictionary []string) Column {
	return &dense[uint32]{field: Field{Name: name, Type: String, Dictionary: dictionary}, data: codes, stride: 1, n: len(codes)}
}

// Live returns a column of whole numbers (of type field.Type, an integer, Bool,
// String or Decimal) that sees what is written to data and missing later. Row i is data[i] unless
// missing[i]; uint64 by its bits, a Decimal by its counts.
func Live(field Field, data []int64, missing []bool) Column {
	return &live{dense[int64]{field: field, data: data, stride: 1, n: len(data)}, missing}
}

// live is a column whose gaps are told by a slice.
type live struct {
	dense[int64]
	missing []bool
}

func (c *live) Missing(i int) bool { return c.missing[i] }

func (c *live) CountMissing(from, to int) (n int) {
	for _, gap := range c.missing[from:to] {
		if gap {
			n++
		}
	}
	return n
}

func (c *live) Float(i int) float64 {
	switch v := c.data[i]; {
	case c.missing[i]:
		return math.NaN()
	case c.field.Type == Uint64:
		return float64(uint64(v))
	default:
		return c.field.unscaled(float64(v))
	}
}

func (c *live) Floats(dst []float64, stride, from, to int) {
	for i := from; i < to; i++ {
		dst[(i-from)*stride] = c.Float(i)
	}
}

// unscaled returns the number that count x stands for, which is x unless f is a
// Decimal.
func (f *Field) unscaled(x float64) float64 {
	if f.Type == Decimal && f.Places > 0 {
		return x / math.Pow10(f.Places)
	}
	return x
}

// dense is a column over a typed slice. Bool, String and temporal columns are
// integers with a field that says so.
type dense[T npy.Value] struct {
	field     Field
	data      []T
	stride, n int
	gaps      bitmap // rows without a value; unused for floats
}

func (c *dense[T]) Field() Field                 { return c.field }
func (c *dense[T]) Name() string                 { return c.field.Name }
func (c *dense[T]) Type() Type                   { return c.field.Type }
func (c *dense[T]) Dictionary() []string         { return c.field.Dictionary }
func (c *dense[T]) Len() int                     { return c.n }
func (c *dense[T]) Missing(i int) bool           { v := c.data[i*c.stride]; return v != v || c.gaps.has(i) }
func (c *dense[T]) rows(from, to int) []T        { return c.data[from*c.stride : (to-1)*c.stride+1] }
func (c *dense[T]) integer() (integer, gap bool) { return !c.field.Type.Float(), len(c.gaps) > 0 }

func (c *dense[T]) CountMissing(from, to int) (n int) {
	if from >= to {
		return 0
	}
	if integer, gaps := c.integer(); integer {
		if gaps {
			n = c.gaps.count(from, to)
		}
		return n
	}
	src := c.rows(from, to)
	for i := 0; i < len(src); i += c.stride {
		if v := src[i]; v != v {
			n++
		}
	}
	return n
}

func (c *dense[T]) Float(i int) float64 {
	if c.gaps.has(i) {
		return math.NaN()
	}
	return c.field.unscaled(float64(c.data[i*c.stride]))
}

func (c *dense[T]) Floats(dst []float64, stride, from, to int) {
	if from >= to {
		return
	}
	src, at := c.rows(from, to), 0
	for i := 0; i < len(src); i += c.stride {
		dst[at] = float64(src[i])
		at += stride
	}
	if c.field.Type == Decimal {
		for i := range to - from {
			dst[i*stride] = c.field.unscaled(dst[i*stride])
		}
	}
	if len(c.gaps) > 0 {
		for i := from; i < to; i++ {
			if c.gaps.has(i) {
				dst[(i-from)*stride] = math.NaN()
			}
		}
	}
}

func (c *dense[T]) Ints(dst []int64, from, to int) {
	if from >= to {
		return
	}
	src, at, integer := c.rows(from, to), 0, !c.field.Type.Float()
	for i := 0; i < len(src); i += c.stride {
		if integer {
			dst[at] = int64(src[i])
		} else {
			dst[at] = roundInt(float64(src[i]), Int64)
		}
		at++
	}
}

// half is a float16 column.
type half struct{ dense[uint16] }

func (c *half) Missing(i int) bool  { return c.data[i*c.stride]&0x7fff > 0x7c00 }
func (c *half) Float(i int) float64 { return float16(c.data[i*c.stride]) }

func (c *half) CountMissing(from, to int) (n int) {
	for i := from; i < to; i++ {
		if c.Missing(i) {
			n++
		}
	}
	return n
}

func (c *half) Floats(dst []float64, stride, from, to int) {
	if from >= to {
		return
	}
	src, at := c.rows(from, to), 0
	for i := 0; i < len(src); i += c.stride {
		dst[at] = float16(src[i])
		at += stride
	}
}

func (c *half) Ints(dst []int64, from, to int) {
	for i := from; i < to; i++ {
		dst[i-from] = roundInt(c.Float(i), Int64)
	}
}

// roundInt returns v rounded half to even and brought into the range of t, an
// integer type, Bool or Decimal, as int64 (Uint64 by its bits). NaN gives 0.
func roundInt(v float64, t Type) int64 {
	lo, hi := t.bounds()
	v = math.RoundToEven(v)
	switch {
	case v != v:
		return 0
	case t == Uint64 && v >= hi:
		return -1
	case (t == Int64 || t == Decimal) && v >= hi:
		return math.MaxInt64
	case t == Uint64 && v > 0:
		return int64(uint64(v))
	default:
		return int64(min(max(v, lo), hi))
	}
}

// bitmap is a set of row numbers that grows as needed.
type bitmap []uint64

func (b bitmap) has(i int) bool { return i>>6 < len(b) && b[i>>6]>>(i&63)&1 == 1 }

func (b *bitmap) set(i int) {
	for i>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

// part returns the members from ≤ i < to, less from; nil where there are none.
func (b bitmap) part(from, to int) (some bitmap) {
	if b.count(from, to) == 0 {
		return nil
	}
	words, shift := (to-from+63)>>6, from&63
	some = make(bitmap, words)
	for k := range some {
		if w := from>>6 + k; w < len(b) {
			some[k] = b[w] >> shift
			if w+1 < len(b) {
				some[k] |= b[w+1] << 1 << (63 - shift)
			}
		}
	}
	if rest := (to - from) & 63; rest > 0 {
		some[words-1] &= 1<<rest - 1
	}
	return some
}

// count counts the members from ≤ i < to.
func (b bitmap) count(from, to int) (n int) {
	for w := from >> 6; w < len(b) && w<<6 < to; w++ {
		word := b[w]
		if w == from>>6 {
			word &= ^uint64(0) << (from & 63)
		}
		if rest := to - w<<6; rest < 64 {
			word &= 1<<rest - 1
		}
		n += bits.OnesCount64(word)
	}
	return n
}
