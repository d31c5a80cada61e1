package table

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// table puts what was read together.
func (r *partsReader) table(ctx context.Context) (*Table, error) {
	t := &Table{Format: r.parts[0].format, Style: r.style}
	for _, p := range r.parts {
		p.first = t.Rows
		t.Rows += p.rows
		t.Parts = append(t.Parts, PartRows{p.Path, p.first, p.rows})
	}
	if t.Rows == 0 {
		return nil, fmt.Errorf("%s and %d more: %w", r.parts[0].Path, len(r.parts)-1, ErrEmpty)
	}
	columns, err := r.joinAll(ctx)
	if err != nil {
		return nil, err
	}
	t.Columns = columns
	for _, name := range r.keys {
		c, err := keyColumn(name, r.parts, r.opt)
		if err != nil {
			return nil, err
		}
		t.Columns = append(t.Columns, c)
	}
	return t, nil
}

// joinAll joins the columns of all files, several at a time.
func (r *partsReader) joinAll(ctx context.Context) ([]Column, error) {
	joined, errs := make([]Column, len(r.names)), make([]error, len(r.names))
	var group errgroup.Group
	group.SetLimit(cmp.Or(r.opt.Threads, runtime.GOMAXPROCS(0)))
	for j, name := range r.names {
		group.Go(func() error {
			if errs[j] = ctx.Err(); errs[j] == nil {
				joined[j], errs[j] = r.join(name)
			}
			return nil
		})
	}
	_ = group.Wait() // errs has the errors
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(joined, func(c Column) bool { return c == nil }), nil
}

// join returns column name of all files: nil where it is no column, but a delimiter
// at the end of the lines of CSV files.
func (r *partsReader) join(name string) (Column, error) {
	pieces := r.pieces(name)
	if pieces == nil {
		return nil, nil
	}
	if one := pieces[0]; len(pieces) == 1 && one.n == one.column.Len() {
		return one.column, nil
	}
	field, err := unify(pieces, r.opt.Kinds[name])
	if err != nil {
		return nil, err
	}
	field.Reading = r.reading(pieces)
	return gather(field, pieces), nil
}

// pieces returns where the values of column name are, in order of the rows. Each
// part's columns are let go of with that.
func (r *partsReader) pieces(name string) []piece {
	named := func(columns []Column) int {
		return slices.IndexFunc(columns, func(c Column) bool { return c.Name() == name })
	}
	of := named(r.csv)
	var pieces []piece
	row := 0 // of the CSV files together
	for _, p := range r.parts {
		switch at := 0; {
		case p.format.typed():
			at = named(p.columns)
			pieces = append(pieces, piece{part: p, column: p.columns[at], n: p.rows})
		case of < 0:
		case len(pieces) > 0 && pieces[len(pieces)-1].column == r.csv[of]:
			pieces[len(pieces)-1].n += p.rows
			row += p.rows
		default:
			pieces = append(pieces, piece{part: p, column: r.csv[of], from: row, n: p.rows})
			row += p.rows
		}
	}
	return pieces
}

// reading puts together what is said of the pieces of a column.
func (r *partsReader) reading(pieces []piece) *Reading {
	var whole Reading
	markers := map[string]*Marker{}
	seen := map[Column]bool{} // the column of all CSV files has several pieces
	for _, p := range pieces {
		said := p.column.Field().Reading
		if said == nil || seen[p.column] {
			continue
		}
		seen[p.column] = true
		whole.Asked, whole.Category, whole.Odd = whole.Asked || said.Asked, whole.Category || said.Category, whole.Odd || said.Odd
		if why := said.Why; why != "" {
			if p.part.format.typed() {
				why += " (" + p.part.Path + ")"
			}
			whole.Why = strings.TrimPrefix(whole.Why+"; "+why, "; ")
		}
		for _, m := range said.Markers {
			row := p.part.first + m.Row
			if !p.part.format.typed() {
				row = r.globalRow(m.Row)
			}
			if at := markers[m.Text]; at == nil {
				markers[m.Text] = &Marker{m.Text, m.Count, row}
			} else {
				at.Count, at.Row = at.Count+m.Count, min(at.Row, row)
			}
		}
	}
	if len(seen) == 0 {
		return nil
	}
	whole.Markers = sortMarkers(markers)
	return &whole
}

// globalRow returns the number in the table of row i of the CSV files together.
func (r *partsReader) globalRow(i int) int {
	for _, p := range r.parts {
		if p.format.typed() {
			continue
		}
		if i < p.rows {
			return p.first + i
		}
		i -= p.rows
	}
	return i
}
