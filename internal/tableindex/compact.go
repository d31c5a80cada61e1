package tableindex

import (
	"context"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
)

// Compact puts neighboring segments together until no two have place in one: as many
// rows as how.Rows says, or as how.Memory allows. The answers are the same within the
// recall that a search has. nil says that there was nothing to put together.
func (c *Change) Compact(ctx context.Context, threads int, how SegmentOptions) (*Built, error) {
	m := c.manifest.clone()
	w, err := c.writer(0, threads, how)
	if err != nil {
		return nil, err
	}
	m.Segments = nil
	for group := range groups(c.manifest.Segments, w.most) {
		if len(group) == 1 {
			m.Segments = append(m.Segments, group[0])
			continue
		}
		if err := c.join(ctx, w, group); err != nil {
			c.drop(w)
			return nil, err
		}
		m.Segments = append(m.Segments, w.done[len(w.done)-1])
	}
	if len(w.done) == 0 {
		return nil, nil
	}
	return c.commit(m, w)
}

// groups calls yield for runs of neighbors that have at most so many rows together, and
// for segments that are alone.
func groups(all []segment, most int) func(yield func([]segment) bool) {
	return func(yield func([]segment) bool) {
		for len(all) > 0 {
			n, rows := 1, all[0].used()
			for n < len(all) && rows+all[n].used() <= most {
				rows += all[n].used()
				n++
			}
			if !yield(all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// join writes one segment with the rows of several.
func (c *Change) join(ctx context.Context, w *segmentWriter, group []segment) error {
	last := group[len(group)-1]
	w.row, w.end = group[0].First, group[0].First
	w.left = last.First + last.Rows - w.row
	for i := range group {
		if err := c.copyRows(ctx, w, &group[i]); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// copyRows gives the rows of segment s to w.
func (c *Change) copyRows(ctx context.Context, w *segmentWriter, s *segment) error {
	x, err := ann.Open(filepath.Join(c.dir, s.Name))
	if err != nil {
		return err
	}
	defer x.Close()
	meta, err := s.decodeMeta(x.Meta())
	if err != nil {
		return err
	}
	numbers := (&Schema{Gaps: meta.Gaps}).RowNumbers()
	const batch = 1 << 12
	var values []float32
	var rows []int
	next := 0 // row of s
	for id := 0; id < s.used(); id += len(rows) {
		values, rows = values[:0], rows[:0]
		for i := id; i < min(id+batch, s.used()); i++ {
			if values, err = x.Row(values, uint32(i)); err != nil {
				return err
			}
			rows = append(rows, s.First+numbers.Of(uint32(i)))
		}
		end := rows[len(rows)-1] - s.First + 1
		if id+len(rows) == s.used() {
			end = s.Rows // those left out at the end too
		}
		if err := w.add(ctx, values, rows, s.First+next, end-next); err != nil {
			return err
		}
		next = end
	}
	return nil
}
