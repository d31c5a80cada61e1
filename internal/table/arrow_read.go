package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// readArrow reads an Arrow IPC file, which Feather version 2 is as well, or
// stream.
func readArrow(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	left := newAllowance(src.size)
	r, err := openArrow(src, left)
	if err != nil {
		return nil, err
	}
	schema := r.Schema()
	index := pandasIndex(schema.Metadata())
	names := make([]string, schema.NumFields())
	for j, f := range schema.Fields() {
		names[j] = f.Name
	}
	distinct := distinctNames(names)
	chosen, err := src.choose(opt, distinct)
	if err != nil {
		return nil, err
	}
	builders := make([]arrowBuilder, len(names))
	for j, name := range distinct {
		if !chosen[j] {
			continue
		}
		field := Field{Name: name, Header: renamed(names[j], name)}
		if index(names[j]) {
			field.Role = Index
		}
		if builders[j] = newArrowBuilder(field, schema.Field(j).Type, left); builders[j] == nil {
			return nil, unsupportedColumn(name, schema.Field(j).Type.String())
		}
	}
	if err := readBatches(ctx, r, builders, distinct, left, opt.Threads); err != nil {
		return nil, err
	}
	var columns []Column
	for _, b := range builders {
		if b != nil {
			columns = append(columns, b.column())
		}
	}
	return columns, nil
}

// openArrow reads the schema.
func openArrow(src *source, left *allowance) (*ipc.Reader, error) {
	messages, err := openMessages(src, left)
	if err != nil {
		return nil, err
	}
	// What the library allocates itself are dictionaries put together from pieces.
	r, err := ipc.NewReaderFromMessageReader(messages, ipc.WithAllocator(limited{memory.NewGoAllocator(), left.left.Load()}))
	return r, markDamage(err)
}

// readBatches adds all rows to builders, of which those of columns that are left
// out are nil.
func readBatches(ctx context.Context, r *ipc.Reader, builders []arrowBuilder, names []string, left *allowance, threads int) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return markDamage(err)
		}
		err = eachColumn(ctx, threads, len(builders), func(j int) error {
			if builders[j] == nil {
				return nil
			}
			if err := addArray(builders[j], batch, j, left); err != nil {
				return fmt.Errorf("column %q: %w", names[j], err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// addArray adds column j of a batch.
func addArray(b arrowBuilder, batch arrow.RecordBatch, j int, left *allowance) error {
	a := batch.Column(j)
	if n := a.Len(); int64(n) != batch.NumRows() {
		return fmt.Errorf("%w: %d values in a batch of %d rows", ErrCorrupt, n, batch.NumRows())
	}
	err := left.spend(8 * batch.NumRows())
	if err == nil {
		err = validate(a)
	}
	if err == nil {
		err = b.add(a, 0, a.Len())
	}
	return markDamage(err)
}

// validate finds buffers that are too short. The library misses buffers where all
// values are missing, which have none.
func validate(a arrow.Array) error {
	if d, ok := a.(*array.Dictionary); ok && d.Dictionary().DataType().ID() == arrow.NULL {
		a = d.Indices()
	}
	if a.DataType().ID() == arrow.NULL {
		return nil
	}
	return array.Validate(a)
}

// markDamage marks errors of the library.
func markDamage(err error) error {
	if err == nil || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// limited allocates no more at once than a file may take.
type limited struct {
	memory.Allocator
	most int64
}

func (l limited) Allocate(size int) []byte {
	l.check(size)
	return l.Allocator.Allocate(size)
}

func (l limited) Reallocate(size int, b []byte) []byte {
	l.check(size)
	return l.Allocator.Reallocate(size, b)
}

// check panics, as the library does over damaged files; guard makes an error of it.
func (l limited) check(size int) {
	if size < 0 || int64(size) > l.most {
		panic(fmt.Sprintf("a buffer claims %d bytes, more than the file can hold", size))
	}
}

// newArrowBuilder returns a builder of the column f for values of type t, nil where
// they are nothing that a table holds.
func newArrowBuilder(f Field, t arrow.DataType, left *allowance) arrowBuilder {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return newArrowDictionary(newFlatBuilder(f, t.ValueType, left))
	case *arrow.RunEndEncodedType:
		if d, ok := t.Encoded().(*arrow.DictionaryType); ok {
			return newArrowRuns(newArrowDictionary(newFlatBuilder(f, d.ValueType, left)))
		}
		return newArrowRuns(newFlatBuilder(f, t.Encoded(), left))
	}
	return newFlatBuilder(f, t, left)
}

// newFlatBuilder is newArrowBuilder for values that stand for themselves.
func newFlatBuilder(f Field, t arrow.DataType, left *allowance) arrowBuilder {
	switch t := t.(type) {
	case *arrow.NullType:
		f.Type = Float64
		return &arrowNull{collector[float64]{field: f}}
	case *arrow.BooleanType:
		f.Type = Bool
		return &arrowBool{collector[uint8]{field: f}}
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType, *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		f.Type = String
		return &arrowText{collector: collector[uint32]{field: f}, left: left, kind: t.Name()}
	case *arrow.Date32Type:
		f.Temporal = Temporal{Kind: Date}
		return newFixed[int32](f, Int32)
	case *arrow.Date64Type:
		f.Type, f.Temporal = Int64, Temporal{Kind: Date, Unit: time.Millisecond}
		return &arrowDate64{arrowFixed[int64]{collector[int64]{field: f}}}
	case *arrow.TimestampType:
		f.Temporal = Temporal{Kind: Timestamp, Unit: t.Unit.Multiplier(), Zone: t.TimeZone}
		return newFixed[int64](f, Int64)
	case *arrow.Time32Type:
		f.Temporal = Temporal{Kind: TimeOfDay, Unit: t.Unit.Multiplier()}
		return newFixed[int32](f, Int32)
	case *arrow.Time64Type:
		f.Temporal = Temporal{Kind: TimeOfDay, Unit: t.Unit.Multiplier()}
		return newFixed[int64](f, Int64)
	case *arrow.DurationType:
		f.Temporal = Temporal{Kind: Duration, Unit: t.Unit.Multiplier()}
		return newFixed[int64](f, Int64)
	case arrow.DecimalType:
		return newArrowDecimal(f, t)
	}
	return newArrowNumbers(f, t.ID())
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
