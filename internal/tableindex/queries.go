package tableindex

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// Queries is a table of queries.
type Queries struct {
	Ignored []string // columns that the index does not have

	schema  *Schema
	path    string
	columns []table.Column // those of the index, in its order
}

// ReadQueries reads the table of queries at path as opt says, in the types of
// the indexed table. Columns are found by their names, or by their places where
// the file names none.
func (m *Schema) ReadQueries(ctx context.Context, path string, opt table.ReadOptions) (*Queries, error) {
	t, err := m.readAs(ctx, path, opt)
	if err != nil {
		return nil, err
	}
	q, err := m.takeQueries(t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	q.path = path
	return q, nil
}

// readAs reads queries with the types and the missing values of the index.
// Where that fails, what their own types are tells best why; and an array has
// no names.
func (m *Schema) readAs(ctx context.Context, path string, opt table.ReadOptions) (*table.Table, error) {
	typed := m.typed(opt)
	t, err := table.Read(ctx, path, typed)
	if err == nil || ctx.Err() != nil {
		return t, err
	}
	opt.Missing = typed.Missing
	guessed, again := table.Read(ctx, path, opt)
	if again != nil {
		return nil, err
	}
	if isArray(guessed) {
		return guessed, nil
	}
	if _, again = m.takeQueries(guessed); again != nil {
		return nil, fmt.Errorf("%s: %w (%s)", path, again, strings.TrimPrefix(err.Error(), path+": "))
	}
	return nil, err
}

// typed returns opt for a table that is read in the types of the index.
func (m *Schema) typed(opt table.ReadOptions) table.ReadOptions {
	opt.Missing = slices.Concat(m.Markers, opt.Missing)
	opt.Kinds = m.kinds(opt.Kinds)
	return opt
}

// isArray tells whether t came as an array, whose columns have no names.
func isArray(t *table.Table) bool { return t.Format == table.NPZ || t.Format == table.NPY }

// takeQueries takes the columns of the index from t, in its numbers and codes.
func (m *Schema) takeQueries(t *table.Table) (*Queries, error) {
	places, ignored, err := m.find(t.Stream().Fields, isArray(t))
	if err != nil {
		return nil, err
	}
	q := &Queries{schema: m, Ignored: ignored}
	for _, at := range places {
		q.columns = append(q.columns, t.Columns[at])
	}
	if err := q.translate(); err != nil {
		return nil, err
	}
	return q, q.checkMissing()
}

// find returns which of fields the columns of the index are, and the names of the
// others. Where array is set they have no names of their own.
func (m *Schema) find(fields []table.Field, array bool) (places []int, ignored []string, err error) {
	if array {
		return m.findByPlace(fields)
	}
	return m.findByName(fields)
}

// findByName finds the columns of the index by their names.
func (m *Schema) findByName(fields []table.Field) (places []int, ignored []string, err error) {
	known := map[string]bool{}
	for _, c := range m.Columns {
		at, err := table.FindField(fields, c.Name)
		if err != nil {
			return nil, nil, fmt.Errorf("the index needs a column that is missing: %w", err)
		}
		places = append(places, at)
		known[c.Name] = true
	}
	for _, name := range table.FieldNames(fields) {
		if !known[name] {
			ignored = append(ignored, name)
		}
	}
	return places, ignored, nil
}

// findByPlace takes fields, of an array without names, as the columns of the index. An
// array y beside them holds labels. Where the index left out some of the array's
// columns, they have the names x0, x1, ... that the array's have.
func (m *Schema) findByPlace(fields []table.Field) (places []int, ignored []string, err error) {
	features := fields
	if n := len(features); n > 1 && features[n-1].Name == "y" {
		features, ignored = features[:n-1], []string{"y"}
	}
	if len(features) == len(m.Columns) {
		for at := range features {
			places = append(places, at)
		}
		return places, ignored, nil
	}
	places, ignored, err = m.findByName(fields)
	if err != nil {
		return nil, nil, fmt.Errorf("the array has %d columns, the index %d (%s): give queries with the columns of the table that was indexed",
			len(features), len(m.Columns), columns.SomeNames(m.Names()))
	}
	return places, ignored, nil
}

// translate turns values into the numbers and codes of the index. It refuses
// columns that hold numbers, times or categories on one side only.
func (q *Queries) translate() (err error) {
	q.columns = slices.Clone(q.columns)
	for j, c := range q.columns {
		if q.schema.Columns[j].Nominal {
			q.columns[j], err = q.schema.Columns[j].code(c)
		} else {
			q.columns[j], err = q.schema.Columns[j].Numbers(c, q.schema.fills())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkMissing refuses missing values, unless the index was built to fill them:
// a row cannot be left out, since row i of the answers is that of query i.
func (q *Queries) checkMissing() error {
	if q.schema.fills() {
		return nil
	}
	for _, c := range q.columns {
		if c.CountMissing(0, c.Len()) == 0 {
			continue
		}
		for i := range c.Len() {
			if c.Missing(i) {
				return fmt.Errorf("column %s, row %d: the value is missing; fill it or take the row out (an index built with --missing median fills it)", c.Name(), i)
			}
		}
	}
	return nil
}

// Rows returns the queries in search space, row-major. threads is 0 for all
// processors.
func (q *Queries) Rows(ctx context.Context, threads int) ([]float32, error) {
	columns, fill := q.schema.scaler()
	rows, _, err := generator.SearchMatrix(ctx, dataset.NewRows(q.columns, fill), columns, threads)
	var bad *generator.ValueError
	if errors.As(err, &bad) {
		c := q.columns[bad.Column]
		what := "is too far from the rows of the index for float32"
		if math.IsInf(bad.Value, 0) {
			what = "has no distance to other values"
		}
		err = fmt.Errorf("%s: column %s, row %d: %v %s; take the row out", q.path, c.Name(), bad.Row, bad.Value, what)
	}
	return rows, err
}
