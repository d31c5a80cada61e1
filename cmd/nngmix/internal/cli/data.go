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
	d := generator.Data{Labeled: set.LabeledRows(), Unlabeled: set.UnlabeledRows()}
	for _, c := range set.Columns {
		d.Columns = append(d.Columns, generator.Column(c))
	}
	return d
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
	name := set.Features[bad.Column].Name()
	return fmt.Errorf("column %s, row %d: %v cannot be searched for; leave the column out with --drop %s", name, rows[bad.Row], bad.Value, name)
}

// NumericOnly returns an error where set has columns that are categories, which
// it begins with why that is not possible.
func NumericOnly(set *dataset.Set, why string) error {
	var names []string
	for j, c := range set.Columns {
		if c.Nominal {
			names = append(names, set.Inputs[j].Name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%s, and these columns are categories: leave them out with --drop %s", why, strings.Join(names, ","))
}
