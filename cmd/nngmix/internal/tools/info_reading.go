package tools

import (
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// columnReading is what the reader decided of a column and what it met, as run
// reports show it.
type columnReading struct {
	Why     string         `json:"why,omitempty"`     // why the column has its type
	Markers []table.Marker `json:"markers,omitempty"` // texts that were taken for missing values
	Asked   bool           `json:"asked,omitempty"`   // an option named the type
	Odd     bool           `json:"odd,omitempty"`     // the user should hear of it
}

// readingOf returns what the reader said of a field.
func readingOf(f table.Field) columnReading {
	if f.Reading == nil {
		return columnReading{}
	}
	return columnReading{f.Reading.Why, f.Reading.Markers, f.Reading.Asked, f.Reading.Odd}
}

// lines tells in clauses why the column has its type and which texts were taken
// for missing values.
func (r *columnReading) lines() (lines []string) {
	if r.Why != "" {
		lines = append(lines, r.Why)
	}
	const most = 4
	var markers []string
	for i, m := range r.Markers {
		if i == most {
			markers = append(markers, fmt.Sprintf("%d other texts", len(r.Markers)-most))
			break
		}
		markers = append(markers, fmt.Sprintf("%q in %s, the first in row %d", m.Text, rowsText(m.Count), m.Row))
	}
	if len(markers) > 0 {
		lines = append(lines, "taken as missing: "+strings.Join(markers, "; "))
	}
	return lines
}

// rowsText returns a number of rows in words.
func rowsText(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}
