package dataset

import (
	"fmt"

	"github.com/nngmix/nngmix/internal/table"
)

// lackingFeatures returns the features that lack values in some rows.
func (s *Summary) lackingFeatures() (features []int) {
	for j := range s.Columns {
		if s.gaps(j) {
			features = append(features, j)
		}
	}
	return features
}

// fieldsOf returns the columns of features.
func (s *Summary) fieldsOf(features []int) []int {
	fields := make([]int, len(features))
	for i, j := range features {
		fields[i] = s.places[j]
	}
	return fields
}

// dropper finds rows that lack a value.
type dropper struct {
	summary  *Summary
	features []int
	rows     rowSet
}

func (s *Summary) newDropper() ([]int, part) {
	features := s.lackingFeatures()
	if s.opt.Missing != MissingDrop || features == nil {
		return nil, nil
	}
	return s.fieldsOf(features), &dropper{s, features, newRowSet(s.Rows)}
}

func (d *dropper) chunk(columns []table.Column, first, from, to int) {
	for i, c := range columns {
		if d.summary.seen[d.summary.places[d.features[i]]].Infinite > 0 {
			c = finite{c}
		}
		if c.CountMissing(from, to) == 0 {
			continue
		}
		for row := from; row < to; row++ {
			if c.Missing(row) {
				d.rows.add(first + row)
			}
		}
	}
}

func (d *dropper) join(p part) {
	for w, word := range p.(*dropper).rows {
		d.rows[w] |= word
	}
}

// drop leaves out the rows that lack a value.
func (s *Summary) drop(d *dropper) error {
	s.dropped, s.Dropped = d.rows, d.rows.count()
	if s.Dropped == s.Rows {
		return fmt.Errorf("every row has a missing value, so --missing drop leaves none: use --missing keep or --missing median, or --drop the columns that lack most")
	}
	return nil
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
		item := fmt.Sprintf("%s %d", f.Name, seen.Missing+seen.Infinite)
		if list := markers(f); list != "" {
			item += " (" + list + ")"
		}
		if seen.Infinite > 0 {
			item += fmt.Sprintf(" (Inf %d)", seen.Infinite)
			if infinite == "" {
				infinite = fmt.Sprintf("; an infinite value, as in column %s, row %d, has no distance to others and counts as missing", f.Name, seen.First)
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
