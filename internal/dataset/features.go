package dataset

import (
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// LeftOut tells which columns of t New would leave out of the features, the label
// apart, as notes that name each once. categorical is as in Options.
func LeftOut(t *table.Table, label string, categorical []string) ([]Note, error) {
	asked, err := table.SplitNames(categorical, t.Names())
	if err != nil {
		return nil, fmt.Errorf("--categorical: %w", err)
	}
	s := &Set{Table: t}
	s.seen = s.look()
	for at, c := range t.Columns {
		if c.Name() == label {
			continue
		}
		r := c.Field().Reading
		if why, cure := s.leftOut(at, r != nil && r.Category || slices.Contains(asked, c.Name())); why != "" {
			s.note(NoteLeftOut, c.Name(), cure, "%s", why)
		}
	}
	return s.Notes, nil
}
