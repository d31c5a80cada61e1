package tableindex

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/internal/atomicfile"
)

// segmentWriter makes segments of rows in search space, as many in each as it was told
// but for the last, and writes them to a folder, each when it is full.
type segmentWriter struct {
	dir  string
	most int // rows of a segment
	dim  int
	opt  ann.Options
	next int // number of the next segment
	row  int // of the table, that the segment which is being filled begins with
	left int // rows of the table that are still to come, or more

	values  []float32 // of that segment, row-major
	end     int       // row of the table behind its last one
	gaps    []byte    // as in segmentMeta; bits of rows before end
	dropped int

	done  []segment
	stats ann.Stats // of all
	// wrote, where it is not nil, is told how many rows of the table are in segments.
	wrote func(row int)
}

// add takes rows first ≤ i < first+n of the table, which follow the rows before:
// values of those that are in the index, whose numbers are used, ascending.
func (w *segmentWriter) add(ctx context.Context, values []float32, used []int, first, n int) error {
	for len(used) > 0 {
		room := w.most - len(w.values)/w.dim
		if room == 0 {
			w.skipTo(used[0])
			if err := w.flush(ctx); err != nil {
				return err
			}
			continue
		}
		take := min(room, len(used))
		if w.values == nil {
			w.values = make([]float32, 0, min(w.most, max(w.left, n))*w.dim)
		}
		w.values = append(w.values, values[:take*w.dim]...)
		for _, row := range used[:take] {
			w.skipTo(row)
			w.end++
		}
		values, used = values[take*w.dim:], used[take:]
	}
	w.skipTo(first + n)
	return ctx.Err()
}

// skipTo leaves out the rows before row that were not used.
func (w *segmentWriter) skipTo(row int) {
	for ; w.end < row; w.end++ {
		at := w.end - w.row
		for len(w.gaps) <= at/8 {
			w.gaps = append(w.gaps, 0)
		}
		w.gaps[at/8] |= 1 << (at % 8)
		w.dropped++
	}
}

// flush builds the segment of the rows that are there and writes it.
func (w *segmentWriter) flush(ctx context.Context) error {
	if len(w.values) == 0 {
		return nil
	}
	meta := segmentMeta{Version: segmentVersion, Rows: w.end - w.row, Dropped: w.dropped}
	if w.dropped > 0 {
		meta.Gaps = append(w.gaps, make([]byte, (meta.Rows+7)/8-len(w.gaps))...)
	}
	x, err := ann.Build(ctx, w.values, w.dim, w.opt)
	if err != nil {
		return fmt.Errorf("rows %d to %d: %w", w.row, w.end-1, err)
	}
	x.SetMeta(meta.encode())
	s, err := writeSegment(x, w.dir, segmentName(w.next))
	if err != nil {
		return err
	}
	s.First, s.Rows, s.Dropped = w.row, meta.Rows, meta.Dropped
	w.done = append(w.done, s)
	addStats(&w.stats, x.Stats())
	w.left -= meta.Rows
	w.next, w.row = w.next+1, w.end
	w.values, w.gaps, w.dropped = w.values[:0], nil, 0
	if w.wrote != nil {
		w.wrote(w.end)
	}
	return x.Close()
}

// writeSegment writes x to the file name in dir.
func writeSegment(x *ann.Index, dir, name string) (segment, error) {
	path := filepath.Join(dir, name)
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return segment{}, err
	}
	defer f.Abort()
	w := &headWriter{Writer: f}
	n, err := x.WriteTo(w)
	if err != nil {
		return segment{}, fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.Commit(); err != nil {
		return segment{}, err
	}
	return segment{Name: name, Bytes: n, Checksum: digest(w.head)}, nil
}

// errNoRow says that a table has no row for an index.
var errNoRow = errors.New("every row has a missing value, so none is left for the index")

// segmentBytes is what building a segment takes for each row, of so many columns: those
// of categories are as many as they have categories. Measured with 11 to 45 columns and
// M of 16 and 32.
func segmentBytes(columns, m int) int64 { return 570 + 9*int64(m) + 19*int64(columns) }

// BuildBytes returns what building an index takes, beside the table, of so many rows
// and columns and with the parameter M.
func BuildBytes(rows, columns, m int) int64 { return int64(rows) * segmentBytes(columns, m) }

// SegmentRows returns how many rows a segment of the table of the index has where its
// build may take so many bytes of memory; 0 bytes are no limit.
func (m *Schema) SegmentRows(memory int64, opt ann.Options) int {
	if memory == 0 {
		return math.MaxInt32
	}
	width := 0
	for _, c := range m.Columns {
		width += max(1, min(c.Count(), 64))
	}
	per := segmentBytes(min(width, len(m.Columns)+1024), max(opt.M, 2))
	return int(max(leastSegment, min(memory/per, math.MaxInt32)))
}

// leastSegment is how many rows a segment has at least, but for the last one and for
// those that options make smaller: to search fewer takes no less time.
const leastSegment = 10_000

// headWriter keeps the first bytes that are written to a file.
type headWriter struct {
	io.Writer
	head []byte
}

func (w *headWriter) Write(b []byte) (int, error) {
	w.head = append(w.head, b[:min(segmentHeader-len(w.head), len(b))]...)
	return w.Writer.Write(b)
}
