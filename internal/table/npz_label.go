package table

import (
	"context"
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// setLabels takes m, of one axis or of two of which one is 1, for a column beside
// the rows of x.
func (m *matrix) setLabels(x *matrix) error {
	if m.rows == 1 && m.cols == x.rows {
		m.rows, m.cols = m.cols, 1
	}
	if m.cols == 1 && m.rows == x.rows {
		return nil
	}
	cure := ""
	switch {
	case m.cols == 1 && m.rows == x.cols:
		cure = fmt.Sprintf(": are rows and columns of %q swapped? save it again as %s.T", x.name, x.name)
	case m.rows == x.rows:
		cure = fmt.Sprintf(": save one column, of indicators for instance %s.argmax(axis=1)", m.name)
	}
	return fmt.Errorf("table: array %q has shape %v, want (%d,) or (%d, 1) as %q has shape %v%s",
		m.name, m.header.Shape, x.rows, x.rows, x.name, x.header.Shape, cure)
}

// labels reads the values as the label column, which may be text.
func (m *matrix) labels(ctx context.Context) ([]Column, error) {
	if !m.header.Text() {
		return m.columns(ctx, func(int) string { return m.name })
	}
	var texts dictionary
	var codes []uint32
	err := npy.ReadTexts(ctx, m.values, m.header, m.avail, func(text []byte) error {
		codes = append(codes, texts.encodeBytes(text))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", m.name, err)
	}
	return []Column{Codes(m.name, codes, texts.texts)}, nil
}

// missingArray says that there is no array called name, and which are there.
func missingArray(archive *npy.Archive, name string) error {
	names := archive.Names()
	if slices.Contains(names, "indptr") && slices.Contains(names, "indices") {
		return fmt.Errorf("npy: no array %q, there are: %s, those of a sparse matrix of SciPy: save it dense, numpy.savez(X=matrix.toarray(), y=...)", name, listed(names))
	}
	return fmt.Errorf("npy: no array %q, there are: %s; name that of the features with --features, that of the labels with --label%s", name, listed(names), suggestion(archive, names))
}

// suggestion finds a matrix and a vector beside it among the first arrays.
func suggestion(archive *npy.Archive, names []string) string {
	shapes := map[string][]int{}
	for _, name := range names[:min(len(names), 20)] {
		if h, values, _, err := archive.Open(name); err == nil {
			shapes[name] = h.Shape
			values.Close()
		}
	}
	for _, x := range names {
		if len(shapes[x]) != 2 || shapes[x][1] == 1 {
			continue
		}
		for _, y := range names {
			if s := shapes[y]; len(s) > 0 && s[0] == shapes[x][0] && (len(s) == 1 || len(s) == 2 && s[1] == 1) {
				return fmt.Sprintf(", perhaps --features %s --label %s", x, y)
			}
		}
		return fmt.Sprintf(", perhaps --features %s", x)
	}
	return ""
}
