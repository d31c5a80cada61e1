package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
)

// GeneratorData hands the set to the generator.
func GeneratorData(set *dataset.Set) generator.Data {
	return generator.Data{Labeled: set.LabeledRows(), Unlabeled: set.UnlabeledRows(), Columns: columnsOf(set.Summary)}
}

func columnsOf(s *dataset.Summary) (columns []generator.Column) {
	for _, c := range s.Columns {
		columns = append(columns, generator.Column(c))
	}
	return columns
}

// InColumn puts the names and row numbers of the input into an error of the
// generator, which knows only positions.
func InColumn(err error, set *dataset.Set) error {
	var bad *generator.ValueError
	if !errors.As(err, &bad) {
		return err
	}
	rows := set.Unlabeled
	if bad.Labeled {
		rows = set.Labeled
	}
	return set.BadValue(bad.Column, set.Number(rows[bad.Row]), bad.Value)
}

// NumericOnly returns an error where the table of s has features that are
// categories, which it begins with why that is not possible.
func NumericOnly(s *dataset.Summary, why string) error {
	var names []string
	for j, c := range s.Columns {
		if c.Nominal {
			names = append(names, s.Fields[s.FeatureFields()[j]].Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%s, and these columns are categories: leave them out with --drop %s", why, strings.Join(names, ","))
}
