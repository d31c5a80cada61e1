package table

import (
	"context"
	"fmt"
	"slices"
)

// Stream is a table that is gone through in batches, as often as one likes, and need
// not fit into memory. It is not safe for concurrent use.
type Stream struct {
	Format Format // of the first part
	Style  Style  // how its CSV files are written
	Fields []Field
	Rows   int
	Parts  []PartRows

	whole *Table // where all rows are in memory, in one batch
	each  func(ctx context.Context, chosen []bool, visit Visit) error
	close func() error
}

// Visit is told of a batch: columns, of the fields that were asked for, hold rows
// first, first+1, ... of the table, at least one. They stay valid.
type Visit func(first int, columns []Column) error

// StreamOptions say how a table is gone through.
type StreamOptions struct {
	ReadOptions
	// BatchRows is how many rows a batch has about; 0: some hundred thousand values.
	// The values do not depend on it.
	BatchRows int
	// Memory bounds, in bytes, the texts of columns, which the stream keeps for as long
	// as it is open; they are counted after each batch. 0: no bound. Beyond it OpenStream
	// fails, naming the column.
	Memory int64
	// Fits, where it is not nil, is told about how many rows and columns there are; where
	// it returns true the table is read at once and stays in memory.
	Fits func(rows, columns int) bool
	// Scratch is a folder for what is not read again from where it came; "": that of the
	// system. Values of CSV files are kept there, some 8 bytes each, a text 4, and
	// matrices in Fortran order.
	Scratch string
}

// Stream returns t in one batch.
func (t *Table) Stream() *Stream {
	s := &Stream{Format: t.Format, Style: t.Style, Rows: t.Rows, Parts: t.Parts, whole: t}
	for _, c := range t.Columns {
		s.Fields = append(s.Fields, c.Field())
	}
	s.each = func(_ context.Context, chosen []bool, visit Visit) error {
		var columns []Column
		for j, c := range t.Columns {
			if chosen[j] {
				columns = append(columns, c)
			}
		}
		return visit(0, columns)
	}
	return s
}

// Each calls visit for each batch, in the order of the rows. fields are the numbers
// of those to read, ascending; nil: all. While one batch is visited the next may be
// read. Each stops with the first error, which is that of visit, of ctx, or one of
// reading; it starts with the path of the part then. A part that changed since
// OpenStream is such an error: its size, time and identity are compared, and checksums
// of what passes before have read. Of a CSV file the values of OpenStream are given.
func (s *Stream) Each(ctx context.Context, fields []int, visit Visit) error {
	chosen := make([]bool, len(s.Fields))
	for j := range chosen {
		chosen[j] = fields == nil
	}
	for _, j := range fields {
		chosen[j] = true
	}
	next := 0
	err := s.each(ctx, chosen, func(first int, columns []Column) error {
		if first != next {
			panic(fmt.Sprintf("table: a batch begins with row %d, want %d", first, next))
		}
		next += columns[0].Len()
		return visit(first, columns)
	})
	if err == nil && next != s.Rows {
		return fmt.Errorf("%s: %w: %d rows were read, and %d before", s.name(), ErrCorrupt, next, s.Rows)
	}
	return err
}

// name is that of the table in errors.
func (s *Stream) name() string {
	if len(s.Parts) == 0 {
		return "table"
	}
	return s.Parts[0].Path
}

// Close removes what the stream keeps on disk and closes its files.
func (s *Stream) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Table returns the table where all its rows are in memory, in one batch, else nil.
func (s *Stream) Table() *Table { return s.whole }

// InBatches returns t in batches of that many rows, the last of which may be shorter.
func (t *Table) InBatches(rows int) *Stream {
	s := t.Stream()
	s.whole = nil
	whole := s.each
	s.each = func(ctx context.Context, chosen []bool, visit Visit) error {
		return whole(ctx, chosen, func(_ int, columns []Column) error {
			for from := 0; from < t.Rows; from += rows {
				if err := visit(from, windows(columns, from, min(rows, t.Rows-from))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return s
}

// Without returns s without field j. To close either closes both.
func (s *Stream) Without(j int) *Stream {
	out := *s
	out.Fields = slices.Delete(slices.Clone(s.Fields), j, j+1)
	out.each = func(ctx context.Context, chosen []bool, visit Visit) error {
		return s.each(ctx, slices.Insert(slices.Clone(chosen), j, false), visit)
	}
	if t := s.whole; t != nil {
		whole := *t
		whole.Columns = slices.Delete(slices.Clone(t.Columns), j, j+1)
		out.whole = &whole
	}
	return &out
}

// Rows returns the rows from ≤ i < to of c as a column.
func Rows(c Column, from, to int) Column { return window{c, from, to - from} }

// windows returns n rows of columns, from row from on.
func windows(columns []Column, from, n int) []Column {
	parts := make([]Column, len(columns))
	for j, c := range columns {
		parts[j] = window{c, from, n}
	}
	return parts
}

// window shows some rows of a column.
type window struct {
	Column
	from, n int
}

func (w window) Len() int                      { return w.n }
func (w window) Missing(i int) bool            { return w.Column.Missing(w.from + i) }
func (w window) CountMissing(from, to int) int { return w.Column.CountMissing(w.from+from, w.from+to) }
func (w window) Float(i int) float64           { return w.Column.Float(w.from + i) }

func (w window) Floats(dst []float64, stride, from, to int) {
	w.Column.Floats(dst, stride, w.from+from, w.from+to)
}

func (w window) Ints(dst []int64, from, to int) { w.Column.Ints(dst, w.from+from, w.from+to) }
