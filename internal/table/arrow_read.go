package table

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// recordReader is what readers of Arrow files and of Arrow streams share.
type recordReader interface {
	Schema() *arrow.Schema
	Read() (arrow.RecordBatch, error)
}

// readArrow reads an Arrow IPC file, which Feather version 2 is as well, or
// stream.
func readArrow(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	r, err := openArrow(src)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range r.Schema().Fields() {
		names = append(names, f.Name)
	}
	names = distinctNames(names)
	chosen, err := opt.choose(names)
	if err != nil {
		return nil, err
	}
	builders := make([]arrowBuilder, len(names))
	for j, f := range r.Schema().Fields() {
		if chosen[j] {
			if builders[j], err = newArrowBuilder(f); err != nil {
				return nil, err
			}
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		for j, b := range builders {
			if b == nil {
				continue
			}
			if n := record.Column(j).Len(); int64(n) != record.NumRows() {
				return nil, fmt.Errorf("%w: column %q has %d values in a batch of %d rows", ErrCorrupt, names[j], n, record.NumRows())
			}
			b.add(record.Column(j))
		}
	}
	var columns []Column
	for _, b := range builders {
		if b != nil {
			columns = append(columns, b.column())
		}
	}
	return columns, nil
}

// openArrow tells files, which end in their magic bytes as well, from streams.
func openArrow(src *source) (recordReader, error) {
	options := []ipc.Option{ipc.WithBodySizeLimit(src.size), ipc.WithMetadataSizeLimit(src.size), ipc.WithAllocator(newLimited(src.size))}
	start := make([]byte, min(src.size, 8))
	if _, err := src.ReadAt(start, 0); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("FEA1")) {
		return nil, fmt.Errorf("%w: Feather version 1: write it again as version 2", ErrUnsupported)
	}
	file := bytes.HasPrefix(start, ipc.Magic)
	if err := checkSchema(src, file); err != nil {
		return nil, err
	}
	var r recordReader
	var err error
	if file {
		r, err = ipc.NewFileReader(src, options...)
	} else {
		// NewReader itself would forget the limits.
		messages := ipc.NewMessageReader(bufio.NewReaderSize(src, 1<<18), options...)
		r, err = ipc.NewReaderFromMessageReader(messages, options...)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return r, nil
}

// limited allocates at most what a compressed file of a given size may unpack to
// at once.
type limited struct {
	memory.Allocator
	most int
}

func newLimited(size int64) limited { return limited{memory.NewGoAllocator(), int(1<<20 + 1024*size)} }

func (l limited) Allocate(size int) []byte {
	l.check(size)
	return l.Allocator.Allocate(size)
}

func (l limited) Reallocate(size int, b []byte) []byte {
	l.check(size)
	return l.Allocator.Reallocate(size, b)
}

// check panics, as readers of this format do over damaged files; guard makes an
// error of it.
func (l limited) check(size int) {
	if size < 0 || size > l.most {
		panic(fmt.Sprintf("a buffer claims %d bytes, more than the file can hold", size))
	}
}

// arrowBuilder collects the values of one column.
type arrowBuilder interface {
	add(a arrow.Array)
	column() Column
}

// newArrowBuilder returns a builder for what f stores, or an error where it is
// nothing that a table holds.
func newArrowBuilder(f arrow.Field) (arrowBuilder, error) {
	field := Field{Name: f.Name}
	switch t := f.Type.(type) {
	case *arrow.BooleanType:
		field.Type = Bool
		return &arrowBool{collector[uint8]{field: field}}, nil
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType:
		field.Type = String
		return &arrowText{collector: collector[uint32]{field: field}}, nil
	case *arrow.DictionaryType:
		switch t.ValueType.(type) {
		case *arrow.StringType, *arrow.LargeStringType:
			field.Type = String
			return &arrowText{collector: collector[uint32]{field: field}}, nil
		}
	case *arrow.Date32Type:
		field.Temporal = Temporal{Kind: Date}
		return newFixed[int32](field, Int32), nil
	case *arrow.TimestampType:
		field.Temporal = Temporal{Kind: Timestamp, Unit: t.Unit.Multiplier(), Zone: t.TimeZone}
		return newFixed[int64](field, Int64), nil
	}
	if b := newArrowNumbers(field, f.Type.ID()); b != nil {
		return b, nil
	}
	return nil, unsupportedColumn(f.Name, f.Type.String())
}

func newArrowNumbers(f Field, id arrow.Type) arrowBuilder {
	switch id {
	case arrow.INT8:
		return newFixed[int8](f, Int8)
	case arrow.INT16:
		return newFixed[int16](f, Int16)
	case arrow.INT32:
		return newFixed[int32](f, Int32)
	case arrow.INT64:
		return newFixed[int64](f, Int64)
	case arrow.UINT8:
		return newFixed[uint8](f, Uint8)
	case arrow.UINT16:
		return newFixed[uint16](f, Uint16)
	case arrow.UINT32:
		return newFixed[uint32](f, Uint32)
	case arrow.UINT64:
		return newFixed[uint64](f, Uint64)
	case arrow.FLOAT16:
		return newFixed[uint16](f, Float16)
	case arrow.FLOAT32:
		return newFixed[float32](f, Float32)
	case arrow.FLOAT64:
		return newFixed[float64](f, Float64)
	}
	return nil
}

// arrowFixed collects values of fixed width, whose buffer is copied as it is.
type arrowFixed[T npy.Value] struct{ collector[T] }

func newFixed[T npy.Value](f Field, t Type) arrowBuilder {
	f.Type = t
	return &arrowFixed[T]{collector[T]{field: f}}
}

func (b *arrowFixed[T]) add(a arrow.Array) {
	d, start := a.Data(), len(b.data)
	if d.Len() == 0 {
		return
	}
	size := b.field.Type.size()
	raw := d.Buffers()[1].Bytes()[d.Offset()*size : (d.Offset()+d.Len())*size]
	b.data = slices.Grow(b.data, d.Len())[:start+d.Len()]
	copy(npy.Bytes(b.data[start:]), raw)
	if a.NullN() == 0 {
		return
	}
	end := len(b.data)
	for i := range d.Len() {
		if a.IsNull(i) {
			b.data = b.data[:start+i]
			b.addMissing()
		}
	}
	b.data = b.data[:end]
}

// arrowBool collects bits.
type arrowBool struct{ collector[uint8] }

func (b *arrowBool) add(a arrow.Array) {
	bits := a.(*array.Boolean)
	for i := range bits.Len() {
		switch {
		case bits.IsNull(i):
			b.addMissing()
		case bits.Value(i):
			b.data = append(b.data, 1)
		default:
			b.data = append(b.data, 0)
		}
	}
}

// arrowText collects text, plain or as the codes of a dictionary.
type arrowText struct {
	collector[uint32]
	texts dictionary
}

func (b *arrowText) add(a arrow.Array) {
	text, at := a, func(i int) int { return i }
	if d, ok := a.(*array.Dictionary); ok {
		text, at = d.Dictionary(), d.GetValueIndex
	}
	values := text.(array.StringLike)
	for i := range a.Len() {
		if a.IsNull(i) || values.IsNull(at(i)) {
			b.addMissing()
		} else {
			b.data = append(b.data, b.texts.encode(values.Value(at(i))))
		}
	}
}

func (b *arrowText) column() Column {
	b.field.Dictionary = b.texts.texts
	return b.collector.column()
}

// arrowUnit returns the unit of a timestamp.
func arrowUnit(unit time.Duration) arrow.TimeUnit {
	switch unit {
	case time.Nanosecond:
		return arrow.Nanosecond
	case time.Microsecond:
		return arrow.Microsecond
	case time.Millisecond:
		return arrow.Millisecond
	default:
		return arrow.Second
	}
}
