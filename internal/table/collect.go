package table

import (
	"math"
	"strings"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// collector gathers a column that comes in pieces.
type collector[T npy.Value] struct {
	field Field
	data  []T
	gaps  bitmap
}

func (c *collector[T]) reserve(rows int) { c.data = make([]T, 0, rows) }
func (c *collector[T]) rows() int        { return len(c.data) }

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

func (c *collector[T]) column() Column {
	d := dense[T]{field: c.field, data: c.data, stride: 1, n: len(c.data), gaps: c.gaps}
	if h, ok := any(d).(dense[uint16]); ok && c.field.Type == Float16 {
		return &half{h}
	}
	return &d
}

// dictionary numbers texts in order of first appearance.
type dictionary struct {
	texts []string
	code  map[string]uint32
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
	d.code[s] = c
	d.texts = append(d.texts, s)
	return c
}
