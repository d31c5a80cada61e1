package table

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// parquetBuilder collects the values of one column.
type parquetBuilder interface {
	rows() int
	size() int // bytes of a value
	reserve(rows int)
	room(few, rows int)
	start() // of a chunk, which has a dictionary of its own
	// dictionary takes a page of n values that later pages refer to, and keeps src.
	dictionary(n int, src []byte) error
	// add appends n rows. Those whose level is 1 have a value, as encoded in src;
	// valid of them do. levels is nil where all have one.
	add(n, valid int, levels []uint8, encoding format.Encoding, src []byte) error
	about() *Field
	useTexts(texts *dictionary) // in place of those of its own
	take(n int) Column
}

// valueDecoder turns what pages store into values of a column.
type valueDecoder[T npy.Value] interface {
	decode(dst []T, encoding format.Encoding, src []byte) error
	dictionary(n int, src []byte) error
	lookup(dst []T, indices []uint32) error
}

// parquetValues collects values held as T.
type parquetValues[T npy.Value] struct {
	collector[T]
	decoder valueDecoder[T]
	indexed bool // the chunk has a dictionary
	indices []uint32
}

func newValues[T npy.Value](t Type, d valueDecoder[T]) *parquetValues[T] {
	return &parquetValues[T]{collector: collector[T]{field: Field{Type: t}}, decoder: d}
}

func (b *parquetValues[T]) size() int { return b.field.Type.size() }
func (b *parquetValues[T]) start()    { b.indexed = false }

func (b *parquetValues[T]) about() *Field { return &b.field }

func (b *parquetValues[T]) useTexts(texts *dictionary) {
	if t, ok := any(b.decoder).(*textDecoder); ok {
		t.texts = texts
	}
}

// take returns the first n rows and keeps the others.
func (b *parquetValues[T]) take(n int) Column {
	if t, ok := any(b.decoder).(*textDecoder); ok {
		b.field.Dictionary = t.texts.texts
	}
	return b.collector.take(n)
}

func (b *parquetValues[T]) dictionary(n int, src []byte) error {
	if n > len(src) {
		return errValues
	}
	b.indexed = true
	err := b.decoder.dictionary(n, src)
	if one := (*valueError)(nil); errors.As(err, &one) {
		return one.err // no row has it yet
	}
	return err
}

func (b *parquetValues[T]) add(n, valid int, levels []uint8, encoding format.Encoding, src []byte) error {
	from := len(b.data)
	b.data = slices.Grow(b.data, n)[:from+n]
	if err := b.decode(b.data[from:from+valid], encoding, src); err != nil {
		b.data = b.data[:from]
		if one := (*valueError)(nil); errors.As(err, &one) {
			one.at = b.taken + from + rowOf(one.at, levels)
		}
		return err
	}
	if levels != nil {
		b.spread(from, valid, levels)
	}
	return nil
}

// decode fills dst with the values of a page.
func (b *parquetValues[T]) decode(dst []T, encoding format.Encoding, src []byte) error {
	switch {
	case len(dst) == 0:
		return nil
	case encoding != plainDictionary && encoding != format.RLEDictionary:
		return b.decoder.decode(dst, encoding, src)
	case !b.indexed:
		return errors.New("a page refers to a dictionary that is not there")
	case len(src) == 0:
		return errValues
	}
	b.indices = slices.Grow(b.indices[:0], len(dst))[:len(dst)]
	if err := (&runs{src: src[1:], width: uint(src[0])}).indices(b.indices); err != nil {
		return err
	}
	return b.decoder.lookup(dst, b.indices)
}

// spread moves the values at from to the rows that have one, the last one first,
// and marks the others.
func (b *parquetValues[T]) spread(from, valid int, levels []uint8) {
	rows, missing, float := b.data[from:], missingOf[T](b.field.Type), b.field.Type.Float()
	for i := len(rows) - 1; i >= valid; i-- {
		if levels[i] != 0 {
			valid--
			rows[i] = rows[valid]
			continue
		}
		if rows[i] = missing; !float {
			b.gaps.set(from + i)
		}
	}
}

// missingOf returns what stands where a column of type t has no value.
func missingOf[T npy.Value](t Type) T {
	nan, nan16 := math.NaN(), uint16(0x7e00)
	switch {
	case t == Float16:
		return T(nan16)
	case t.Float():
		return T(nan)
	default:
		return 0
	}
}

// valueError is an error about one value: of a page, counted without the
// missing, then the row of the column.
type valueError struct {
	at  int
	err error
}

func (e *valueError) Error() string { return e.err.Error() }
func (e *valueError) Unwrap() error { return e.err }

// rowOf returns the row of value at.
func rowOf(at int, levels []uint8) int {
	for row, level := range levels {
		if level == 0 {
			at++
		} else if row == at {
			break
		}
	}
	return at
}

func errIndex(index uint32, size int) error {
	return fmt.Errorf("index %d into a dictionary of %d values", index, size)
}
