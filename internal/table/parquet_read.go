package table

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
	"golang.org/x/sync/errgroup"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// readParquet reads the columns side by side, each from its first row group to
// its last.
func readParquet(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	if err := checkFooter(src); err != nil {
		return nil, err
	}
	f, err := parquet.OpenFile(src, src.size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true), parquet.ReadBufferSize(1<<18))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	top := f.Root().Columns()
	names := make([]string, len(top))
	for j, c := range top {
		names[j] = c.Name()
	}
	names = distinctNames(names)
	chosen, err := opt.choose(names)
	if err != nil {
		return nil, err
	}
	// The footer's word on the number of rows is taken as far as a file of this
	// size makes likely.
	rows := int(max(0, min(f.NumRows(), 16*src.size/int64(len(top)+1))))
	var builders []parquetBuilder
	for j, c := range top {
		if chosen[j] {
			b, err := newParquetBuilder(c)
			if err != nil {
				return nil, err
			}
			b.reserve(rows)
			builders = append(builders, b)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cmp.Or(opt.Threads, runtime.GOMAXPROCS(0)))
	for _, b := range builders {
		group.Go(func() error {
			return guard(func() error {
				if err := checkPages(src, f, b.leaf().Index()); err != nil {
					return err
				}
				return readChunks(ctx, f, b)
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var columns []Column
	for _, b := range builders {
		columns = append(columns, b.done())
		if n := columns[0].Len(); b.rows() != n {
			return nil, fmt.Errorf("%w: column %q has %d rows, column %q %d", ErrCorrupt, columns[0].Name(), n, b.leaf().Name(), b.rows())
		}
	}
	return columns, nil
}

// readChunks adds all values of a column to b.
func readChunks(ctx context.Context, f *parquet.File, b parquetBuilder) error {
	values := make([]parquet.Value, 1024)
	for _, rowGroup := range f.RowGroups() {
		pages := rowGroup.ColumnChunks()[b.leaf().Index()].Pages()
		err := readPages(ctx, pages, values, b)
		if err = errors.Join(err, pages.Close()); err != nil {
			return fmt.Errorf("column %q, after row %d: %w", b.leaf().Name(), b.rows(), err)
		}
	}
	return nil
}

func readPages(ctx context.Context, pages parquet.Pages, values []parquet.Value, b parquetBuilder) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		reader := page.Values()
		for err == nil {
			var n int
			n, err = reader.ReadValues(values)
			b.add(values[:n])
		}
		parquet.Release(page)
		if err != io.EOF {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
	}
}

// parquetBuilder collects the values of one column.
type parquetBuilder interface {
	leaf() *parquet.Column
	rows() int
	reserve(rows int)
	add(values []parquet.Value)
	done() Column
}

// newParquetBuilder returns a builder for what c stores, or an error where it is
// nothing that a table holds.
func newParquetBuilder(c *parquet.Column) (parquetBuilder, error) {
	if !c.Leaf() || c.Repeated() {
		return nil, unsupportedColumn(c.Name(), "nested or a list")
	}
	t := c.Type()
	switch t.Kind() {
	case parquet.Boolean:
		return newNumbers(c, Bool, func(v *parquet.Value) uint8 {
			if v.Boolean() {
				return 1
			}
			return 0
		}), nil
	case parquet.Float:
		return newNumbers(c, Float32, (*parquet.Value).Float), nil
	case parquet.Double:
		return newNumbers(c, Float64, (*parquet.Value).Double), nil
	case parquet.Int32, parquet.Int64:
		return newIntegers(c)
	case parquet.ByteArray:
		if isText(t) {
			return newText(c), nil
		}
	}
	return nil, unsupportedColumn(c.Name(), t.String())
}

func unsupportedColumn(name, what string) error {
	return fmt.Errorf("%w: column %q is %s: leave it out with --drop %s", ErrUnsupported, name, what, name)
}

// isText tells whether byte arrays are text; old writers did not say so.
func isText(t parquet.Type) bool {
	if l := t.LogicalType(); l != nil && l.Value != nil {
		switch l.Value.(type) {
		case *format.StringType, *format.EnumType, *format.JsonType:
			return true
		}
		return false
	}
	c := t.ConvertedType()
	return c == nil || *c == deprecated.UTF8 || *c == deprecated.Enum || *c == deprecated.Json
}

// newIntegers returns a builder for an integer, a date or a timestamp.
func newIntegers(c *parquet.Column) (parquetBuilder, error) {
	t := c.Type()
	var logical format.LogicalTypeValue
	if l := t.LogicalType(); l != nil {
		logical = l.Value
	}
	wide := t.Kind() == parquet.Int64
	switch l := logical.(type) {
	case nil:
		if wide {
			return newNumbers(c, Int64, (*parquet.Value).Int64), nil
		}
		return newNumbers(c, Int32, (*parquet.Value).Int32), nil
	case *format.DateType:
		b := newNumbers(c, Int32, (*parquet.Value).Int32)
		b.field.Temporal = Temporal{Kind: Date}
		return b, nil
	case *format.TimestampType:
		b := newNumbers(c, Int64, (*parquet.Value).Int64)
		b.field.Temporal = Temporal{Kind: Timestamp, Unit: l.Unit.Value.Duration()}
		if l.IsAdjustedToUTC {
			b.field.Temporal.Zone = "UTC"
		}
		return b, nil
	case *format.IntType:
		if wide == (l.BitWidth == 64) {
			return newSized(c, l), nil
		}
	}
	return nil, unsupportedColumn(c.Name(), t.String())
}

func newSized(c *parquet.Column, l *format.IntType) parquetBuilder {
	get32, get64 := (*parquet.Value).Int32, (*parquet.Value).Int64
	switch {
	case l.IsSigned && l.BitWidth == 8:
		return newNumbers(c, Int8, func(v *parquet.Value) int8 { return int8(get32(v)) })
	case l.IsSigned && l.BitWidth == 16:
		return newNumbers(c, Int16, func(v *parquet.Value) int16 { return int16(get32(v)) })
	case l.IsSigned && l.BitWidth == 32:
		return newNumbers(c, Int32, get32)
	case l.IsSigned:
		return newNumbers(c, Int64, get64)
	case l.BitWidth == 8:
		return newNumbers(c, Uint8, func(v *parquet.Value) uint8 { return uint8(get32(v)) })
	case l.BitWidth == 16:
		return newNumbers(c, Uint16, func(v *parquet.Value) uint16 { return uint16(get32(v)) })
	case l.BitWidth == 32:
		return newNumbers(c, Uint32, func(v *parquet.Value) uint32 { return uint32(get32(v)) })
	default:
		return newNumbers(c, Uint64, func(v *parquet.Value) uint64 { return uint64(get64(v)) })
	}
}

// parquetNumbers collects values held as T.
type parquetNumbers[T npy.Value] struct {
	collector[T]
	column *parquet.Column
	get    func(*parquet.Value) T
}

func newNumbers[T npy.Value](c *parquet.Column, t Type, get func(*parquet.Value) T) *parquetNumbers[T] {
	return &parquetNumbers[T]{collector[T]{field: Field{Name: c.Name(), Type: t}}, c, get}
}

func (b *parquetNumbers[T]) leaf() *parquet.Column { return b.column }
func (b *parquetNumbers[T]) done() Column          { return b.collector.column() }

func (b *parquetNumbers[T]) add(values []parquet.Value) {
	for i := range values {
		if values[i].IsNull() {
			b.addMissing()
		} else {
			b.data = append(b.data, b.get(&values[i]))
		}
	}
}

// newText returns a builder for text.
func newText(c *parquet.Column) parquetBuilder {
	b := &parquetText{}
	b.parquetNumbers = newNumbers(c, String, func(v *parquet.Value) uint32 { return b.texts.encodeBytes(v.ByteArray()) })
	return b
}

// parquetText collects text as codes.
type parquetText struct {
	*parquetNumbers[uint32]
	texts dictionary
}

func (b *parquetText) done() Column {
	b.field.Dictionary = b.texts.texts
	return b.parquetNumbers.done()
}
