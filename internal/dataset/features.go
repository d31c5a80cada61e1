package dataset

import (
	"context"

	"github.com/nngmix/nngmix/internal/table"
)

// LeftOut tells which columns of t New would leave out of the features, the label
// apart, as notes that name each once. categorical is as in Options.
func LeftOut(ctx context.Context, t *table.Stream, label string, categorical []string) ([]Note, error) {
	s := &Summary{Fields: t.Fields, Rows: t.Rows, opt: Options{Categorical: categorical}}
	if err := s.pickLabel(); err != nil {
		return nil, err
	}
	if _, err := s.look(ctx, t); err != nil {
		return nil, err
	}
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
