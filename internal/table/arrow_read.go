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

// arrowFile is an open Arrow IPC file, which Feather version 2 is as well, or stream.
type arrowFile struct {
	*ipc.Reader
	messages *arrowMessages
	left     *allowance
	unique   []string
	threads  int
}

func openArrow(src *source, opt ReadOptions) (*arrowFile, error) {
	f := &arrowFile{left: newAllowance(src.size), threads: opt.Threads}
	var err error
	if f.messages, err = openMessages(src, f.left); err != nil {
		return nil, err
	}
	// What the library allocates itself are dictionaries put together from pieces.
	f.Reader, err = ipc.NewReaderFromMessageReader(f.messages, ipc.WithAllocator(limited{memory.NewGoAllocator(), f.left.left.Load()}))
	if err != nil {
		return nil, markDamage(err)
	}
	f.unique = distinctNames(f.stored())
	return f, nil
}

// stored returns the names as they stand in the file.
func (f *arrowFile) stored() []string {
	var names []string
	for _, field := range f.Schema().Fields() {
		names = append(names, field.Name)
	}
	return names
}

func (f *arrowFile) names() []string { return f.unique }
func (f *arrowFile) rows() int       { return -1 }
func (f *arrowFile) close() error    { return nil }

// lanes returns one for all columns, whose rows come in the same batches.
func (f *arrowFile) lanes(_ context.Context, chosen []bool, m *fileMemory) ([]lane, error) {
	schema, stored := f.Schema(), f.stored()
	index := pandasIndex(schema.Metadata())
	l := &arrowLane{arrowFile: f, builders: make([]arrowBuilder, len(stored)), memory: m}
	for j, name := range f.unique {
		if !chosen[j] {
			continue
		}
		field := Field{Name: name, Header: renamed(stored[j], name)}
		if index(stored[j]) {
			field.Role = Index
		}
		if l.builders[j] = newArrowBuilder(field, schema.Field(j).Type, f.left, m.column(name)); l.builders[j] == nil {
			return nil, unsupportedColumn(name, schema.Field(j).Type.String())
		}
	}
	if err := m.footer(f.messages.sum); err != nil {
		return nil, err
	}
	if m != nil {
		f.messages.prints = &m.prints
		m.prints.restart()
	}
	return []lane{l}, nil
}

// arrowLane reads batches of rows.
type arrowLane struct {
	*arrowFile
	builders []arrowBuilder // nil: a column that is left out
	memory   *fileMemory
	batch    arrow.RecordBatch
	at, have int  // rows of the batch that were added; of all, those that were not taken
	whole    bool // batches are added whole, as Read does
	end      bool
}

// fill adds rows until there are n, or all.
func (l *arrowLane) fill(ctx context.Context, n int) (int, error) {
	for l.have < n && !l.end {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if l.batch == nil {
			if err := l.next(ctx); err != nil {
				return 0, err
			}
			continue
		}
		rows := int(l.batch.NumRows()) - l.at
		if !l.whole {
			rows = min(rows, n-l.have)
		}
		if err := l.add(ctx, rows); err != nil {
			return 0, err
		}
	}
	return l.have, nil
}

// next reads a batch and looks over it.
func (l *arrowLane) next(ctx context.Context) error {
	batch, err := l.Read()
	if err == io.EOF {
		l.end = true
		return nil
	}
	if err != nil {
		return markDamage(err)
	}
	l.batch, l.at = batch, 0
	return l.each(ctx, func(j int) error { return validArray(batch, j, l.left) })
}

// add adds n rows of the batch.
func (l *arrowLane) add(ctx context.Context, n int) error {
	from, to := l.at, l.at+n
	err := l.each(ctx, func(j int) error { return markDamage(l.builders[j].add(l.batch.Column(j), from, to)) })
	if l.at, l.have = to, l.have+n; int64(to) == l.batch.NumRows() {
		l.batch = nil
	}
	return err
}

// each calls f for the columns, some at a time.
func (l *arrowLane) each(ctx context.Context, f func(j int) error) error {
	return eachColumn(ctx, l.threads, len(l.builders), func(j int) error {
		if l.builders[j] == nil {
			return nil
		}
		if err := f(j); err != nil {
			return fmt.Errorf("column %q: %w", l.unique[j], err)
		}
		return nil
	})
}

func (l *arrowLane) take(n int) []Column {
	var columns []Column
	for _, b := range l.builders {
		if b != nil {
			columns = append(columns, b.take(n))
		}
	}
	l.have -= n
	return columns
}

func (l *arrowLane) close() error { return nil }

// validArray looks over column j of a batch.
func validArray(batch arrow.RecordBatch, j int, left *allowance) error {
	a := batch.Column(j)
	if n := a.Len(); int64(n) != batch.NumRows() {
		return fmt.Errorf("%w: %d values in a batch of %d rows", ErrCorrupt, n, batch.NumRows())
	}
	err := left.spend(8 * batch.NumRows())
	if err == nil {
		err = validate(a)
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
func newArrowBuilder(f Field, t arrow.DataType, left *allowance, m *columnMemory) arrowBuilder {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return newArrowDictionary(newFlatBuilder(f, t.ValueType, left, m))
	case *arrow.RunEndEncodedType:
		if d, ok := t.Encoded().(*arrow.DictionaryType); ok {
			return newArrowRuns(newArrowDictionary(newFlatBuilder(f, d.ValueType, left, m)))
		}
		return newArrowRuns(newFlatBuilder(f, t.Encoded(), left, m))
	}
	return newFlatBuilder(f, t, left, m)
}

// newFlatBuilder is newArrowBuilder for values that stand for themselves.
func newFlatBuilder(f Field, t arrow.DataType, left *allowance, m *columnMemory) arrowBuilder {
	switch t := t.(type) {
	case *arrow.NullType:
		f.Type = Float64
		return &arrowNull{collector[float64]{field: f}}
	case *arrow.BooleanType:
		f.Type = Bool
		return &arrowBool{collector[uint8]{field: f}}
	case *arrow.StringType, *arrow.LargeStringType, *arrow.StringViewType, *arrow.BinaryType, *arrow.LargeBinaryType, *arrow.BinaryViewType, *arrow.FixedSizeBinaryType:
		f.Type = String
		return &arrowText{collector: collector[uint32]{field: f}, texts: m.texts, left: left, kind: t.Name()}
	case *arrow.Date32Type:
		f.Temporal = Temporal{Kind: Date}
		return newFixed[int32](f, Int32)
	case *arrow.Date64Type:
		m.open = true
		f.Type, f.Temporal = Int64, Temporal{Kind: Date, Unit: time.Millisecond}
		return &arrowDate64{arrowFixed[int64]{collector[int64]{field: f}}, m}
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
