package dataset

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/internal/table"
)

// handleMissing finds the rows to use, and what missing values become.
func (s *Summary) handleMissing(ctx context.Context, t *table.Stream) error {
	switch s.opt.Missing {
	case MissingError:
		return s.missingError()
	case MissingDrop:
		return s.dropIncomplete(ctx, t)
	}
	var lacking []int
	for j := range s.Columns {
		if s.gaps(j) {
			lacking = append(lacking, j)
		}
	}
	if err := s.setTypical(ctx, t, lacking); err != nil {
		return err
	}
	for _, j := range lacking {
		if s.opt.Missing == MissingKeep {
			s.Columns[j].Gaps, s.Columns[j].Fill = true, s.fill[j]
		}
	}
	return nil
}

// dropIncomplete finds the rows that lack a value.
func (s *Summary) dropIncomplete(ctx context.Context, t *table.Stream) error {
	var lacking, fields []int
	for j, at := range s.places {
		if s.gaps(j) {
			lacking, fields = append(lacking, j), append(fields, at)
		}
	}
	if lacking == nil {
		return nil
	}
	s.dropped = newRowSet(s.Rows)
	err := t.Each(ctx, fields, func(first int, columns []table.Column) error {
		for i, c := range columns {
			if s.seen[s.places[lacking[i]]].infinite > 0 {
				c = finite{c}
			}
			if n := c.Len(); c.CountMissing(0, n) > 0 {
				for row := range n {
					if c.Missing(row) {
						s.dropped.add(first + row)
					}
				}
			}
		}
		return nil
	})
	if s.Dropped = s.dropped.count(); s.Dropped == s.Rows && err == nil {
		return fmt.Errorf("every row has a missing value, so --missing drop leaves none: use --missing keep or --missing median, or --drop the columns that lack most")
	}
	return err
}

// missingError tells how many values each feature lacks; nil where none does.
func (s *Summary) missingError() error {
	var list []string
	infinite := ""
	for j, at := range s.places {
		seen, f := &s.seen[at], &s.Fields[at]
		if !s.gaps(j) {
			continue
		}
		item := fmt.Sprintf("%s %d", f.Name, seen.missing+seen.infinite)
		if list := markers(f); list != "" {
			item += " (" + list + ")"
		}
		if seen.infinite > 0 {
			item += fmt.Sprintf(" (Inf %d)", seen.infinite)
			if infinite == "" {
				infinite = fmt.Sprintf("; an infinite value, as in column %s, row %d, has no distance to others and counts as missing", f.Name, seen.first)
			}
		}
		list = append(list, item)
	}
	if len(list) == 0 {
		return nil
	}
	return fmt.Errorf("missing values: %s (of %d rows); say what to do with --missing keep, --missing median or --missing drop, or leave a column out with --drop%s",
		firstOf(list, 20, ", "), s.Rows, infinite)
}
