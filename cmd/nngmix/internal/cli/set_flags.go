package cli

import (
	"errors"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/pflag"
)

// SetFlags are the options that say how a table is read as a data set.
type SetFlags struct {
	Label           string   `json:"label"`
	AnomalyValues   []string `json:"anomaly_value,omitempty"`
	NormalValues    []string `json:"normal_value,omitempty"`
	Categorical     []string `json:"categorical,omitempty"`
	Missing         string   `json:"missing"`
	LabeledFraction float64  `json:"labeled_fraction"`
	Scale           string   `json:"scale"`
}

// Add declares the options.
func (f *SetFlags) Add(flags *pflag.FlagSet) {
	f.AddColumns(flags)
	flags.StringArrayVar(&f.NormalValues, "normal-value", nil, "what --label holds for a row that is no anomaly: rows with any other label are anomalies (repeatable)")
	flags.Float64Var(&f.LabeledFraction, "labeled-fraction", 1, "share of the labeled anomalies that stays known, drawn with --seed; the others join the unlabeled rows")
}

// AddColumns declares the options that an index has too.
func (f *SetFlags) AddColumns(flags *pflag.FlagSet) {
	f.LabeledFraction = 1
	flags.StringVar(&f.Label, "label", "", "column that marks the labeled anomalies (in an NPZ file an array, default y)")
	flags.StringArrayVar(&f.AnomalyValues, "anomaly-value", nil, "what --label holds for an anomaly (repeatable; default 1 or true)")
	flags.StringArrayVar(&f.Categorical, "categorical", nil, "numeric columns that are codes, separated by commas; text and booleans always are, but for text that names rows")
	flags.StringVar(&f.Missing, "missing", "error", "what a missing or infinite value does: error, keep (samples lack values as their parents do), median, or drop the row")
	flags.StringVar(&f.Scale, "scale", "auto", "how columns are scaled for search: minmax, none, or auto (none for cosine and innerproduct, else minmax)")
}

// Options turns the flags into those of package dataset, for the metric that
// generate searches with unless ChooseScale was told another.
func (f *SetFlags) Options(seed uint64) dataset.Options {
	return dataset.Options{
		Label: f.Label, AnomalyValues: f.AnomalyValues, NormalValues: f.NormalValues, Categorical: f.Categorical,
		Missing: dataset.Missing(f.Missing), LabeledFraction: f.LabeledFraction,
		Scale: dataset.Scale(f.Scale).For(exact.L2Squared.String()), Seed: seed,
	}
}

// ChooseScale replaces --scale auto by what it is under metric.
func (f *SetFlags) ChooseScale(metric exact.Metric) {
	f.Scale = string(dataset.Scale(f.Scale).For(metric.String()))
}

// NPZLabel makes y the label where the file is an NPZ and none is named.
func (f *SetFlags) NPZLabel(path string) error {
	if f.Label != "" {
		return nil
	}
	if format, err := table.FormatOf(path); err == nil && format == table.NPZ {
		f.Label = "y"
		return nil
	}
	return errors.New("--label COLUMN is missing: the column that marks the labeled anomalies")
}
