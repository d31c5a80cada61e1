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
	t, err := in.read(ctx, "", threads, progress)
	if err != nil {
		return nil, err
	}
	q := &queryTable{path: in.In}
	if t.Format == table.NPZ || t.Format == table.NPY {
		err = q.takeByPlace(t, meta)
	} else {
		err = q.takeByName(t, meta)
	}
	if err == nil {
		err = q.takeCodes(meta)
	}
	if err == nil {
		err = q.checkMissing(meta)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", in.In, err)
	}
	return q, nil
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

// takeCodes turns categories into the codes of the index. It refuses columns that
// hold numbers on one side only.
func (q *queryTable) takeCodes(meta *indexMeta) (err error) {
	q.columns = slices.Clone(q.columns)
	for j, c := range q.columns {
		if meta.Columns[j].Nominal {
			if q.columns[j], err = meta.Columns[j].code(c); err != nil {
				return err
			}
			continue
		}
		if c.Type() == table.String || c.Type() == table.Bool {
			return fmt.Errorf("column %s holds %ss, in the index numbers", c.Name(), strings.TrimSuffix(c.Type().String(), "s"))
		}
		if q.columns[j], err = dataset.From(c, meta.Columns[j].Base); err != nil {
			return err
		}
	}
	return nil
}

// checkMissing refuses missing values, unless the index was built to fill them:
// a row cannot be left out, since row i of the answers is that of query i.
func (q *queryTable) checkMissing(meta *indexMeta) error {
	if dataset.Missing(meta.Missing).Fills() {
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
