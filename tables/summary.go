package tables

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/internal/dataset"
)

// Options say how a table is read as labeled anomalies and unlabeled rows.
type Options struct {
	Label           string   // the label column
	AnomalyValues   []string // what it holds for an anomaly; none: 1 and true, and 0, false and nothing for others
	NormalValues    []string // or what it holds for all other rows
	Categorical     []string // columns of numbers, or of many texts, that are categories
	Missing         string   // what a missing value does: error (the default), keep, drop or median, as of nngmix generate
	LabeledFraction float64  // share of the labeled anomalies that stay known, in (0, 1]; 0: all
	Scale           string   // how columns are scaled for search: minmax (the default) or none
	Seed            uint64   // draws those that stay known
}

func (o *Options) dataset() dataset.Options {
	return dataset.Options{
		Label: o.Label, AnomalyValues: o.AnomalyValues, NormalValues: o.NormalValues, Categorical: o.Categorical,
		Missing: dataset.Missing(cmp.Or(o.Missing, string(dataset.MissingError))), LabeledFraction: cmp.Or(o.LabeledFraction, 1),
		Scale: dataset.Scale(cmp.Or(o.Scale, string(dataset.ScaleMinMax))), Seed: o.Seed,
	}
}

// Summary is what has to be known of a whole table before its rows can be used: which
// columns are features, their ranges and categories, what missing values become, and
// which rows are labeled anomalies, with their values. It is not safe for concurrent
// use, but Add uses all processors.
type Summary struct {
	scan *dataset.Scan
	done bool
}

// NewSummary begins the summary of a table with the columns of s. Columns of other
// shards have the same names and types.
func NewSummary(s *Source, opt Options) (*Summary, error) {
	if opt.Label == "" {
		return nil, errors.New("tables: Options.Label is empty: the column that marks anomalies")
	}
	scan, err := dataset.NewScan(s.stream.Fields, opt.dataset())
	if err != nil {
		return nil, err
	}
	scan.Keep()
	return &Summary{scan: scan}, nil
}

// Summarize finds the summary of s, in as many rounds as it takes.
func Summarize(ctx context.Context, s *Source, opt Options) (*Summary, error) {
	x, err := NewSummary(s, opt)
	for err == nil && !x.done {
		if err = s.Each(ctx, x.Columns(), func(b Batch) error { return x.Add(ctx, b) }); err == nil {
			_, err = x.Next()
		}
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// Columns returns the numbers of the columns that this round reads; nil: all.
func (x *Summary) Columns() []int { return x.scan.Fields() }

// Add takes account of a batch, which must have the columns of Columns. In a round
// every row of the table is added once, somewhere, and none after a Merge in the first
// round.
func (x *Summary) Add(ctx context.Context, b Batch) error {
	columns, err := b.only(x.Columns())
	if err != nil {
		return err
	}
	return x.scan.Add(ctx, b.First, columns)
}

// Merge takes account of what another worker was given in this round; o is of no use
// after that. The error says that it is of another table or another round.
func (x *Summary) Merge(o *Summary) error { return x.scan.Merge(o.scan) }

// Next ends a round, once all rows were added and all workers merged, and tells whether
// the summary is complete. If not, all workers go on from copies of it. The error is
// one of the table: no feature, no anomaly, missing values that no option allows.
func (x *Summary) Next() (done bool, err error) {
	x.done, err = x.scan.Next()
	return x.done, err
}

// MarshalBinary returns x, in the midst of a round or at its end, to be stored.
func (x *Summary) MarshalBinary() ([]byte, error) { return x.scan.MarshalBinary() }

// UnmarshalBinary makes x what MarshalBinary returned. The error says that the bytes
// are no summary, of another version, or damaged.
func (x *Summary) UnmarshalBinary(data []byte) error {
	scan := new(dataset.Scan)
	if err := scan.UnmarshalBinary(data); err != nil {
		return err
	}
	x.scan, x.done = scan, scan.Done()
	return nil
}

// Rows returns the number of rows of the table, after the first round.
func (x *Summary) Rows() int { return x.scan.Summary().Rows }

// Anomalies returns the numbers of the rows that are known anomalies, ascending.
func (x *Summary) Anomalies() []int { return x.scan.Summary().Anomalies }

// Unlabeled returns how many rows are used and no known anomalies.
func (x *Summary) Unlabeled() int { return x.scan.Summary().CountUnlabeled() }

// Feature is what is known of a column that takes part in search.
type Feature struct {
	Name       string
	Column     int      // its number in the Source
	Min, Max   float64  // of numbers, over the rows that are used
	Categories []string // of a category: what its codes stand for; nil for numbers
	Missing    int      // rows that lack a value
}

// Features returns the features, in the order of their columns.
func (x *Summary) Features() []Feature {
	s := x.scan.Summary()
	var list []Feature
	for j, at := range s.FeatureFields() {
		missing, infinite := s.Lacking(at)
		f := Feature{Name: s.Fields[at].Name, Column: at, Categories: s.Categories(j), Missing: missing + infinite}
		if !s.Columns[j].Nominal {
			f.Min, f.Max = s.Columns[j].Min, s.Columns[j].Max
		}
		list = append(list, f)
	}
	return list
}

// Notes returns what a user should hear of the table, a line each.
func (x *Summary) Notes() []string { return dataset.Lines(x.scan.Summary().Notes) }

// complete returns an error unless all rounds are done.
func (x *Summary) complete() error {
	if !x.done {
		return fmt.Errorf("tables: the summary is not complete: Next has not returned true")
	}
	return nil
}
