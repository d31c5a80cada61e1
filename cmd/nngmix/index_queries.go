package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// queryTable is a table of queries.
type queryTable struct {
	path    string
	columns []table.Column // those of the index, in its order
	ignored []string       // columns that the index does not have
}

// readQueries reads the queries of an index described by meta. Columns are found
// by their names, or by their places where the file names none.
func readQueries(ctx context.Context, in *tableFlags, meta *indexMeta, threads int, progress func(done, total int64)) (*queryTable, error) {
	opt, err := in.options("", threads)
	if err != nil {
		return nil, usageError{err}
	}
	opt.Progress = progress
	t, err := readAs(ctx, in.In, opt, meta)
	if err != nil {
		return nil, err
	}
	q, err := takeQueries(t, meta)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.In, err)
	}
	q.path = in.In
	return q, nil
}

// readAs reads queries with the types and the missing values of the index. Where
// that fails, what their own types are tells best why; and an array has no names.
func readAs(ctx context.Context, path string, opt table.ReadOptions, meta *indexMeta) (*table.Table, error) {
	typed := opt
	typed.Missing = slices.Concat(meta.Markers, opt.Missing)
	typed.Kinds = meta.kinds(opt.Kinds)
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
	if _, again = takeQueries(guessed, meta); again != nil {
		return nil, fmt.Errorf("%s: %w (%s)", path, again, strings.TrimPrefix(err.Error(), path+": "))
	}
	return nil, err
}

// isArray tells whether t came as an array, whose columns have no names.
func isArray(t *table.Table) bool { return t.Format == table.NPZ || t.Format == table.NPY }

// takeQueries takes the columns of the index from t, in its numbers and codes.
func takeQueries(t *table.Table, meta *indexMeta) (*queryTable, error) {
	q := new(queryTable)
	take := q.takeByName
	if isArray(t) {
		take = q.takeByPlace
	}
	if err := take(t, meta); err != nil {
		return nil, err
	}
	if err := q.translate(meta); err != nil {
		return nil, err
	}
	return q, q.checkMissing(meta)
}

// takeByName takes the columns of the index from t.
func (q *queryTable) takeByName(t *table.Table, meta *indexMeta) error {
	known := map[string]bool{}
	for _, c := range meta.Columns {
		at, err := t.Find(c.Name)
		if err != nil {
			return fmt.Errorf("the index needs a column that is missing: %w", err)
		}
		q.columns = append(q.columns, t.Columns[at])
		known[c.Name] = true
	}
	for _, name := range t.Names() {
		if !known[name] {
			q.ignored = append(q.ignored, name)
		}
	}
	return nil
}

// takeByPlace takes the columns of t, an array without names, as those of the
// index. An array y beside them holds labels. Where the index left out some of the
// array's columns, they have the names x0, x1, ... that the array's have.
func (q *queryTable) takeByPlace(t *table.Table, meta *indexMeta) error {
	features := t.Columns
	if n := len(features); n > 1 && features[n-1].Name() == "y" {
		features, q.ignored = features[:n-1], []string{"y"}
	}
	if len(features) == len(meta.Columns) {
		q.columns = features
		return nil
	}
	q.ignored = nil
	if q.takeByName(t, meta) != nil {
		return fmt.Errorf("the array has %d columns, the index %d (%s): give queries with the columns of the table that was indexed",
			len(features), len(meta.Columns), someNames(meta.names()))
	}
	return nil
}

// translate turns values into the numbers and codes of the index. It refuses columns
// that hold numbers, times or categories on one side only.
func (q *queryTable) translate(meta *indexMeta) (err error) {
	q.columns = slices.Clone(q.columns)
	for j, c := range q.columns {
		if meta.Columns[j].Nominal {
			q.columns[j], err = meta.Columns[j].code(c)
		} else {
			q.columns[j], err = meta.Columns[j].numbers(c, meta.fills())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkMissing refuses missing values, unless the index was built to fill them:
// a row cannot be left out, since row i of the answers is that of query i.
func (q *queryTable) checkMissing(meta *indexMeta) error {
	if meta.fills() {
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

// rows returns the queries in search space, row-major.
func (q *queryTable) rows(ctx context.Context, meta *indexMeta, threads int) ([]float32, error) {
	columns, fill := meta.scaler()
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
