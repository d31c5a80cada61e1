package dataset

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// pickColumns finds the label column and the features.
func (s *Set) pickColumns(opt Options) error {
	label := -1
	if opt.Label != "" {
		at, err := s.Table.Find(opt.Label)
		if err != nil {
			return fmt.Errorf("--label: %w", err)
		}
		label, s.Label = at, s.Table.Columns[at]
	}
	for _, name := range opt.Categorical {
		if _, err := s.Table.Find(name); err != nil {
			return fmt.Errorf("--categorical: %w", err)
		}
	}
	for j, c := range s.Table.Columns {
		if j != label {
			s.addFeature(c, slices.Contains(opt.Categorical, c.Name()))
		}
	}
	if len(s.Features) == 0 {
		return fmt.Errorf("no feature column is left beside the label %s", opt.Label)
	}
	return nil
}

// addFeature adds c to the features. Numbers that are categories become dense
// codes, since the values themselves (merchant numbers, say) may be too large to
// be told apart as float32.
func (s *Set) addFeature(c table.Column, categorical bool) {
	s.Inputs = append(s.Inputs, c)
	var values []float64
	nominal := c.Type() == table.String || c.Type() == table.Bool
	if categorical && !nominal {
		c, values = encode(c)
		nominal = true
	}
	s.Features = append(s.Features, c)
	s.Columns = append(s.Columns, Column{Nominal: nominal})
	s.codes = append(s.codes, values)
}

// encode returns c with its values replaced by their rank, and the values.
// Missing values stay so.
func encode(c table.Column) (table.Column, []float64) {
	all := make([]float64, c.Len())
	c.Floats(all, 1, 0, c.Len())
	values := slices.DeleteFunc(slices.Clone(all), math.IsNaN)
	slices.Sort(values)
	values = slices.Compact(values)
	for i, x := range all {
		if !math.IsNaN(x) {
			code, _ := slices.BinarySearch(values, x)
			all[i] = float64(code)
		}
	}
	return table.New(c.Name(), all), values
}

// chunkRows rows of a column are looked at together.
const chunkRows = 4096

// measure finds the range of every numeric feature over rows.
func (s *Set) measure(rows []int, scale Scale) error {
	for j, c := range s.Features {
		if s.Columns[j].Nominal || scale == ScaleNone {
			s.Columns[j].Max = 1 // (x-0)/(1-0): unit width
			if s.Columns[j].Nominal {
				continue
			}
		}
		lo, hi, err := columnRange(c, rows)
		if err != nil {
			return err
		}
		if scale == ScaleMinMax {
			s.Columns[j].Min, s.Columns[j].Max = lo, hi
		}
	}
	return nil
}

// columnRange returns the least and greatest value of c over rows, which are
// ascending. Missing values are passed over; an infinite one is an error, since
// no distance to it is a number.
func columnRange(c table.Column, rows []int) (lo, hi float64, err error) {
	lo, hi = math.Inf(1), math.Inf(-1)
	var chunk [chunkRows]float64
	for from := 0; from < c.Len(); from += chunkRows {
		to := min(from+chunkRows, c.Len())
		c.Floats(chunk[:], 1, from, to)
		for len(rows) > 0 && rows[0] < to {
			x := chunk[rows[0]-from]
			if math.IsInf(x, 0) {
				return 0, 0, fmt.Errorf("column %s, row %d: %v has no distance to other values; drop the row, or the column with --drop %s", c.Name(), rows[0], x, c.Name())
			}
			if x < lo {
				lo = x
			}
			if x > hi {
				hi = x
			}
			rows = rows[1:]
		}
	}
	if lo > hi { // every value is missing and filled with 0
		return 0, 0, nil
	}
	if math.IsInf(hi-lo, 0) {
		return 0, 0, fmt.Errorf("column %s: its range from %v to %v is too wide for float64; leave it out with --drop %s", c.Name(), lo, hi, c.Name())
	}
	return lo, hi, nil
}
