package tableindex

import (
	"context"
	"errors"
	"fmt"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// SegmentOptions say how an index of segments is built.
type SegmentOptions struct {
	Build  ann.Options // Nominal and Threads are of no effect
	Rows   int         // of a segment; 0: as many as Memory allows
	Memory int64       // bytes that the build of a segment may take; 0: any
	// Progress, where it is not nil, is told how many rows of the table are in segments.
	Progress func(done, total int)
}

// Built tells of an index of segments that was written.
type Built struct {
	Schema    *Schema   // Gaps are not known here
	Stats     ann.Stats // of all segments that were written
	Segments  int       // of the index
	FileBytes int64     // of all its files
}

// BuildFolder builds an index of the rows of t, of which s tells, into the folder dir,
// which is empty: segments, one after the other, so that neither the table nor the
// index need fit into memory. s is without a label: all rows are indexed. The table,
// options and Rows make the bytes; batches and threads do not. The error of a value
// that has no place in search space names its row and column.
func BuildFolder(ctx context.Context, dir string, t *table.Stream, s *dataset.Summary, opt Options, how SegmentOptions) (*Built, error) {
	if n := int64(s.CountUnlabeled()); n > maxRows {
		return nil, fmt.Errorf("%d rows are more than %d, the most that an index has", n, maxRows)
	}
	schema := newSchema(s, make([]string, len(s.Columns)), opt)
	w, err := newSegmentWriter(dir, schema, opt.Threads, how)
	if err != nil {
		return nil, err
	}
	w.left = s.Rows
	sums := newPrints(len(s.Columns))
	err = t.Each(ctx, s.FeatureFields(), func(first int, columns []table.Column) error {
		sums.add(columns, columns[0].Len())
		rows, numbers := s.UnlabeledIn(first, columns)
		matrix, _, err := generator.SearchMatrix(ctx, rows, scales(s), opt.Threads)
		if bad := (*generator.ValueError)(nil); errors.As(err, &bad) {
			return s.BadValue(bad.Column, numbers[bad.Row], bad.Value)
		}
		if err != nil {
			return err
		}
		return w.add(ctx, matrix, numbers, first, columns[0].Len())
	})
	if err == nil {
		err = w.flush(ctx)
	}
	if err != nil {
		return nil, err
	}
	for j, sum := range sums.sums() {
		schema.Columns[j].Sum = sum
	}
	m := &manifest{Version: manifestVersion, Next: w.next, Segments: w.done, Table: schema}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("tableindex: the index that was built is not sound: %w", err)
	}
	return m.built(w), m.write(dir)
}

// built tells of the index of m, of which w has written segments.
func (m *manifest) built(w *segmentWriter) *Built {
	return &Built{Schema: m.Table, Stats: w.stats, Segments: len(m.Segments), FileBytes: m.bytes()}
}

// newSegmentWriter returns a writer of segments of rows that schema describes.
func newSegmentWriter(dir string, schema *Schema, threads int, how SegmentOptions) (*segmentWriter, error) {
	w := &segmentWriter{dir: dir, most: how.Rows, dim: len(schema.Columns), opt: how.Build}
	w.opt.Nominal, w.opt.Threads, w.opt.Progress = schema.Nominal(), threads, nil
	if w.most == 0 {
		w.most = schema.SegmentRows(how.Memory, w.opt)
	}
	if how.Progress != nil {
		total := schema.Rows
		w.wrote = func(row int) { how.Progress(row, total) }
	}
	return w, checkMetric(w.opt)
}
