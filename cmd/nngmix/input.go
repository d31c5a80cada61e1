package main

import (
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/pflag"
)

// setFlags are the options that say how a table is read as a data set.
type setFlags struct {
	Label           string   `json:"label"`
	AnomalyValue    string   `json:"anomaly_value,omitempty"`
	Categorical     []string `json:"categorical,omitempty"`
	Missing         string   `json:"missing"`
	LabeledFraction float64  `json:"labeled_fraction"`
	Scale           string   `json:"scale"`
}

func (f *setFlags) add(flags *pflag.FlagSet) {
	f.addColumns(flags)
	flags.Float64Var(&f.LabeledFraction, "labeled-fraction", 1, "share of the labeled anomalies that stays known, drawn with --seed; the others join the unlabeled rows")
}

// addColumns adds the options that an index has too.
func (f *setFlags) addColumns(flags *pflag.FlagSet) {
	f.LabeledFraction = 1
	flags.StringVar(&f.Label, "label", "", "column that marks the labeled anomalies (in an NPZ file an array, default y)")
	flags.StringVar(&f.AnomalyValue, "anomaly-value", "", "what --label holds for an anomaly (default 1 or true)")
	flags.StringArrayVar(&f.Categorical, "categorical", nil, "columns that are codes, separated by commas; text and booleans are categories anyway")
	flags.StringVar(&f.Missing, "missing", "error", "what a missing value does: error, drop the row, or median")
	flags.StringVar(&f.Scale, "scale", "minmax", "how columns are scaled for search: minmax or none")
}

// options turns the flags into those of package dataset.
func (f *setFlags) options(seed uint64) dataset.Options {
	return dataset.Options{
		Label: f.Label, AnomalyValue: f.AnomalyValue, Categorical: f.Categorical,
		Missing: dataset.Missing(f.Missing), LabeledFraction: f.LabeledFraction,
		Scale: dataset.Scale(f.Scale), Seed: seed,
	}
}

// npzLabel makes y the label where the file is an NPZ and none is named.
func (f *setFlags) npzLabel(path string) error {
	if f.Label != "" {
		return nil
	}
	if format, err := table.FormatOf(path); err == nil && format == table.NPZ {
		f.Label = "y"
		return nil
	}
	return errors.New("--label COLUMN is missing: the column that marks the labeled anomalies")
}

// data hands the set to the generator.
func data(set *dataset.Set) generator.Data {
	d := generator.Data{Labeled: set.LabeledRows(), Unlabeled: set.UnlabeledRows()}
	for _, c := range set.Columns {
		d.Columns = append(d.Columns, generator.Column(c))
	}
	return d
}

// columnNames puts the names and row numbers of the input into an error of the
// generator, which knows only positions.
func columnNames(err error, set *dataset.Set) error {
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
