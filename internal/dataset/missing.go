package dataset

import (
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
	"gonum.org/v1/gonum/stat"
)

// handleMissing returns the rows to use, ascending, and sets what missing values
// become.
func (s *Set) handleMissing(how Missing) ([]int, error) {
	s.fill = make([]float64, len(s.Features))
	switch how {
	case MissingError:
		return allRows(s.Table.Rows), s.missingError()
	case MissingDrop:
		return s.completeRows()
	}
	for j, c := range s.Features {
		if seen := &s.seen[s.places[j]]; seen.missing+seen.infinite == 0 {
			continue
		}
		s.fill[j] = typical(c, s.Columns[j].Nominal)
		if how == MissingKeep {
			s.Columns[j].Gaps, s.Columns[j].Fill = true, s.fill[j]
		}
	}
	return allRows(s.Table.Rows), nil
}

// completeRows returns the rows that lack no value.
func (s *Set) completeRows() ([]int, error) {
	incomplete := make([]bool, s.Table.Rows)
	s.eachChunk(func(_, from, to int) error {
		for j, c := range s.Features {
			if seen := &s.seen[s.places[j]]; seen.missing+seen.infinite == 0 || c.CountMissing(from, to) == 0 {
				continue
			}
			for i := from; i < to; i++ {
				incomplete[i] = incomplete[i] || c.Missing(i)
			}
		}
		return nil
	})
	rows := make([]int, 0, s.Table.Rows)
	for i, bad := range incomplete {
		if bad {
			s.dropped = append(s.dropped, i)
		} else {
			rows = append(rows, i)
		}
	}
	s.Dropped = len(s.dropped)
	if len(rows) == 0 {
		return nil, fmt.Errorf("every row has a missing value, so --missing drop leaves none: use --missing keep or --missing median, or --drop the columns that lack most")
	}
	return rows, nil
}

func allRows(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// missingError tells how many values each feature lacks; nil where none does.
func (s *Set) missingError() error {
	var list []string
	infinite := ""
	for j, c := range s.Features {
		seen := &s.seen[s.places[j]]
		n := seen.missing + seen.infinite
		if n == 0 {
			continue
		}
		item := fmt.Sprintf("%s %d", c.Name(), n)
		if list := markers(s.Inputs[j]); list != "" {
			item += " (" + list + ")"
		}
		if seen.infinite > 0 {
			item += fmt.Sprintf(" (Inf %d)", seen.infinite)
			if infinite == "" {
				infinite = fmt.Sprintf("; an infinite value, as in column %s, row %d, has no distance to others and counts as missing", c.Name(), seen.first)
			}
		}
		list = append(list, item)
	}
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("missing values: %s (of %d rows); say what to do with --missing keep, --missing median or --missing drop, or leave a column out with --drop%s",
		firstOf(list, 20, ", "), s.Table.Rows, infinite)
}

// typical returns the median of a numeric column, an observed value, or the most
// frequent code of a nominal one, the least of equals; 0 for an empty column.
func typical(c table.Column, nominal bool) float64 {
	var values []float64
	for i := range c.Len() {
		if !c.Missing(i) {
			values = append(values, c.Float(i))
		}
	}
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	if nominal {
		return mode(values)
	}
	return stat.Quantile(0.5, stat.Empirical, values, nil)
}

// mode returns the most frequent of values, which ascend, the least of equals.
// stat.Mode gives any of equals, which would differ from run to run.
func mode(values []float64) (best float64) {
	most, from := 0, 0
	for i := range values {
		if i+1 < len(values) && values[i+1] == values[i] {
			continue
		}
		if n := i + 1 - from; n > most {
			best, most = values[i], n
		}
		from = i + 1
	}
	return best
}
