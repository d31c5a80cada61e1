package tableindex

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// OpenRows opens parts as rows of the table of the index: in its types, and with its
// missing values. An array has no names, and is opened as it is. Where the types do not
// fit, the error says what those of the parts are.
func (m *Schema) OpenRows(ctx context.Context, parts []table.Part, opt table.StreamOptions) (*table.Stream, error) {
	own := opt
	opt.ReadOptions = m.typed(opt.ReadOptions)
	t, err := table.OpenStream(ctx, parts, opt)
	if err == nil || ctx.Err() != nil {
		return t, err
	}
	own.Missing = opt.Missing
	guessed, again := table.OpenStream(ctx, parts, own)
	if again != nil {
		return nil, err
	}
	array := guessed.Format == table.NPZ || guessed.Format == table.NPY
	if array {
		return guessed, nil
	}
	if _, _, again := m.find(guessed.Fields, array); again != nil {
		err = fmt.Errorf("%w (%w)", again, err)
	}
	return nil, errors.Join(err, guessed.Close())
}

// incoming are rows that come to the table of an index.
type incoming struct {
	schema *Schema
	fields []int // to read, ascending
	order  []int // which of them each column of the index is
	sums   *prints
	first  int // number of the next row among them
	used   int // how many are in the index
	opt    Options
}

// newIncoming returns how rows of t become rows of m, and which columns of t m does not
// have.
func (m *Schema) newIncoming(t *table.Stream, opt Options) (*incoming, []string, error) {
	places, ignored, err := m.find(t.Fields, t.Format == table.NPZ || t.Format == table.NPY)
	if err != nil {
		return nil, nil, err
	}
	in := &incoming{schema: m, fields: slices.Sorted(slices.Values(places)), sums: newPrints(len(places)), opt: opt}
	for _, at := range places {
		i, _ := slices.BinarySearch(in.fields, at)
		in.order = append(in.order, i)
	}
	return in, ignored, nil
}

// take returns a batch in search space, row-major, of those rows that are in the index,
// whose places in the batch are used.
func (in *incoming) take(ctx context.Context, batch []table.Column) (matrix []float32, used []int, err error) {
	n := batch[0].Len()
	list := make([]table.Column, len(in.order))
	for j, i := range in.order {
		list[j] = batch[i]
	}
	in.sums.add(list, n)
	if err := in.translate(list); err != nil {
		return nil, nil, err
	}
	if used, err = in.complete(list, n); err != nil {
		return nil, nil, err
	}
	columns, fill := in.schema.scaler()
	matrix, _, err = generator.SearchMatrix(ctx, dataset.NewRows(list, fill), columns, in.opt.Threads)
	if bad := (*generator.ValueError)(nil); errors.As(err, &bad) {
		return nil, nil, in.badValue(bad)
	}
	if err != nil {
		return nil, nil, err
	}
	in.first, in.used = in.first+n, in.used+len(used)
	dim := len(list)
	for to, from := range used {
		copy(matrix[to*dim:][:dim], matrix[from*dim:][:dim])
	}
	return matrix[:len(used)*dim], used, nil
}

