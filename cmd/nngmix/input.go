package main

import (
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/pflag"
)

// setFlags are the options that say how a table is read as a data set.
type setFlags struct {
	Label           string   `json:"label"`
	AnomalyValues   []string `json:"anomaly_value,omitempty"`
	NormalValues    []string `json:"normal_value,omitempty"`
	Categorical     []string `json:"categorical,omitempty"`
	Missing         string   `json:"missing"`
	LabeledFraction float64  `json:"labeled_fraction"`
	Scale           string   `json:"scale"`
}

func (f *setFlags) add(flags *pflag.FlagSet) {
	f.addColumns(flags)
	flags.StringArrayVar(&f.NormalValues, "normal-value", nil, "what --label holds for a row that is no anomaly: rows with any other label are anomalies (repeatable)")
	flags.Float64Var(&f.LabeledFraction, "labeled-fraction", 1, "share of the labeled anomalies that stays known, drawn with --seed; the others join the unlabeled rows")
}

// addColumns adds the options that an index has too.
func (f *setFlags) addColumns(flags *pflag.FlagSet) {
	f.LabeledFraction = 1
	flags.StringVar(&f.Label, "label", "", "column that marks the labeled anomalies (in an NPZ file an array, default y)")
	flags.StringArrayVar(&f.AnomalyValues, "anomaly-value", nil, "what --label holds for an anomaly (repeatable; default 1 or true)")
	flags.StringArrayVar(&f.Categorical, "categorical", nil, "numeric columns that are codes, separated by commas; text and booleans always are, but for text that names rows")
	flags.StringVar(&f.Missing, "missing", "error", "what a missing or infinite value does: error, keep (samples lack values as their parents do), median, or drop the row")
	flags.StringVar(&f.Scale, "scale", "auto", "how columns are scaled for search: minmax, none, or auto (none for cosine and innerproduct, else minmax)")
}

// options turns the flags into those of package dataset, for the metric that
// generate searches with unless chooseScale was told another.
func (f *setFlags) options(seed uint64) dataset.Options {
	return dataset.Options{
		Label: f.Label, AnomalyValues: f.AnomalyValues, NormalValues: f.NormalValues, Categorical: f.Categorical,
		Missing: dataset.Missing(f.Missing), LabeledFraction: f.LabeledFraction,
		Scale: dataset.Scale(f.Scale).For(exact.L2Squared.String()), Seed: seed,
	}
}

// chooseScale replaces --scale auto by what it is under metric.
func (f *setFlags) chooseScale(metric exact.Metric) {
	f.Scale = string(dataset.Scale(f.Scale).For(metric.String()))
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
