package table

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// readNPZ reads the arrays X and Y of an archive. Without an array Y, where none
// was asked for by name, there is no label column.
func readNPZ(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	archive, err := npy.OpenArchive(src, src.size)
	if err != nil {
		return nil, err
	}
	xName, yName := cmp.Or(opt.X, "X"), cmp.Or(opt.Y, "y")
	x, err := openArray(archive, xName)
	if err != nil {
		return nil, err
	}
	defer x.values.Close()
	var y *array
	if opt.Y != "" || slices.Contains(archive.Names(), yName) {
		if y, err = openArray(archive, yName); err != nil {
			return nil, err
		}
		defer y.values.Close()
		if y.cols != 1 || y.rows != x.rows {
			return nil, fmt.Errorf("table: array %q has shape %v, want (%d,) or (%d, 1) as %q has shape %v",
				yName, y.header.Shape, x.rows, x.rows, xName, x.header.Shape)
		}
	}
	columns, err := x.columns(ctx, numbered)
	if err == nil && y != nil {
		var label []Column
		label, err = y.columns(ctx, func(int) string { return yName })
		columns = append(columns, label...)
	}
	if err != nil {
		return nil, err
	}
	return opt.pick(columns)
}

// readNPY reads a lone array of features.
func readNPY(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	r := bufio.NewReader(src)
	h, used, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	x := &array{name: "X", header: h, values: io.NopCloser(r), avail: src.size - int64(used)}
	if err := x.setShape(); err != nil {
		return nil, err
	}
	columns, err := x.columns(ctx, numbered)
	if err != nil {
		return nil, err
	}
	return opt.pick(columns)
}

// array is an open array of one or two axes.
type array struct {
	name       string
	header     npy.Header
	values     io.ReadCloser
	avail      int64
	rows, cols int
}

func openArray(archive *npy.Archive, name string) (*array, error) {
	h, values, avail, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	a := &array{name: name, header: h, values: values, avail: avail}
	if err := a.setShape(); err != nil {
		values.Close()
		return nil, err
	}
	return a, nil
}

// maxColumns bounds the columns of a table. What has more was probably meant the
// other way around.
const maxColumns = 1 << 20

// setShape takes rows and columns from the header.
func (a *array) setShape() error {
	switch shape := a.header.Shape; {
	case len(shape) == 1:
		a.rows, a.cols = shape[0], 1
	case len(shape) == 2:
		a.rows, a.cols = shape[0], shape[1]
	default:
		return fmt.Errorf("%w: array %q has shape %v, want rows and columns", ErrUnsupported, a.name, shape)
	}
	if a.rows == 0 || a.cols == 0 {
		return fmt.Errorf("%w: array %q has shape %v", ErrEmpty, a.name, a.header.Shape)
	}
	if a.cols > maxColumns {
		return fmt.Errorf("%w: array %q has %d columns, at most %d are possible: are rows and columns swapped?", ErrUnsupported, a.name, a.cols, maxColumns)
	}
	return nil
}

// columns reads the values as columns called name(0), name(1), ...
func (a *array) columns(ctx context.Context, name func(int) string) ([]Column, error) {
	switch a.header.DType() {
	case "bool":
		return loadBool(ctx, a, name)
	case "int8":
		return load[int8](ctx, a, name)
	case "int16":
		return load[int16](ctx, a, name)
	case "int32":
		return load[int32](ctx, a, name)
	case "int64":
		return load[int64](ctx, a, name)
	case "uint8":
		return load[uint8](ctx, a, name)
	case "uint16":
		return load[uint16](ctx, a, name)
	case "uint32":
		return load[uint32](ctx, a, name)
	case "uint64":
		return load[uint64](ctx, a, name)
	case "float16":
		return loadHalf(ctx, a, name)
	case "float32":
		return load[float32](ctx, a, name)
	default:
		return load[float64](ctx, a, name)
	}
}

// load reads a row-major and returns its columns, which share the memory.
func load[T npy.Value](ctx context.Context, a *array, name func(int) string) ([]Column, error) {
	data, err := npy.Read[T](ctx, a.values, a.header, a.avail)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", a.name, err)
	}
	columns := make([]Column, a.cols)
	for j := range columns {
		columns[j] = Strided(name(j), data[j:], a.cols, a.rows)
	}
	return columns, nil
}

func loadHalf(ctx context.Context, a *array, name func(int) string) ([]Column, error) {
	columns, err := load[uint16](ctx, a, name)
	for j, c := range columns {
		h := &half{*c.(*dense[uint16])}
		h.field.Type = Float16
		columns[j] = h
	}
	return columns, err
}

// loadBool makes every nonzero byte 1, as NumPy reads them.
func loadBool(ctx context.Context, a *array, name func(int) string) ([]Column, error) {
	columns, err := load[uint8](ctx, a, name)
	for j, c := range columns {
		b := c.(*dense[uint8])
		b.field.Type = Bool
		for i := range b.n {
			b.data[i*b.stride] = min(b.data[i*b.stride], 1)
		}
		columns[j] = b
	}
	return columns, err
}

// numbered names column j of a table without names.
func numbered(j int) string { return "x" + strconv.Itoa(j) }
