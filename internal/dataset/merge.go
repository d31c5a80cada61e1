package dataset

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// Merge takes account of the rows that o was given in this round, which x was not; o is
// of no use after that. Both began the round with the same summary. Columns of text may
// have other dictionaries in the first round: then the summary has one of all texts in
// the order of the rows that have them first.
func (x *Scan) Merge(o *Scan) error {
	s, other := x.summary, o.summary
	if x.stage != o.stage || x.stage == done {
		return fmt.Errorf("dataset: scans of different rounds cannot be merged")
	}
	if err := s.agrees(other); err != nil {
		return err
	}
	mine, theirs := x.joined(), o.joined()
	if x.stage == looking {
		s.joinTexts(mine.(*looker), other, theirs.(*looker))
		s.Anomalies = append(s.Anomalies, other.Anomalies...)
		slices.Sort(s.Anomalies)
		if s.kept != nil && other.kept != nil {
			s.kept = s.kept.With(other.kept)
		}
	}
	mine.join(theirs)
	x.merged = true
	x.rows += o.rows
	return nil
}

// agrees returns an error unless o was made for the same columns.
func (s *Summary) agrees(o *Summary) error {
	if len(s.Fields) != len(o.Fields) {
		return fmt.Errorf("dataset: one scan has %d columns, another %d", len(s.Fields), len(o.Fields))
	}
	for at := range s.Fields {
		a, b := &s.Fields[at], &o.Fields[at]
		if a.Name != b.Name || a.Type != b.Type || a.Temporal != b.Temporal || a.Places != b.Places {
			return fmt.Errorf("dataset: column %d is %s, of type %s, in one scan, and %s, of type %s, in another", at, a.Name, a.Type, b.Name, b.Type)
		}
	}
	return nil
}

// joinTexts gives columns of text one dictionary for both.
func (s *Summary) joinTexts(mine *looker, o *Summary, theirs *looker) {
	for at := range s.Fields {
		a, b := &s.Fields[at], &o.Fields[at]
		if a.Type != table.String || slices.Equal(a.Dictionary, b.Dictionary) {
			continue
		}
		u := newTextUnion()
		u.add(a.Dictionary, mine.seen[at].Texts)
		u.add(b.Dictionary, theirs.seen[at].Texts)
		a.Dictionary = u.texts()
		mine.seen[at].Texts, theirs.seen[at].Texts = u.firsts(), nil
		if at == s.label {
			mine.labels.verdicts = nil
		}
	}
}

// textUnion is texts with the first rows that have them, as survey.Texts tells them.
type textUnion struct {
	of   map[string]int // place in list
	list []textRow
}

type textRow struct {
	text  string
	first int
}

func newTextUnion() *textUnion { return &textUnion{of: map[string]int{}} }

// add adds a dictionary; first rows of codes beyond firsts are not known.
func (u *textUnion) add(dictionary []string, firsts []int) {
	for code, text := range dictionary {
		first := 0
		if code < len(firsts) {
			first = firsts[code]
		}
		at, ok := u.of[text]
		if !ok {
			u.of[text] = len(u.list)
			u.list = append(u.list, textRow{text, first})
		} else if now := &u.list[at].first; first > 0 && (*now == 0 || first < *now) {
			*now = first
		}
	}
	slices.SortStableFunc(u.list, func(a, b textRow) int { return cmp.Compare(uint(a.first-1), uint(b.first-1)) })
	for at, row := range u.list {
		u.of[row.text] = at
	}
}

// texts returns all texts, those that no row has last.
func (u *textUnion) texts() []string {
	texts := make([]string, len(u.list))
	for i, row := range u.list {
		texts[i] = row.text
	}
	return texts
}

func (u *textUnion) firsts() []int {
	firsts := make([]int, len(u.list))
	for i, row := range u.list {
		firsts[i] = row.first
	}
	return firsts
}
