package synth

import (
	"context"
	"errors"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
)

// capture is a Writer that keeps the values of all columns, row-major.
type capture struct{ values []float64 }

func (w *capture) Write(chunk []table.Column, from, to int) error {
	at := len(w.values)
	w.values = append(w.values, make([]float64, len(chunk)*(to-from))...)
	for j, c := range chunk {
		c.Floats(w.values[at+j:], len(chunk), from, to)
	}
	return nil
}

func TestWriteAllRowsAtAnyThreadCount(t *testing.T) {
	opt := DefaultOptions()
	opt.Rows = chunkRows + 1_500
	for _, opt.Threads = range []int{1, 2, 7} {
		var w capture
		last := int64(0)
		progress := func(done, total int64) {
			if done <= last || total != int64(opt.Rows) {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
		}
		if err := Write(context.Background(), &w, opt, progress); err != nil {
			t.Fatal(err)
		}
		if last != int64(opt.Rows) || len(w.values) != opt.Rows*len(columns) {
			t.Fatalf("%d values, progress %d, want %d rows of %d columns", len(w.values), last, opt.Rows, len(columns))
		}
		for i := range opt.Rows {
			p := Row(opt, i)
			for j, c := range columns {
				if got, want := w.values[i*len(columns)+j], c.value(&p); got != want {
					t.Fatalf("%d threads: row %d, column %s is %v, want %v", opt.Threads, i, c.field.Name, got, want)
				}
			}
		}
	}
}

// refuse is a Writer whose disk is full.
type refuse struct{ err error }

func (r refuse) Write([]table.Column, int, int) error { return r.err }

func TestWriteErrors(t *testing.T) {
	full := errors.New("disk full")
	if err := Write(context.Background(), refuse{full}, DefaultOptions(), nil); !errors.Is(err, full) {
		t.Errorf("got error %v, want that of the writer", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Write(ctx, refuse{}, DefaultOptions(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
	if err := Write(context.Background(), refuse{}, Options{}, nil); err == nil {
		t.Error("no error for 0 rows")
	}
}
