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
	var y *matrix
	if opt.Y != "" || slices.Contains(archive.Names(), yName) {
		if y, err = openArray(archive, yName); err != nil {
			return nil, err
		}
		defer y.values.Close()
		if err := y.setLabels(x); err != nil {
			return nil, err
		}
	}
	columns, err := x.columns(ctx, numbered)
	if err == nil && y != nil {
		var label []Column
		label, err = y.labels(ctx)
		columns = append(columns, label...)
	}
	if err != nil {
		return nil, err
	}
	return opt.pick(src, columns)
}

// readNPY reads a lone array of features.
func readNPY(ctx context.Context, src *source, opt ReadOptions) ([]Column, error) {
	r := bufio.NewReader(src)
	h, used, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	x := &matrix{name: "X", header: h, values: io.NopCloser(r), avail: src.size - int64(used)}
	if err := x.setShape(); err != nil {
		return nil, err
	}
	columns, err := x.columns(ctx, numbered)
	if err != nil {
		return nil, err
	}
	return opt.pick(src, columns)
}

// matrix is an open array of one or two axes.
type matrix struct {
	name       string
	header     npy.Header
	values     io.ReadCloser
	avail      int64
	rows, cols int
}

// openArray opens one array. Where it is not there, the error tells which ones may
// have been meant.
func openArray(archive *npy.Archive, name string) (*matrix, error) {
	if !slices.Contains(archive.Names(), name) {
		return nil, missingArray(archive, name)
	}
	h, values, avail, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	m := &matrix{name: name, header: h, values: values, avail: avail}
	if err := m.setShape(); err != nil {
		values.Close()
		return nil, err
	}
	return m, nil
}

// maxColumns bounds the columns of a table. What has more was probably meant the
// other way around.
const maxColumns = 1 << 20

// setShape takes rows and columns from the header.
func (m *matrix) setShape() error {
	switch shape := m.header.Shape; {
	case len(shape) == 1:
		m.rows, m.cols = shape[0], 1
	case len(shape) == 2:
		m.rows, m.cols = shape[0], shape[1]
	case len(shape) == 0:
		return fmt.Errorf("%w: array %q has shape %v, a single value: want rows and columns", ErrUnsupported, m.name, shape)
	default:
		return fmt.Errorf("%w: array %q has shape %v, want rows and columns: save it again, for instance as X.reshape(len(X), -1)", ErrUnsupported, m.name, shape)
	}
	if m.rows == 0 || m.cols == 0 {
		return fmt.Errorf("%w: array %q has shape %v", ErrEmpty, m.name, m.header.Shape)
	}
	if m.cols > maxColumns {
		return fmt.Errorf("%w: array %q has %d columns, at most %d are possible: are rows and columns swapped?", ErrUnsupported, m.name, m.cols, maxColumns)
	}
	return nil
}

// columns reads the values as columns called name(0), name(1), ...
func (m *matrix) columns(ctx context.Context, name func(int) string) ([]Column, error) {
	if m.header.Text() {
		return nil, fmt.Errorf("%w: array %q holds text of dtype %q, which only labels may be: save the features as numbers", npy.ErrUnsupported, m.name, m.header.Descr())
	}
	switch m.header.DType() {
	case "bool":
		return loadBool(ctx, m, name)
	case "int8":
		return load[int8](ctx, m, name)
	case "int16":
		return load[int16](ctx, m, name)
	case "int32":
		return load[int32](ctx, m, name)
	case "int64":
		return load[int64](ctx, m, name)
	case "uint8":
		return load[uint8](ctx, m, name)
	case "uint16":
		return load[uint16](ctx, m, name)
	case "uint32":
		return load[uint32](ctx, m, name)
	case "uint64":
		return load[uint64](ctx, m, name)
	case "float16":
		return loadHalf(ctx, m, name)
	case "float32":
		return load[float32](ctx, m, name)
	default:
		return load[float64](ctx, m, name)
	}
}

// load reads the values row-major and returns the columns, which share the memory.
func load[T npy.Value](ctx context.Context, m *matrix, name func(int) string) ([]Column, error) {
	data, err := npy.Read[T](ctx, m.values, m.header, m.avail)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", m.name, err)
	}
	columns := make([]Column, m.cols)
	for j := range columns {
		columns[j] = Strided(name(j), data[j:], m.cols, m.rows)
	}
	return columns, nil
}

func loadHalf(ctx context.Context, m *matrix, name func(int) string) ([]Column, error) {
	columns, err := load[uint16](ctx, m, name)
	for j, c := range columns {
		h := &half{*c.(*dense[uint16])}
		h.field.Type = Float16
		columns[j] = h
	}
	return columns, err
}

// loadBool makes every nonzero byte 1, as NumPy reads them.
func loadBool(ctx context.Context, m *matrix, name func(int) string) ([]Column, error) {
	columns, err := load[uint8](ctx, m, name)
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