// translate turns the columns of list into the numbers and codes of the index, which
// learns new categories.
func (in *incoming) translate(list []table.Column) (err error) {
	infinite := in.schema.fills() || dataset.Missing(in.schema.Missing) == dataset.MissingDrop
	for j, q := range list {
		c := &in.schema.Columns[j]
		if !c.Nominal {
			list[j], err = c.Numbers(q, infinite)
		} else if err = c.learn(q, in.first); err == nil {
			list[j], err = c.code(q)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// complete returns the rows that are not left out for missing values, which are an
// error where the index was built so.
func (in *incoming) complete(list []table.Column, n int) ([]int, error) {
	gap := make([]bool, n)
	for _, c := range list {
		if in.schema.fills() || c.CountMissing(0, n) == 0 {
			continue
		}
		for i := range n {
			if !c.Missing(i) {
				continue
			}
			if dataset.Missing(in.schema.Missing) != dataset.MissingDrop {
				return nil, fmt.Errorf("column %s, row %d: the value is missing, and the index was built with --missing error: take the row out, or build the index anew with --missing drop or median", c.Name(), in.first+i)
			}
			gap[i] = true
		}
	}
	used := make([]int, 0, n)
	for i := range n {
		if !gap[i] {
			used = append(used, i)
		}
	}
	return used, nil
}

// badValue is the error of a value that has no place in search space.
func (in *incoming) badValue(bad *generator.ValueError) error {
	what := "is too far from the rows of the index for float32"
	if math.IsInf(bad.Value, 0) {
		what = "has no distance to other values"
	}
	return fmt.Errorf("column %s, row %d: %v %s; take the row out", in.schema.Columns[bad.Column].Name, in.first+bad.Row, bad.Value, what)
}

// Addition tells of rows that were added to an index.
type Addition struct {
	*Built
	Rows    int      // of the table that was added
	Dropped int      // of them, left out for missing values
	Learned []string // columns that have categories the index did not know
	Ignored []string // columns that the index does not have
}

// Add adds the rows of t, which Schema.OpenRows has opened, behind those of the index:
// their numbers go on after the last. They are scaled by the ranges that the index has,
// and missing values become, or lead to, what they do in it. Categories that the index
// does not know get new codes. An index to which rows were added is that of the whole
// table, for Fits, as long as they change no range, median or order of categories.
func (c *Change) Add(ctx context.Context, t *table.Stream, opt Options, how SegmentOptions) (*Addition, error) {
	m := c.manifest.clone()
	before := m.Table.Rows
	if n := int64(m.Table.used()) + int64(t.Rows); n > maxRows {
		return nil, fmt.Errorf("the index would have %d rows, more than %d, the most that one has", n, maxRows)
	}
	in, ignored, err := m.Table.newIncoming(t, opt)
	if err != nil {
		return nil, err
	}
	w, err := c.writer(before, opt.Threads, how)
	if err != nil {
		return nil, err
	}
	w.left = t.Rows
	if how.Progress != nil {
		w.wrote = func(row int) { how.Progress(row-before, t.Rows) }
	}
	if err := in.pass(ctx, t, w, before); err != nil {
		c.drop(w)
		return nil, err
	}
	a := &Addition{Rows: t.Rows, Dropped: t.Rows - in.used, Ignored: ignored, Learned: m.Table.learned(c.manifest.Table)}
	m.Segments = append(m.Segments, w.done...)
	m.Table.Rows, m.Table.Dropped = before+a.Rows, m.Table.Dropped+a.Dropped
	m.Table.Added = append(m.Table.Added, Added{Source: filepath.Base(strings.TrimRight(opt.Source, `/\`)), Rows: a.Rows, Sums: in.sums.sums()})
	a.Built, err = c.commit(m, w)
	return a, err
}

// pass goes through t and gives its rows to w; the first one is row before of the table
// of the index.
func (in *incoming) pass(ctx context.Context, t *table.Stream, w *segmentWriter, before int) error {
	err := t.Each(ctx, in.fields, func(first int, columns []table.Column) error {
		matrix, used, err := in.take(ctx, columns)
		if err != nil {
			return err
		}
		for i := range used {
			used[i] += before + first
		}
		return w.add(ctx, matrix, used, before+first, columns[0].Len())
	})
	if err != nil {
		return err
	}
	if in.used == 0 {
		return errNoRow
	}
	return w.flush(ctx)
}

// learned returns the names of the columns of which m knows more categories than
// before.
func (m *Schema) learned(before *Schema) (names []string) {
	for j := range m.Columns {
		if m.Columns[j].Count() > before.Columns[j].Count() {
			names = append(names, m.Columns[j].Name)
		}
	}
	return names
}
