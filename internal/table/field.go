package table

import (
	"fmt"
	"slices"
	"strings"
)

// Role says what a field is for. It decides the place of a field in an NPZ file.
type Role uint8

// The roles.
const (
	Feature Role = iota // a column of the matrix X
	Label               // the array y
	Extra               // an array of its own, such as provenance
	Index               // row numbers or names that a data frame was written with
)

// Field describes a column.
type Field struct {
	Name       string
	Header     string // what the file calls the column where that is not Name; a CSV file is written with it
	Type       Type
	Dictionary []string // of a String: the text of each code
	Temporal   Temporal // of an integer that counts time
	Precision  int      // of a Decimal: digits in all, 1 to 38
	Places     int      // of a Decimal: digits behind the point, 0 to Precision
	Reading    *Reading // how a reader came by the type; nil where there is nothing to say

	// Role and Array matter in NPZ files, but for Index. Array is the name of the
	// array of a Label (default y) or an Extra (default Name).
	Role  Role
	Array string
}

// Reading tells what a reader decided about a column and what it met.
type Reading struct {
	Why     string   `json:"why,omitempty"`     // why the column has its type, a clause such as "007 in row 3 would lose its zeros as a number"
	Markers []Marker `json:"markers,omitempty"` // texts that were taken as missing, the most frequent first
	Asked   bool     `json:"asked,omitempty"`   // an option named the type
	// Category says that the column was asked to be one (AsCategory), whatever its
	// type and however many values it has.
	Category bool `json:"category,omitempty"`
	// Odd says that the user should hear of it: Why is worth a line.
	Odd bool `json:"odd,omitempty"`
}

// Marker is a text that stands for a missing value.
type Marker struct {
	Text  string `json:"text"`
	Count int    `json:"count"`
	Row   int    `json:"row"` // the first one, from 0
}

// Table is a table in memory.
type Table struct {
	Columns []Column
	Rows    int    // at least 1
	Format  Format // of the first part
	Style   Style
	Parts   []PartRows // of what ReadParts read, in order
}

// Style is how a CSV file writes a table. The zero value is a comma, a decimal
// point, a line of names and lines that end in \n.
type Style struct {
	Delimiter rune // 0: a tab for .tsv, else a comma
	Decimal   rune // 0: a point
	NoHeader  bool // the first line is a row
	CRLF      bool // lines end in \r\n
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
func (t *Table) Find(name string) (int, error) { return find(name, t.Names()) }

// FieldNames returns the names of fields.
func FieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for j := range fields {
		names[j] = fields[j].Name
	}
	return names
}

// FindField is Table.Find among fields.
func FindField(fields []Field, name string) (int, error) { return find(name, FieldNames(fields)) }

func find(name string, names []string) (int, error) {
	if at := slices.Index(names, name); at >= 0 {
		return at, nil
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
