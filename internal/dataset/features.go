package dataset

import (
	"context"

	"github.com/nngmix/nngmix/internal/table"
)

// LeftOut tells which columns of t New would leave out of the features, the label
// apart, as notes that name each once. categorical is as in Options.
func LeftOut(ctx context.Context, t *table.Stream, label string, categorical []string) ([]Note, error) {
	x, err := NewScan(t.Fields, Options{Categorical: categorical, Missing: MissingKeep, Scale: ScaleNone, LabeledFraction: 1})
	if err != nil {
		return nil, err
	}
	if err := t.Each(ctx, nil, func(first int, columns []table.Column) error { return x.Add(ctx, first, columns) }); err != nil {
		return nil, err
	}
	s := x.summary
	s.Notes, s.Rows, s.seen = nil, x.rows, x.joined().(*looker).seen
	for at := range s.Fields {
		f := &s.Fields[at]
		if f.Name == label {
			continue
		}
		if why, cure := s.leftOut(at); why != "" {
			s.note(NoteLeftOut, f.Name, cure, "%s", why)
		}
	}
	return s.Notes, nil
}
