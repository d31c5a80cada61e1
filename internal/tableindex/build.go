package tableindex

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
)

// Options say how the data set was read that an index is built from, so that
// queries are read the same way. Source, the name of the table's file, and
// Label, the column that was left out of it, are there to be shown only.
type Options struct {
	Source  string
	Label   string
	Scale   dataset.Scale
	Missing dataset.Missing
	Markers []string // texts that stood for missing values, beside the usual ones
	Threads int      // 0 for all processors; does not change the index
}

// Rows are the rows of a table in search space, and what is known of the table.
type Rows struct {
	Schema *Schema

	values  []float32 // row-major
	threads int
}

// Scale returns the rows of set, which has no label: all of its rows are
// indexed. They do not keep set. The error is a generator.ValueError where a
// value has no place in search space.
func Scale(ctx context.Context, set *dataset.Set, opt Options) (*Rows, error) {
	if len(set.Labeled) > 0 {
		return nil, fmt.Errorf("tableindex: %d rows are labeled, want a set without a label", len(set.Labeled))
	}
	values, _, err := generator.SearchMatrix(ctx, set.UnlabeledRows(), scales(set.Summary), opt.Threads)
	if err != nil {
		return nil, err
	}
	schema := newSchema(set.Summary, fingerprints(set.Inputs, set.Table.Rows), opt)
	schema.Gaps = gaps(set.Unlabeled, set.Table.Rows)
	return &Rows{schema, values, opt.Threads}, nil
}

// scales returns how the features of s are scaled.
func scales(s *dataset.Summary) (columns []generator.Column) {
	for _, c := range s.Columns {
		columns = append(columns, generator.Column(c))
	}
	return columns
}

// Build builds an index of the rows. Nominal and Threads of opt are of no
// effect: the rows know. Categories need the metric L2Squared.
func (r *Rows) Build(ctx context.Context, opt ann.Options) (*Index, error) {
	opt.Nominal, opt.Threads = r.Schema.Nominal(), r.threads
	if err := checkMetric(opt); err != nil {
		return nil, err
	}
	x, err := ann.Build(ctx, r.values, len(r.Schema.Columns), opt)
	if err != nil {
		return nil, err
	}
	x.SetMeta(r.Schema.Encode())
	return &Index{Schema: r.Schema, parts: []part{{x, 0}}}, nil
}

// checkMetric refuses metrics that do not compare categories where there are some.
func checkMetric(opt ann.Options) error {
	if opt.Nominal > 0 && opt.Metric != exact.L2Squared {
		return fmt.Errorf("tableindex: %d columns are categories, which the metric %v does not compare", opt.Nominal, opt.Metric)
	}
	return nil
}
