package table

import (
	"fmt"
	"slices"
	"sort"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// arrowBuilder collects the values of one column.
type arrowBuilder interface {
	// add adds the rows from ≤ i < to of a, whose buffers are long enough.
	add(a arrow.Array, from, to int) error
	addMissing()
	take(n int) Column
}

// arrowFixed collects values of fixed width, whose buffer is copied as it is.
type arrowFixed[T npy.Value] struct{ collector[T] }

func newFixed[T npy.Value](f Field, t Type) arrowBuilder {
	f.Type = t
	return &arrowFixed[T]{collector[T]{field: f}}
}

func (b *arrowFixed[T]) add(a arrow.Array, from, to int) error {
	if from == to {
		return nil
	}
	d, start := a.Data(), len(b.data)
	size := b.field.Type.size()
	values := d.Buffers()[1].Bytes()[(d.Offset()+from)*size : (d.Offset()+to)*size]
	b.data = slices.Grow(b.data, to-from)[:start+to-from]
	copy(npy.Bytes(b.data[start:]), values)
	if len(a.NullBitmapBytes()) == 0 {
		return nil
	}
	end := len(b.data)
	for i := from; i < to; i++ {
		if a.IsNull(i) {
			b.data = b.data[:start+i-from]
			b.addMissing()
		}
	}
	b.data = b.data[:end]
	return nil
}

// arrowDate64 collects dates that count milliseconds, which some writers also use
// for a time of that day.
type arrowDate64 struct {
	arrowFixed[int64]
	memory *columnMemory
}

func (b *arrowDate64) take(n int) Column {
	const day = 86400 * 1000
	for i, v := range b.data[:n] {
		if v%day != 0 && !b.gaps.has(i) {
			b.memory.clock = true
		}
	}
	if b.memory.clock {
		b.field.Temporal.Kind = Timestamp
	}
	return b.collector.take(n)
}

// arrowNull counts rows of a column without any value.
type arrowNull struct{ collector[float64] }

func (b *arrowNull) add(_ arrow.Array, from, to int) error {
	for range to - from {
		b.addMissing()
	}
	return nil
}

// arrowBool collects bits.
type arrowBool struct{ collector[uint8] }

func (b *arrowBool) add(a arrow.Array, from, to int) error {
	bits := a.(*array.Boolean)
	for i := from; i < to; i++ {
		switch {
		case bits.IsNull(i):
			b.addMissing()
		case bits.Value(i):
			b.data = append(b.data, 1)
		default:
			b.data = append(b.data, 0)
		}
	}
	return nil
}

// arrowDictionary collects values that are told by their place in a dictionary.
type arrowDictionary struct{ arrowBuilder }

// newArrowDictionary returns nil for nil. Text has a way of its own.
func newArrowDictionary(values arrowBuilder) arrowBuilder {
	if values == nil {
		return nil
	}
	if text, ok := values.(*arrowText); ok {
		return &arrowCodes{arrowText: text}
	}
	return &arrowDictionary{values}
}

func (b *arrowDictionary) add(a arrow.Array, from, to int) error {
	d := a.(*array.Dictionary)
	values := d.Dictionary()
	for i := from; i < to; i++ {
		if d.IsNull(i) {
			b.addMissing()
			continue
		}
		at, err := placeOf(d, i)
		if err == nil {
			err = b.arrowBuilder.add(values, at, at+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// placeOf returns where the value of row i stands in the dictionary.
func placeOf(d *array.Dictionary, i int) (int, error) {
	at, size := d.GetValueIndex(i), d.Dictionary().Len()
	if at < 0 || at >= size {
		return 0, fmt.Errorf("%w: place %d in a dictionary of %d values", ErrCorrupt, at, size)
	}
	return at, nil
}

// arrowRuns collects values of which each stands for a run of rows.
type arrowRuns struct{ arrowBuilder }

// newArrowRuns returns nil for nil.
func newArrowRuns(values arrowBuilder) arrowBuilder {
	if values == nil {
		return nil
	}
	return &arrowRuns{values}
}

func (b *arrowRuns) add(a arrow.Array, from, to int) error {
	runs := a.(*array.RunEndEncoded)
	ends, values, offset := runs.RunEndsArr(), runs.Values(), a.Data().Offset()
	end := runEnds(ends)
	run := sort.Search(ends.Len(), func(k int) bool { return end(k) > offset+from })
	for i := from; i < to; run++ {
		if run >= min(ends.Len(), values.Len()) || end(run) <= offset+i {
			return fmt.Errorf("%w: the runs do not reach row %d", ErrCorrupt, i)
		}
		for ; i < min(to, end(run)-offset); i++ {
			if err := b.arrowBuilder.add(values, run, run+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// runEnds returns what gives the end of run k.
func runEnds(ends arrow.Array) func(k int) int {
	switch e := ends.(type) {
	case *array.Int16:
		return func(k int) int { return int(e.Value(k)) }
	case *array.Int32:
		return func(k int) int { return int(e.Value(k)) }
	default:
		e64 := ends.(*array.Int64)
		return func(k int) int { return int(e64.Value(k)) }
	}
}
