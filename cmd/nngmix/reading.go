package main

import (
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// columnReport tells what a column of the input was read as.
type columnReport struct {
	Name     string         `json:"name"`
	Type     string         `json:"type"`
	Part     string         `json:"part"` // label, number, category, or none
	Missing  int            `json:"missing,omitempty"`
	Infinite int            `json:"infinite,omitempty"`
	Reading  *table.Reading `json:"reading,omitempty"`
}

// columnReports describes all columns of the input.
func columnReports(set *dataset.Set) []columnReport {
	var list []columnReport
	for at, c := range set.Table.Columns {
		r := columnReport{Name: c.Name(), Type: typeName(c.Field()), Part: set.Part(at), Reading: c.Field().Reading}
		r.Missing, r.Infinite = set.Lacking(at)
		list = append(list, r)
	}
	return list
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
