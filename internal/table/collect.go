package table

import (
	"math"
	"strings"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// collector gathers a column that comes in pieces, and may go in others.
type collector[T npy.Value] struct {
	field Field
	data  []T
	gaps  bitmap
	taken int // rows that are gone
}

func (c *collector[T]) reserve(rows int) { c.data = make([]T, 0, rows) }

// room makes room for n rows more where there is none for few.
func (c *collector[T]) room(few, n int) {
	if cap(c.data)-len(c.data) < few {
		c.data = append(make([]T, 0, len(c.data)+max(few, n)), c.data...)
	}
}

func (c *collector[T]) rows() int { return len(c.data) }

// addMissing adds a row without a value.
func (c *collector[T]) addMissing() {
	nan, nan16 := math.NaN(), uint16(0x7e00)
	switch t := c.field.Type; {
	case t == Float16:
		c.data = append(c.data, T(nan16))
	case t.Float():
		c.data = append(c.data, T(nan))
	default:
		c.gaps.set(len(c.data))
		c.data = append(c.data, 0)
	}
}

// row returns the number of the row that comes next.
func (c *collector[T]) row() int { return c.taken + len(c.data) }

// take returns the first n rows and keeps the others. The memory is shared and not
// written to again.
func (c *collector[T]) take(n int) Column {
	first := collector[T]{field: c.field, data: c.data[:n:n], gaps: c.gaps}
	if len(c.gaps) > 0 && n < len(c.data) {
		first.gaps, c.gaps = c.gaps.part(0, n), c.gaps.part(n, len(c.data))
	} else {
		c.gaps = nil
	}
	c.data, c.taken = c.data[n:], c.taken+n
	return first.column()
}

func (c *collector[T]) column() Column {
	d := dense[T]{field: c.field, data: c.data, stride: 1, n: len(c.data), gaps: c.gaps}
	if h, ok := any(d).(dense[uint16]); ok && c.field.Type == Float16 {
		return &half{h}
	}
	return &d
}

// columnOf returns a column of data, in which the rows in gaps have no value.
func columnOf[T npy.Value](field Field, data []T, gaps bitmap) Column {
	return (&collector[T]{field: field, data: data, gaps: gaps}).column()
}

// dictionary numbers texts in order of first appearance.
type dictionary struct {
	texts []string
	code  map[string]uint32
	bytes int64 // that all of this takes, about
}

// encode returns the code of s. The text of a new one is copied, since s may be
// part of something large.
func (d *dictionary) encode(s string) uint32 {
	if c, ok := d.code[s]; ok {
		return c
	}
	return d.add(strings.Clone(s))
}

// encodeBytes is encode, for bytes that are copied only when they are new.
func (d *dictionary) encodeBytes(b []byte) uint32 {
	if c, ok := d.code[string(b)]; ok {
		return c
	}
	return d.add(string(b))
}

// add keeps s, which is new, and returns its code.
func (d *dictionary) add(s string) uint32 {
	if d.code == nil {
		d.code = map[string]uint32{}
	}
	c := uint32(len(d.texts))
	const besides = 64 // of a text: its headers and its place in the map
	d.bytes += int64(len(s)) + besides
	d.code[s] = c
	d.texts = append(d.texts, s)
	return c
}
