package table

import (
	"fmt"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// arrowText collects text. Bytes are taken for text when they are UTF-8.
type arrowText struct {
	collector[uint32]
	texts *dictionary
	left  *allowance
	kind  string // of the column, as Arrow names it
}

func (b *arrowText) add(a arrow.Array, from, to int) error {
	text := textsOf(a)
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			b.addMissing()
			continue
		}
		code, err := b.encode(text(i))
		if err != nil {
			return err
		}
		b.data = append(b.data, code)
	}
	return nil
}

// textsOf returns what gives the text of row i of a. It may be part of a's memory.
func textsOf(a arrow.Array) func(i int) string {
	switch a := a.(type) {
	case *array.Binary:
		return a.ValueString
	case *array.LargeBinary:
		return a.ValueString
	case *array.FixedSizeBinary:
		return func(i int) string { return string(a.Value(i)) }
	case *array.StringView:
		return func(i int) string { return viewed(a.ValueHeader(i), a.Value, i) }
	case *array.BinaryView:
		return func(i int) string { return viewed(a.ValueHeader(i), a.ValueString, i) }
	default:
		return a.(array.StringLike).Value
	}
}

// viewed returns a text whose length the library takes on trust.
func viewed(h *arrow.ViewHeader, value func(i int) string, i int) string {
	if h.Len() < 0 {
		panic(fmt.Sprintf("a text of %d bytes", h.Len()))
	}
	return value(i)
}

// encode returns the code of s.
func (b *arrowText) encode(s string) (uint32, error) {
	if code, ok := b.texts.code[s]; ok {
		return code, nil
	}
	if !utf8.ValidString(s) {
		return 0, fmt.Errorf("%w: row %d holds %.40q, which is no UTF-8 text (the column is %s): write it again as UTF-8, or leave the column out with --drop %s", ErrUnsupported, b.row(), s, b.kind, b.field.Name)
	}
	if err := b.left.spend(int64(len(s))); err != nil {
		return 0, err
	}
	return b.texts.encode(s), nil
}

func (b *arrowText) take(n int) Column {
	b.field.Dictionary = b.texts.texts
	return b.collector.take(n)
}

// arrowCodes collects text that is told by its place in a dictionary.
type arrowCodes struct {
	*arrowText
	from  arrow.ArrayData // the dictionary that codes belongs to
	codes []uint32        // of each place 1 + the code, 0 where it is not known yet
}

func (b *arrowCodes) add(a arrow.Array, from, to int) error {
	d := a.(*array.Dictionary)
	values := d.Dictionary()
	if b.from != values.Data() {
		b.from, b.codes = values.Data(), make([]uint32, values.Len())
	}
	text := textsOf(values)
	for i := from; i < to; i++ {
		if d.IsNull(i) {
			b.addMissing()
			continue
		}
		at, err := placeOf(d, i)
		if err != nil {
			return err
		}
		switch known := b.codes[at]; {
		case known > 0:
			b.data = append(b.data, known-1)
		case values.IsNull(at):
			b.addMissing()
		default:
			code, err := b.encode(text(at))
			if err != nil {
				return err
			}
			b.codes[at] = code + 1
			b.data = append(b.data, code)
		}
	}
	return nil
}
