package table

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// npzFile is the arrays X and Y of an archive, or a lone one.
type npzFile struct {
	x, y *matrix // y: nil where there are no labels
	all  []string
}

// openNPZ opens the arrays. Without an array Y, where none was asked for by name,
// there is no label column.
func openNPZ(src *source, opt ReadOptions) (*npzFile, error) {
	archive, err := npy.OpenArchive(src, src.size)
	if err != nil {
		return nil, err
	}
	xName, yName := cmp.Or(opt.X, "X"), cmp.Or(opt.Y, "y")
	x, err := openArray(archive, xName)
	if err != nil {
		return nil, err
	}
	f := newNPZFile(x)
	if opt.Y != "" || slices.Contains(archive.Names(), yName) {
		if f.y, err = openArray(archive, yName); err == nil {
			f.all = append(f.all, yName)
			err = f.y.setLabels(x)
		}
	}
	if err != nil {
		_ = f.close() // nothing was written
		return nil, err
	}
	return f, nil
}

// openNPY opens a lone array of features.
func openNPY(src *source) (*npzFile, error) {
	r := bufio.NewReader(src)
	h, used, err := npy.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	x := &matrix{name: "X", header: h, values: io.NopCloser(r), avail: src.size - int64(used)}
	if err := x.setShape(); err != nil {
		return nil, err
	}
	return newNPZFile(x), nil
}

func newNPZFile(x *matrix) *npzFile {
	f := &npzFile{x: x}
	for j := range x.cols {
		f.all = append(f.all, numbered(j))
	}
	return f
}

func (f *npzFile) names() []string { return f.all }
func (f *npzFile) rows() int       { return f.x.rows }

func (f *npzFile) close() error {
	err := f.x.values.Close()
	if f.y != nil {
		err = errors.Join(err, f.y.values.Close())
	}
	return err
}

// lanes returns one for the matrix, whose rows are read whole, and one for the
// labels.
func (f *npzFile) lanes(ctx context.Context, chosen []bool, m *fileMemory) ([]lane, error) {
	x, err := f.x.lane(ctx, chosen[:f.x.cols], m, numbered)
	if err != nil {
		return nil, err
	}
	lanes := []lane{x}
	if f.y != nil {
		y, err := f.y.labels(ctx, chosen[f.x.cols:], m)
		if err != nil {
			return nil, err
		}
		lanes = append(lanes, y)
	}
	return lanes, nil
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

// numbered names column j of a table without names.
func numbered(j int) string { return "x" + strconv.Itoa(j) }
