package report

import (
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Sheet is a table of text with named columns.
type Sheet struct {
	Columns []string
	Rows    [][]string // each as long as Columns
}

// text returns the value of a row in the column called name, "" without that column.
func (s *Sheet) text(row int, name string) string {
	if j := slices.Index(s.Columns, name); j >= 0 {
		return s.Rows[row][j]
	}
	return ""
}

// number returns the value of a row in the column called name, NaN where there is none.
func (s *Sheet) number(row int, name string) float64 { return number(s.text(row, name)) }

// CSV returns the sheet as CSV with a line of column names.
func (s *Sheet) CSV() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	err := w.WriteAll(append([][]string{s.Columns}, s.Rows...))
	return b.String(), err
}

// number returns the number that text is, NaN for other text and infinities.
func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
