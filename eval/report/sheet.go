package report

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Sheet is a table of text with named columns.
type Sheet struct {
	Columns []string
	Rows    [][]string // each as long as Columns
}

// readSheet reads a CSV file that must have the columns named; nil when there is no such
// file.
func readSheet(path string, columns []string) (*Sheet, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", path, err)
	}
	if len(records) < 2 {
		return nil, fmt.Errorf("report: %s has no rows: the run was not finished; give its command again", path)
	}
	s := &Sheet{Columns: records[0], Rows: records[1:]}
	for _, name := range columns {
		if !slices.Contains(s.Columns, name) {
			return nil, fmt.Errorf("report: %s has no column %s; it has %s", path, name, strings.Join(s.Columns, ", "))
		}
	}
	for _, name := range columns {
		if slices.Contains([]string{"engine", "parameter", "group", "detector"}, name) {
			continue
		}
		for i := range s.Rows {
			text := s.text(i, name)
			switch v := number(text); {
			case text == "":
			case math.IsNaN(v):
				return nil, fmt.Errorf("report: %s: line %d: %s is %q, not a number", path, i+2, name, text)
			case name == "recall" && !(v >= 0 && v <= 1):
				return nil, fmt.Errorf("report: %s: line %d: recall is %s, want 0 to 1", path, i+2, text)
			case math.Abs(v) > maxNumber:
				return nil, fmt.Errorf("report: %s: line %d: %s is %s, want at most %g", path, i+2, name, text, maxNumber)
			}
		}
	}
	return s, nil
}

// maxNumber is beyond all that a run can measure.
const maxNumber = 1e15

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
