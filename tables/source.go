package tables

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// ReadOptions say how files are read. The zero value is good for most.
type ReadOptions struct {
	Keep, Drop []string          // columns to read, nil for all, and to leave out
	Types      map[string]string // what columns hold: number, integer, category, text, time or bool
	Missing    []string          // texts that stand for a missing value, beside the usual ones
	NoHive     bool              // folders called key=value are no columns
	BatchRows  int               // rows of a batch, about; 0: some hundred thousand values
	Memory     int64             // bytes that texts of columns may take; 0: any
	Scratch    string            // folder for what one pass leaves for the next; "": that of the system
	Threads    int               // 0: GOMAXPROCS
}

// Source is a table in one or several files that is gone through in batches, as often
// as one likes. It is not safe for concurrent use.
type Source struct{ stream *table.Stream }

// Column describes a column of a Source.
type Column struct {
	Name string
	Type string // as Arrow calls it: int64, float32, string, decimal, bool, ...
}

// Part is a file of a Source.
type Part struct {
	Path        string
	First, Rows int // its first row in the whole table, and how many there are
}

// Open opens files, folders and patterns as one table: the rows of the first file, then
// those of the second and so on, with columns that agree by name. Formats are CSV
// (also gz and zst), Parquet, Arrow and NumPy, found by name or content. CSV files are
// read once to find out what their columns hold. Errors name file, row and column, and
// what to do. The Source is to be closed.
func Open(ctx context.Context, paths []string, opt ReadOptions) (*Source, error) {
	parts, err := table.Expand(ctx, paths, !opt.NoHive)
	if err != nil {
		return nil, err
	}
	kinds := map[string]table.Kind{}
	for _, name := range slices.Sorted(maps.Keys(opt.Types)) {
		if kinds[name], err = table.ParseKind(opt.Types[name]); err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
	}
	s, err := table.OpenStream(ctx, parts, table.StreamOptions{
		ReadOptions: table.ReadOptions{Keep: opt.Keep, Drop: opt.Drop, Kinds: kinds, Missing: opt.Missing, Threads: opt.Threads},
		BatchRows:   opt.BatchRows, Memory: opt.Memory, Scratch: opt.Scratch,
	})
	if err != nil {
		return nil, err
	}
	return &Source{s}, nil
}

// Close closes the files and removes what passes left on disk.
func (s *Source) Close() error { return s.stream.Close() }

// Rows returns the number of rows.
func (s *Source) Rows() int { return s.stream.Rows }

// Columns describes the columns.
func (s *Source) Columns() []Column {
	var list []Column
	for _, f := range s.stream.Fields {
		list = append(list, Column{f.Name, f.Type.String()})
	}
	return list
}

// Parts lists the files in order.
func (s *Source) Parts() []Part {
	var list []Part
	for _, p := range s.stream.Parts {
		list = append(list, Part{p.Path, p.First, p.Rows})
	}
	return list
}

// Each calls visit for each batch in the order of the rows. columns are the numbers of
// those to read, ascending; nil: all. The next batch is read while one is visited. It
// stops with the first error, of visit, of ctx or of reading. A file that changed since
// Open is an error that names it.
func (s *Source) Each(ctx context.Context, columns []int, visit func(Batch) error) error {
	return s.stream.Each(ctx, columns, func(first int, batch []table.Column) error {
		return visit(Batch{First: first, columns: batch, fields: columns})
	})
}

// Batch is some rows of a table, one after another. It may be kept.
type Batch struct {
	First   int // the number of its first row in the table, from 0
	columns []table.Column
	fields  []int // the columns; nil: all
}

// Len returns the number of rows.
func (b Batch) Len() int { return b.columns[0].Len() }

// Shift returns b as rows of a larger table, of which n rows stand before this one.
func (b Batch) Shift(n int) Batch {
	b.First += n
	return b
}

// Value returns the value of a column, numbered as in the Source, in row i of the
// batch: a float64, an int64 or uint64, a bool or a string; times and decimals are
// their counts, as int64. nil is a missing value, or that of a column that was not read.
func (b Batch) Value(column, i int) any {
	c := b.column(column)
	if c == nil || c.Missing(i) {
		return nil
	}
	var v [1]int64
	switch t := c.Type(); {
	case t.Float():
		return c.Float(i)
	case t == table.String:
		return c.Dictionary()[int(c.Float(i))]
	case t == table.Bool:
		return c.Float(i) == 1
	case t == table.Uint64:
		c.Ints(v[:], i, i+1)
		return uint64(v[0])
	}
	c.Ints(v[:], i, i+1)
	return v[0]
}

// column returns a column by its number in the Source, nil where it was not read.
func (b Batch) column(number int) table.Column {
	at := number
	if b.fields != nil {
		at = slices.Index(b.fields, number)
	}
	if at < 0 || at >= len(b.columns) {
		return nil
	}
	return b.columns[at]
}

// only returns the columns with these numbers, nil for all.
func (b Batch) only(numbers []int) ([]table.Column, error) {
	if numbers == nil {
		if b.fields != nil {
			return nil, fmt.Errorf("tables: the batch has some columns only, want all")
		}
		return b.columns, nil
	}
	columns := make([]table.Column, len(numbers))
	for i, number := range numbers {
		if columns[i] = b.column(number); columns[i] == nil {
			return nil, fmt.Errorf("tables: the batch lacks column %d", number)
		}
	}
	return columns, nil
}
