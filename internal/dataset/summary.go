package dataset

import (
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// Summary is what has to be known of a whole table before any of its rows can be
// used: which columns are features and how they are read, their ranges, what missing
// values become, and which rows are labeled anomalies. It takes memory for categories
// and labeled anomalies, and for each row no more than a bit.
type Summary struct {
	Fields  []table.Field // of all columns
	Rows    int           // of the table
	Format  table.Format
	Style   table.Style
	Columns []Column // of each feature: its range over all rows that are used
	Notes   []Note   // what a user should hear of

	Anomalies      []int // row numbers of the known anomalies, ascending
	Hidden         int   // labeled anomalies that LabeledFraction moved to the unlabeled rows
	Dropped        int   // rows that MissingDrop left out
	DroppedLabeled int   // labeled anomalies among them

	opt      Options
	category []bool         // columns of the table that options call categories
	seen     []survey       // of each column of the table
	label    int            // which column of the table is the label, -1 for none
	places   []int          // of each feature: which column of the table it is
	codes    []categories   // of each feature: what the codes of a number that is a category stand for
	whole    []whole        // of each feature: how its numbers become whole ones again
	fill     []float64      // what a missing value of each feature becomes
	lacking  []float64      // NaN for each feature: what it is in rows that may lack values
	hidden   []int          // the rows that Hidden counts
	dropped  rowSet         // the rows that Dropped counts
	kept     *table.Kept    // the anomalies, where the table is not in memory
	labels   labels         // what the first look saw of the label
	open     []*selection   // medians that are still looked for
	ranges   map[int]bounds // of features, where the first look did not find them
}

// looked takes account of the first look at all rows.
func (s *Summary) looked(l *looker) error {
	s.seen, s.labels = l.seen, l.labels
	if err := s.pickFeatures(l); err != nil {
		return err
	}
	if s.opt.Missing == MissingError {
		return s.missingError()
	}
	s.openGaps()
	return nil
}

// finish takes conclusions from all rounds.
func (s *Summary) finish() error {
	if err := s.pickAnomalies(); err != nil {
		return err
	}
	s.noteMarkers()
	s.noteUnused()
	return s.measure()
}

// used returns the number of rows that are not dropped.
func (s *Summary) used() int { return s.Rows - s.Dropped }

// CountUnlabeled returns the number of rows that are used and not known anomalies.
func (s *Summary) CountUnlabeled() int { return s.used() - len(s.Anomalies) }

// FeatureFields returns which columns of the table are features, ascending.
func (s *Summary) FeatureFields() []int { return s.places }

// features returns the features of a batch of the table: categories as codes, wide
// integers counted from Base, infinite values missing. columns are those of
// FeatureFields.
func (s *Summary) features(columns []table.Column) []table.Column {
	views := make([]table.Column, len(columns))
	for j, c := range columns {
		views[j] = s.feature(j, c)
	}
	return views
}

// feature returns c, rows of the column of feature j, as the feature.
func (s *Summary) feature(j int, c table.Column) table.Column {
	if s.seen[s.places[j]].Infinite > 0 {
		c = finite{c}
	}
	if s.Columns[j].Nominal {
		return s.codes[j].encode(c, s.input(j))
	}
	return s.whole[j].view(c)
}

// gaps tells whether feature j lacks a value in some row.
func (s *Summary) gaps(j int) bool {
	seen := &s.seen[s.places[j]]
	return seen.Missing+seen.Infinite > 0
}

// BadValue is the error of value x of feature j in a row of the table, which no search
// can take.
func (s *Summary) BadValue(j, row int, x float64) error {
	return fmt.Errorf("column %s, row %d: %v cannot be searched for; leave the column out with --drop %s", s.name(j), row, x, s.name(j))
}

// input returns the field of feature j.
func (s *Summary) input(j int) *table.Field { return &s.Fields[s.places[j]] }

// name returns the name of feature j.
func (s *Summary) name(j int) string { return s.input(j).Name }

// Fill returns what a missing value of each feature becomes in search; not to be changed.
func (s *Summary) Fill() []float64 { return s.fill }

// IsLabel tells whether column at of the table is the label.
func (s *Summary) IsLabel(at int) bool { return at == s.label }

// Plain tells whether samples of column at of the table are numbers as a generator
// made them: not categories, times, decimals, or integers beyond 2^53.
func (s *Summary) Plain(at int) bool {
	j, ok := slices.BinarySearch(s.places, at)
	return ok && !s.Columns[j].Nominal && !s.whole[j].Used
}

// Wide tells whether column at of the table has whole numbers that float64 rounds.
func (s *Summary) Wide(at int) bool { return s.seen[at].wide(s.Fields[at]) }

// Base returns what feature j is counted from, in whole numbers of its column, as
// Categories writes numbers; "" where it is not counted from anything but 0.
func (s *Summary) Base(j int) string {
	if !s.whole[j].Based {
		return ""
	}
	return intText(s.whole[j].Base, s.input(j))
}

// Part returns what column at of the table is for: "label", "number", "category", or
// "none" where it is left out.
func (s *Summary) Part(at int) string {
	j, ok := slices.BinarySearch(s.places, at)
	switch {
	case at == s.label:
		return "label"
	case !ok:
		return "none"
	case s.Columns[j].Nominal:
		return "category"
	default:
		return "number"
	}
}

// Lacking returns how many rows have no value in column at of the table, and how
// many an infinite one, which counts as none.
func (s *Summary) Lacking(at int) (missing, infinite int) {
	return s.seen[at].Missing, s.seen[at].Infinite
}

// Categories returns what each code of feature j stands for: text as it is,
// booleans as false and true, numbers in the shortest decimal form that gives them
// back, with all digits of whole ones and without zeros that say nothing, so that
// equal numbers of any two types have equal texts; time as its count of units. nil
// where the feature is not nominal.
func (s *Summary) Categories(j int) []string {
	if !s.Columns[j].Nominal {
		return nil
	}
	return s.codes[j].texts(s.input(j))
}
