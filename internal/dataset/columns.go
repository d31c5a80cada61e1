package dataset

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// pickFeatures finds the features among the columns.
func (s *Summary) pickFeatures(l *looker) error {
	for at := range s.Fields {
		f := &s.Fields[at]
		if at == s.label {
			continue
		}
		if why, cure := s.leftOut(at); why != "" {
			s.note(NoteLeftOut, f.Name, cure, "%s", why)
			continue
		}
		if err := s.addFeature(at, l.values[at]); err != nil {
			return err
		}
	}
	if len(s.places) == 0 {
		return s.noFeature()
	}
	s.fill, s.lacking = make([]float64, len(s.places)), lacking(len(s.places))
	return nil
}

// lacking returns a row that lacks all of n values.
func lacking(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

// leftOut tells why column at of the table is not a feature, and what would make it
// one; "" where it is one.
func (s *Summary) leftOut(at int) (why, cure string) {
	f, values := &s.Fields[at], s.seen[at].values(s.Rows)
	switch {
	case values == 0:
		return "it has no value", ""
	case s.category[at]:
		return "", ""
	case f.Role == table.Index && (f.Reading == nil || !f.Reading.Asked):
		return "row numbers or names that a data frame was written with", "--categorical " + f.Name + " makes it a feature"
	case f.Type == table.String && values >= fewTexts:
		if texts := s.seen[at].distinct(); float64(texts) >= nearUnique*float64(values) {
			return fmt.Sprintf("text with %d different values in %d rows", texts, values), "--categorical " + f.Name + " makes it a feature"
		}
	}
	return "", ""
}

// A text column with at least fewTexts values, of which the share nearUnique or more
// are different, names rows: it tells nothing about their likeness.
const (
	fewTexts   = 100
	nearUnique = 0.9
)

// noFeature lists why each column was left out.
func (s *Summary) noFeature() error {
	var list []string
	for _, n := range s.Notes {
		if n.Kind == NoteLeftOut {
			list = append(list, strings.TrimSuffix(fmt.Sprintf("%s: %s; %s", n.Column, n.Text, n.Cure), "; "))
		}
	}
	beside := ""
	if s.label >= 0 {
		beside = " beside the label " + s.Fields[s.label].Name
	}
	if len(list) == 0 {
		return fmt.Errorf("no feature column is left%s", beside)
	}
	return fmt.Errorf("no feature column is left%s: %s", beside, firstOf(list, 8, "; "))
}

// firstOf joins the first items of list, and says how many more there are.
func firstOf(list []string, most int, sep string) string {
	if len(list) > most {
		list = append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(list, sep)
}

// addFeature adds column at of the table to the features. Numbers that are
// categories become dense codes, since the values themselves (merchant numbers, say)
// may be too large to be told apart as float32 or float64; whole numbers that
// float64 would round are counted from the least.
func (s *Summary) addFeature(at int, values valueSet) error {
	f, nominal := &s.Fields[at], s.nominal(at)
	var w whole
	var k categories
	if nominal {
		if values != nil {
			k = values.categories(f)
		}
		if err := fewEnough(f.Name, k.count(f)); err != nil {
			return err
		}
	} else {
		w = newWhole(*f, &s.seen[at], s.opt.Scale == ScaleNone)
		s.noteWide(f, &w)
	}
	s.Columns = append(s.Columns, Column{Nominal: nominal})
	s.codes = append(s.codes, k)
	s.whole = append(s.whole, w)
	s.places = append(s.places, at)
	return nil
}
