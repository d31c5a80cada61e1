// Package dataset turns a table into what a generator or an index needs: which
// rows are labeled anomalies and which are unlabeled, which columns are numbers
// and which categories, their observed ranges, and the values of a row as
// float64 with missing ones filled.
package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// Options say how a table is read as a data set.
type Options struct {
	Label           string   // label column; required unless Unlabeled
	AnomalyValue    string   // what the label column holds for an anomaly; "" takes 1 or true
	Categorical     []string // numeric columns that are codes, beside the string and boolean ones
	Missing         Missing  // what a missing value does
	LabeledFraction float64  // share of the labeled anomalies that stays known, in (0, 1]
	Scale           Scale    // how columns are scaled for search
	Seed            uint64   // draws the anomalies that stay known
}

// Missing says what a missing value in a feature column does.
type Missing string

// What a missing value does.
const (
	MissingError  Missing = "error"  // refuse the table
	MissingDrop   Missing = "drop"   // leave the row out
	MissingMedian Missing = "median" // take the column's median, or its most frequent category
)

// Scale says how columns are scaled for search.
type Scale string

// How columns are scaled for search.
const (
	ScaleMinMax Scale = "minmax" // (x-Min)/(Max-Min), a constant column to 0
	ScaleNone   Scale = "none"   // as they are
)

// Column is a feature column's part in search: a number is scaled to
// (x-Min)/(Max-Min), a nominal code is compared for equality.
type Column struct {
	Min, Max float64
	Nominal  bool
}

// Set is a table read as a data set.
type Set struct {
	Table    *table.Table
	Label    table.Column   // nil where Options.Label is ""
	Inputs   []table.Column // the feature columns as they stand in the table, in its order
	Features []table.Column // the same, categories that are numbers replaced by codes
	Columns  []Column       // their ranges over all rows that are used

	Labeled   []int // row numbers of the known anomalies, ascending
	Unlabeled []int // row numbers of all other rows that are used, ascending
	Hidden    int   // labeled anomalies that LabeledFraction moved to Unlabeled
	Dropped   int   // rows that MissingDrop left out

	places []int        // of each feature: which column of the table it is
	fill   []float64    // what a missing value of each feature becomes
	hidden []int        // the rows that Hidden counts
	held   []int        // rows that HoldOut took out of Unlabeled
	codes  []categories // of each feature: what the codes of a number that is a category stand for
}

// Validate returns an error that lists all options out of range.
func (o Options) Validate() error {
	var bad []string
	if !slices.Contains([]Missing{MissingError, MissingDrop, MissingMedian}, o.Missing) {
		bad = append(bad, fmt.Sprintf("--missing %s: want error, drop or median", o.Missing))
	}
	if !slices.Contains([]Scale{ScaleMinMax, ScaleNone}, o.Scale) {
		bad = append(bad, fmt.Sprintf("--scale %s: want minmax or none", o.Scale))
	}
	if !(o.LabeledFraction > 0 && o.LabeledFraction <= 1) {
		bad = append(bad, fmt.Sprintf("--labeled-fraction %v: want more than 0 and at most 1", o.LabeledFraction))
	}
	if len(bad) > 0 {
		return fmt.Errorf("%s", strings.Join(bad, "; "))
	}
	return nil
}

// New reads t as a data set.
func New(t *table.Table, opt Options) (*Set, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	s := &Set{Table: t}
	if err := s.pickColumns(opt); err != nil {
		return nil, err
	}
	rows, err := s.handleMissing(opt.Missing)
	if err != nil {
		return nil, err
	}
	if err := s.split(rows, opt); err != nil {
		return nil, err
	}
	return s, s.measure(rows, opt.Scale)
}
