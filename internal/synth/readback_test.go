package synth

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
)

// TestWriteReadsBack compares a table that was read with its rows.
func TestWriteReadsBack(t *testing.T) {
	opt := DefaultOptions()
	opt.Rows, opt.Seed = 3_000, 4
	for _, name := range []string{"payments.csv"} {
		path := filepath.Join(t.TempDir(), name)
		w, err := table.Create(path, Fields(), table.WriteOptions{Rows: int64(opt.Rows)})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		if err := errors.Join(Write(t.Context(), w, opt, nil), w.Close()); err != nil {
			t.Fatal(err)
		}
		got, err := table.Read(t.Context(), path, table.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != opt.Rows {
			t.Fatalf("%s: %d rows, want %d", name, got.Rows, opt.Rows)
		}
		for j, want := range columns {
			c := got.Columns[j]
			for i := range opt.Rows {
				p := Row(opt, i)
				value := c.Float(i)
				if c.Type() == table.String {
					if text := c.Dictionary()[int(value)]; text != want.field.Dictionary[int(want.value(&p))] {
						t.Fatalf("%s: row %d, column %s is %q", name, i, c.Name(), text)
					}
				} else if value != want.value(&p) {
					t.Fatalf("%s: row %d, column %s is %v, want %v", name, i, c.Name(), value, want.value(&p))
				}
			}
		}
	}
}
