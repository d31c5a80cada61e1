package main

import (
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// readReport is what a run report says of how a column was read.
type readReport struct {
	Name string `json:"name"`
	Type string `json:"type"`
	columnReading
}

// readReports tells how the columns of t were read, all of them, in order.
func readReports(t *table.Table) []readReport {
	reports := make([]readReport, len(t.Columns))
	for j, c := range t.Columns {
		f := c.Field()
		reports[j] = readReport{c.Name(), typeName(f), readingOf(f)}
	}
	return reports
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
