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

// Set is a table read as a data set.
type Set struct {
	Table    *table.Table
	Label    table.Column   // nil where Options.Label is ""
	Inputs   []table.Column // the feature columns as they stand in the table, in its order
	Features []table.Column // the same as numbers: categories as codes, wide integers counted from Base, infinite values missing
	Columns  []Column       // their ranges over all rows that are used
	Notes    []Note         // what a user should hear of

	Labeled        []int // row numbers of the known anomalies, ascending
	Unlabeled      []int // row numbers of all other rows that are used, ascending
	Hidden         int   // labeled anomalies that LabeledFraction moved to Unlabeled
	Dropped        int   // rows that MissingDrop left out
	DroppedLabeled int   // labeled anomalies among them

	seen    []survey     // of each column of the table
	label   int          // which column of the table is the label, -1 for none
	places  []int        // of each feature: which column of the table it is
	codes   []categories // of each feature: what the codes of a number that is a category stand for
	whole   []whole      // of each feature: how its numbers become whole ones again
	keep    bool         // rows lack missing values
	fill    []float64    // what a missing value of each feature becomes
	hidden  []int        // the rows that Hidden counts
	dropped []int        // the rows that Dropped counts
	held    []int        // rows that HoldOut took out of Unlabeled
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
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	s := &Set{Table: t, keep: opt.Missing == MissingKeep}
	s.noteReadings()
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
	s.noteMarkers()
	s.noteUnused()
	return s, s.measure(rows, opt.Scale)
}
