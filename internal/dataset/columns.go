package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"

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

// Categories returns what each code of feature j stands for, numbers in the shortest
// form that gives them back; nil where it is not nominal.
func (s *Set) Categories(j int) []string {
	switch c := s.Features[j]; {
	case !s.Columns[j].Nominal:
		return nil
	case c.Type() == table.String:
		return c.Dictionary()
	case c.Type() == table.Bool:
		return []string{"false", "true"}
	}
	texts := make([]string, len(s.codes[j]))
	for code, x := range s.codes[j] {
		texts[code] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	return texts
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
