package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// pickColumns finds the label column and the features.
func (s *Set) pickColumns(opt Options) error {
	s.label = -1
	if opt.Label != "" {
		at, err := s.Table.Find(opt.Label)
		if err != nil {
			return fmt.Errorf("--label: %w", err)
		}
		s.label, s.Label = at, s.Table.Columns[at]
	}
	asked, err := table.SplitNames(opt.Categorical, s.Table.Names())
	if err != nil {
		return fmt.Errorf("--categorical: %w", err)
	}
	s.seen = s.look()
	for at, c := range s.Table.Columns {
		if at == s.label {
			continue
		}
		r := c.Field().Reading
		category := r != nil && r.Category || slices.Contains(asked, c.Name())
		if why, cure := s.leftOut(at, category); why != "" {
			s.note(NoteLeftOut, c.Name(), cure, "%s", why)
			continue
		}
		if err := s.addFeature(at, category, opt.Scale); err != nil {
			return err
		}
	}
	if len(s.Features) == 0 {
		return s.noFeature(opt.Label)
	}
	return nil
}

// leftOut tells why column at of the table is not a feature, and what would make it
// one; "" where it is one.
func (s *Set) leftOut(at int, category bool) (why, cure string) {
	c := s.Table.Columns[at]
	f, values := c.Field(), s.seen[at].values(s.Table.Rows)
	switch {
	case values == 0:
		return "it has no value", ""
	case category:
		return "", ""
	case f.Role == table.Index && (f.Reading == nil || !f.Reading.Asked):
		return "row numbers or names that a data frame was written with", "--categorical " + c.Name() + " makes it a feature"
	case f.Type == table.String && values >= fewTexts:
		if texts := distinctTexts(c); float64(texts) >= nearUnique*float64(values) {
			return fmt.Sprintf("text with %d different values in %d rows", texts, values), "--categorical " + c.Name() + " makes it a feature"
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

// distinctTexts counts the texts that occur in c.
func distinctTexts(c table.Column) (n int) {
	seen := make([]bool, len(c.Dictionary()))
	for i := range c.Len() {
		if c.Missing(i) {
			continue
		}
		if code := int(c.Float(i)); !seen[code] {
			seen[code] = true
			n++
		}
	}
	return n
}

// noFeature lists why each column was left out.
func (s *Set) noFeature(label string) error {
	var list []string
	for _, n := range s.Notes {
		if n.Kind == NoteLeftOut {
			list = append(list, strings.TrimSuffix(fmt.Sprintf("%s: %s; %s", n.Column, n.Text, n.Cure), "; "))
		}
	}
	beside := ""
	if label != "" {
		beside = " beside the label " + label
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
func (s *Set) addFeature(at int, category bool, scale Scale) (err error) {
	c := s.Table.Columns[at]
	var w whole
	var k categories
	view := c
	if s.seen[at].infinite > 0 {
		view = finite{c}
	}
	nominal := category || c.Type() == table.String || c.Type() == table.Bool
	if nominal {
		if view, k, err = encode(view); err != nil {
			return err
		}
	} else {
		w = newWhole(c.Field(), &s.seen[at], scale == ScaleNone)
		view = w.view(view)
		s.noteWide(c, &w)
	}
	s.Inputs = append(s.Inputs, c)
	s.Features = append(s.Features, view)
	s.Columns = append(s.Columns, Column{Nominal: nominal})
	s.codes = append(s.codes, k)
	s.whole = append(s.whole, w)
	s.places = append(s.places, at)
	return nil
}

// Categories returns what each code of feature j stands for: text as it is,
// booleans as false and true, numbers in the shortest decimal form that gives them
// back, with all digits of whole ones and without zeros that say nothing, so that
// equal numbers of any two types have equal texts; time as its count of units. nil
// where the feature is not nominal.
func (s *Set) Categories(j int) []string {
	if !s.Columns[j].Nominal {
		return nil
	}
	return s.codes[j].texts(s.Inputs[j])
}

// IsLabel tells whether column at of the table is the label.
func (s *Set) IsLabel(at int) bool { return at == s.label }

// Plain tells whether samples of column at of the table are numbers as a generator
// made them: not categories, times, decimals, or integers beyond 2^53.
func (s *Set) Plain(at int) bool {
	j, ok := slices.BinarySearch(s.places, at)
	return ok && !s.Columns[j].Nominal && !s.whole[j].used
}

// Wide tells whether column at of the table has whole numbers that float64 rounds.
func (s *Set) Wide(at int) bool { return s.seen[at].wide(s.Table.Columns[at].Field()) }

// Base returns what feature j is counted from, in whole numbers of its column, as
// Categories writes numbers; "" where it is not counted from anything but 0.
func (s *Set) Base(j int) string {
	if !s.whole[j].based {
		return ""
	}
	f := s.Inputs[j].Field()
	return intText(s.whole[j].base, &f)
}

// Part returns what column at of the table is for: "label", "number", "category", or
// "none" where it is left out.
func (s *Set) Part(at int) string {
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
func (s *Set) Lacking(at int) (missing, infinite int) { return s.seen[at].missing, s.seen[at].infinite }
