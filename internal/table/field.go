package table

import (
	"fmt"
	"strings"
)

// Role says what a field is for. It decides the place of a field in an NPZ file.
type Role uint8

// The roles.
const (
	Feature Role = iota // a column of the matrix X
	Label               // the array y
	Extra               // an array of its own, such as provenance
)

// Field describes a column.
type Field struct {
	Name       string
	Type       Type
	Dictionary []string // of a String: the text of each code
	Temporal   Temporal // of an integer that counts time

	// Role and Array matter in NPZ files alone. Array is the name of the array of
	// a Label (default y) or an Extra (default Name).
	Role  Role
	Array string
}

// Table is a table in memory.
type Table struct {
	Columns []Column
	Rows    int // at least 1
	Format  Format
}

// Names returns the names of the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for j, c := range t.Columns {
		names[j] = c.Name()
	}
	return names
}

// Find returns the position of the column called name. The error (ErrColumn)
// names the column that was probably meant, and the others.
func (t *Table) Find(name string) (int, error) {
	names := t.Names()
	for j, n := range names {
		if n == name {
			return j, nil
		}
	}
	return 0, unknownColumn(name, names)
}

// unknownColumn says that name is not among names.
func unknownColumn(name string, names []string) error {
	hint, best := "", 1+len(name)/3
	for _, n := range names {
		if d := editDistance(strings.ToLower(name), strings.ToLower(n)); d <= best {
			hint, best = fmt.Sprintf(", did you mean %q?", n), d-1
		}
	}
	return fmt.Errorf("%w %q%s; the columns are: %s", ErrColumn, name, hint, listed(names))
}

// listed joins names, the first ones where there are many.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s, ... (%d more)", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// editDistance counts the bytes to insert, delete or replace to get from a to b
// (Wagner and Fischer, The string-to-string correction problem, JACM 21, 1974).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
