// Package dataset turns a table into what a generator or an index needs: which
// rows are labeled anomalies and which are unlabeled, which columns are numbers
// and which categories, their observed ranges, and the values of a row as
// float64 with missing ones filled.
package dataset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// Options say how a table is read as a data set.
type Options struct {
	Label string // label column; required unless all rows are to be unlabeled
	// AnomalyValues are what the label column holds for an anomaly, NormalValues what
	// it holds for other rows, all others being anomalies; a row without a label is
	// none. Where both are empty, 1 and true are anomalies, and 0 and false are not.
	AnomalyValues   []string
	NormalValues    []string
	Categorical     []string // numbers that are codes, and texts that would be left out; as table.SplitNames takes them
	Missing         Missing  // what a missing or infinite value does
	LabeledFraction float64  // share of the labeled anomalies that stays known, in (0, 1]
	Scale           Scale    // how columns are scaled for search
	Seed            uint64   // draws the anomalies that stay known
}

// Missing says what a missing value in a feature column does.
type Missing string

// What a missing value does.
const (
	MissingError  Missing = "error"  // refuse the table
	MissingKeep   Missing = "keep"   // search with the column's median, and lack it in samples as parents do
	MissingDrop   Missing = "drop"   // leave the row out
	MissingMedian Missing = "median" // take the column's median, or its most frequent category
)

// Fills tells whether neighbors are searched for with the median in place of a
// missing value.
func (m Missing) Fills() bool { return m == MissingKeep || m == MissingMedian }

// Scale says how columns are scaled for search.
type Scale string

// How columns are scaled for search.
const (
	ScaleAuto   Scale = "auto"   // by the metric: see For
	ScaleMinMax Scale = "minmax" // (x-Min)/(Max-Min), a constant column to 0
	ScaleNone   Scale = "none"   // as they are, times in seconds
)

// For returns s, or what ScaleAuto is under metric: ScaleNone under cosine and
// innerproduct, which compare directions from a zero that minmax would move, and
// ScaleMinMax under l2squared and l1.
func (s Scale) For(metric string) Scale {
	switch {
	case s != ScaleAuto:
		return s
	case metric == "cosine" || metric == "innerproduct":
		return ScaleNone
	default:
		return ScaleMinMax
	}
}

// Column is a feature column's part in search and samples, as generator.Column
// describes it.
type Column struct {
	Min, Max         float64
	Nominal          bool
	Gaps             bool
	Fill             float64
	MassMin, MassMax bool
}

// Set is a table read as a data set, with rows in memory: all, or those that a search
// through batches kept.
type Set struct {
	*Summary
	Table     *table.Table   // the rows in memory
	Inputs    []table.Column // the feature columns as they stand in Table, in its order
	Features  []table.Column // the same as numbers: categories as codes, wide integers counted from Base, infinite values missing
	Labeled   []int          // rows of Table that are known anomalies, ascending
	Unlabeled []int          // rows of Table that are used and no such, ascending

	held      []int // rows that HoldOut took out of Unlabeled
	numbers   []int // of the rows of Table in the whole table; nil: they are the same
	positions []int // of Unlabeled among all unlabeled rows; nil: they are all
}

// Validate returns an error that lists all options out of range.
func (o Options) Validate() error {
	var bad []string
	if !slices.Contains([]Missing{MissingError, MissingKeep, MissingDrop, MissingMedian}, o.Missing) {
		bad = append(bad, fmt.Sprintf("--missing %s: want error, keep, drop or median", o.Missing))
	}
	if !slices.Contains([]Scale{ScaleMinMax, ScaleNone}, o.Scale) {
		bad = append(bad, fmt.Sprintf("--scale %s: want auto, minmax or none", o.Scale))
	}
	if !(o.LabeledFraction > 0 && o.LabeledFraction <= 1) {
		bad = append(bad, fmt.Sprintf("--labeled-fraction %v: want more than 0 and at most 1", o.LabeledFraction))
	}
	if len(o.AnomalyValues) > 0 && len(o.NormalValues) > 0 {
		bad = append(bad, "--anomaly-value and --normal-value exclude each other: name the anomalies, or the rows that are none")
	}
	if len(bad) > 0 {
		return fmt.Errorf("%s", strings.Join(bad, "; "))
	}
	return nil
}

// New reads t as a data set. Options.Scale must not be ScaleAuto.
func New(t *table.Table, opt Options) (*Set, error) {
	s, err := Summarize(context.Background(), t.Stream(), opt)
	if err != nil {
		return nil, err
	}
	return s.set(t, nil), nil
}

// set returns the set of the rows of t, which have these numbers in the whole table.
func (s *Summary) set(t *table.Table, numbers []int) *Set {
	d := &Set{Summary: s, Table: t, numbers: numbers}
	for _, at := range s.places {
		d.Inputs = append(d.Inputs, t.Columns[at])
	}
	d.Features = s.features(d.Inputs)
	d.Labeled = make([]int, 0, len(s.Anomalies))
	d.Unlabeled = make([]int, 0, max(0, t.Rows-len(s.Anomalies)))
	next := 0 // among the anomalies
	for i := range t.Rows {
		number := d.Number(i)
		for next < len(s.Anomalies) && s.Anomalies[next] < number {
			next++
		}
		switch {
		case next < len(s.Anomalies) && s.Anomalies[next] == number:
			d.Labeled = append(d.Labeled, i)
		case !s.dropped.has(number):
			d.Unlabeled = append(d.Unlabeled, i)
		}
	}
	return d
}

// Number returns the number in the whole table of row i of Table.
func (s *Set) Number(i int) int {
	if s.numbers == nil {
		return i
	}
	return s.numbers[i]
}

// Kept returns the set of the known anomalies and of some unlabeled rows: those with
// positions, ascending, among all unlabeled rows of the table. more, which may be nil,
// has them, and may have others. It is for tables that are not in memory.
func (s *Summary) Kept(more *table.Kept, positions []int) (*Set, error) {
	rows := s.kept
	if more != nil {
		rows = rows.With(more)
	}
	t, err := rows.Table(s.Fields)
	if err != nil {
		return nil, err
	}
	d := s.set(t, rows.Numbers)
	d.positions = positions
	return d, nil
}
