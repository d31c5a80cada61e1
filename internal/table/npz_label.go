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

// labels returns what reads the label column, which may be text.
func (m *matrix) labels(ctx context.Context, chosen []bool, memory *fileMemory) (lane, error) {
	if !m.header.Text() {
		return m.lane(ctx, chosen, memory, func(int) string { return m.name })
	}
	l := &labelLane{collector: collector[uint32]{field: Field{Name: m.name, Type: String}}, m: m, chosen: chosen[0], memory: memory.column(m.name)}
	l.memory.prints.restart()
	var err error
	if l.texts, err = npy.NewTexts(l.memory.prints.reader(m.values), m.header, m.avail); err != nil {
		return nil, fmt.Errorf("array %q: %w", m.name, err)
	}
	return l, nil
}

// labelLane reads labels that are text.
type labelLane struct {
	collector[uint32]
	m      *matrix
	texts  *npy.Texts
	memory *columnMemory
	chosen bool
}

func (l *labelLane) fill(ctx context.Context, n int) (int, error) {
	have := len(l.data)
	n = max(min(n, l.m.rows-l.taken), have)
	l.data = slices.Grow(l.data, n-have)
	err := l.texts.Next(ctx, n-have, func(text []byte) error {
		l.data = append(l.data, l.memory.texts.encodeBytes(text))
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("array %q: %w", l.m.name, err)
	}
	return n, nil
}

func (l *labelLane) take(n int) []Column {
	l.field.Dictionary = l.memory.texts.texts
	c := l.collector.take(n)
	if !l.chosen {
		return nil
	}
	return []Column{c}
}

func (l *labelLane) close() error { return nil }

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
