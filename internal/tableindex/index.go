package tableindex

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/ann"
)

// Index is an index of a table's rows, and what is known of the table.
type Index struct {
	*ann.Index
	Schema *Schema
}

// Open opens the index in the file path, as ann.Open does: it stays in the file
// and is mapped. It is an error where rows were added or deleted since it was
// built.
func Open(path string) (*Index, error) { return open(path, ann.Open) }

// Load is Open that reads the index into memory.
func Load(ctx context.Context, path string) (*Index, error) {
	return open(path, func(path string) (*ann.Index, error) { return ann.Load(ctx, path) })
}

func open(path string, read func(string) (*ann.Index, error)) (*Index, error) {
	x, err := read(path)
	if err != nil {
		return nil, err
	}
	schema, err := Decode(x.Meta())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := x.Stats()
	switch {
	case s.Dim != len(schema.Columns):
		err = fmt.Errorf("its rows have %d columns, its description %d: build it anew with 'nngmix index build'", s.Dim, len(schema.Columns))
	case x.Options().Nominal != schema.Nominal():
		err = fmt.Errorf("%d columns of its rows are categories, %d in its description: build it anew with 'nngmix index build'", x.Options().Nominal, schema.Nominal())
	case s.Rows != schema.used() || s.Deleted > 0:
		err = fmt.Errorf("it holds %d rows, %d when it was built: rows were added or deleted since; build it anew with 'nngmix index build'", s.Rows, schema.used())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Index{x, schema}, nil
}
