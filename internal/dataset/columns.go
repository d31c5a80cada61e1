package dataset

import (
	"fmt"
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
		if j == label {
			continue
		}
		r := c.Field().Reading
		asked := r != nil && r.Category || slices.Contains(opt.Categorical, c.Name())
		if err := s.addFeature(c, asked); err != nil {
			return err
		}
		s.places = append(s.places, j)
	}
	if len(s.Features) == 0 {
		return fmt.Errorf("no feature column is left beside the label %s", opt.Label)
	}
	return nil
}

// addFeature adds c to the features. Numbers that are categories become dense
// codes, since the values themselves (merchant numbers, say) may be too large to
// be told apart as float32 or float64.
func (s *Set) addFeature(c table.Column, categorical bool) (err error) {
	s.Inputs = append(s.Inputs, c)
	var k categories
	nominal := categorical || c.Type() == table.String || c.Type() == table.Bool
	if nominal {
		if c, k, err = encode(c); err != nil {
			return err
		}
	}
	s.Features = append(s.Features, c)
	s.Columns = append(s.Columns, Column{Nominal: nominal})
	s.codes = append(s.codes, k)
	return nil
}

// Categories returns what each code of feature j stands for: text as it is,
// booleans as false and true, numbers in the shortest decimal form that gives them
// back, with all digits of whole ones and without zeros that say nothing, so that
// equal numbers of any two types have equal texts; time as its count of units. nil
// where the feature is not nominal.
func (s *Set) Categories(j int) []string {
	if !s.Columns[j].Nominal {
		return nil
	}
	return s.codes[j].texts(s.Inputs[j])
}

// Mixes tells whether column at of the table is a feature whose samples are
// mixtures of numbers: no category.
func (s *Set) Mixes(at int) bool {
	j, ok := slices.BinarySearch(s.places, at)
	return ok && !s.Columns[j].Nominal
}
