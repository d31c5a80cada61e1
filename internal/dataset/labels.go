package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// pickLabel finds the label column, and which columns options call categories.
func (s *Summary) pickLabel() (err error) {
	s.label = -1
	if s.opt.Label != "" {
		if s.label, err = table.FindField(s.Fields, s.opt.Label); err != nil {
			return fmt.Errorf("--label: %w", err)
		}
	}
	asked, err := table.SplitNames(s.opt.Categorical, table.FieldNames(s.Fields))
	if err != nil {
		return fmt.Errorf("--categorical: %w", err)
	}
	s.category = make([]bool, len(s.Fields))
	for at := range s.Fields {
		f := &s.Fields[at]
		s.category[at] = f.Reading != nil && f.Reading.Category || slices.Contains(asked, f.Name)
	}
	return nil
}

// nominal tells whether column at is a category if it is a feature.
func (s *Summary) nominal(at int) bool {
	t := s.Fields[at].Type
	return s.category[at] || t == table.String || t == table.Bool
}

// pickAnomalies divides rows into labeled anomalies and unlabeled rows.
func (s *Summary) pickAnomalies() error {
	if s.label < 0 {
		return nil
	}
	l := &s.labels
	if err := l.err(); err != nil {
		return err
	}
	if at := slices.Index(l.Found, 0); at >= 0 {
		m := l.marks
		return fmt.Errorf("label column %s never holds %s %q, so it marks no anomaly among %d rows: it holds %s", m.field.Name, m.option, m.values[at], s.Rows, l.some())
	}
	s.Anomalies = slices.DeleteFunc(s.Anomalies, func(i int) bool {
		if s.dropped.has(i) {
			s.DroppedLabeled++
			return true
		}
		return false
	})
	if len(s.Anomalies) == 0 {
		return s.noAnomaly()
	}
	s.hide()
	if s.kept != nil && s.Hidden+s.DroppedLabeled > 0 {
		s.kept.Retain(s.Anomalies)
	}
	return nil
}

// noAnomaly tells that no row that is used is an anomaly, and why.
func (s *Summary) noAnomaly() error {
	name := s.Fields[s.label].Name
	if s.DroppedLabeled > 0 {
		return fmt.Errorf("label column %s marks %d anomalies, but --missing drop leaves out all of them, since each lacks a value: use --missing keep or --missing median, or --drop the columns that lack most", name, s.DroppedLabeled)
	}
	cure := "name the value that marks one with --anomaly-value"
	if len(s.opt.NormalValues) > 0 {
		cure = "--normal-value names all of them"
	}
	return fmt.Errorf("label column %s marks no anomaly among %d rows: it holds %s; %s", name, s.used(), s.labels.some(), cure)
}

// hide makes labeled anomalies unlabeled rows until only the share LabeledFraction,
// rounded up, stays known.
func (s *Summary) hide() {
	keep := int(math.Ceil(s.opt.LabeledFraction * float64(len(s.Anomalies))))
	s.Hidden = len(s.Anomalies) - keep
	if s.Hidden == 0 {
		return
	}
	rng := rand.New(rand.NewPCG(s.opt.Seed, 0x6c6162656c6564)) // "labeled": a stream of its own
	rng.Shuffle(len(s.Anomalies), func(i, j int) { s.Anomalies[i], s.Anomalies[j] = s.Anomalies[j], s.Anomalies[i] })
	s.hidden = s.Anomalies[keep:]
	s.Anomalies = s.Anomalies[:keep:keep]
	slices.Sort(s.Anomalies)
	slices.Sort(s.hidden)
}
