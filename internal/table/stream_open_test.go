package table

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// streamFolders hold files of all formats, sound and damaged.
var streamFolders = []string{"testdata/cases/files", "testdata/conformance/files", "testdata/apache/files", "../../../shared/cases"}

// TestStreamIsRead: the batches of a file are the table that Read gives, or end with
// its error.
func TestStreamIsRead(t *testing.T) {
	for _, folder := range streamFolders {
		entries, err := os.ReadDir(folder)
		if os.IsNotExist(err) {
			t.Logf("%s is not there", folder)
			continue
		}
		for _, entry := range entries {
			path := filepath.Join(folder, entry.Name())
			if _, err := FormatOf(path); err != nil || entry.IsDir() {
				continue
			}
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				sameInStream(t, []Part{{Path: path}}, ReadOptions{})
			})
		}
	}
}

// tester is what tests and rapid have.
type tester interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatalf(string, ...any)
	Failed() bool
}

// sameInStream compares streams over parts with ReadParts.
func sameInStream(t tester, parts []Part, opt ReadOptions) {
	t.Helper()
	want, failed := ReadParts(context.Background(), parts, opt)
	sizes := []int{1000}
	if failed != nil || want.Rows <= 20_000 {
		sizes = append(sizes, 7)
	}
	if failed == nil && want.Rows <= 300 {
		sizes = append(sizes, 1)
	}
	for k, rows := range sizes {
		o := StreamOptions{ReadOptions: opt, BatchRows: rows}
		o.Threads = 1 + k
		got, err := drain(t, parts, o)
		switch {
		case failed != nil && err == nil:
			t.Errorf("%d rows in a batch: no error, want %v", rows, failed)
		case failed != nil:
			if a, b := err.Error(), failed.Error(); a != b {
				t.Errorf("%d rows in a batch:\ngot  %s\nwant %s", rows, a, b)
			}
		case err != nil:
			t.Errorf("%d rows in a batch: %v", rows, err)
		default:
			compareTables(t, fmt.Sprintf("%d rows in a batch", rows), got, want)
		}
		if t.Failed() {
			return
		}
	}
}

// drain goes through a stream twice and returns the table that its batches make.
func drain(t tester, parts []Part, opt StreamOptions) (*Table, error) {
	t.Helper()
	s, err := OpenStream(context.Background(), parts, opt)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	got := &Table{Rows: s.Rows, Format: s.Format, Style: s.Style, Parts: s.Parts}
	for pass := range 2 {
		all := make([][]piece, len(s.Fields))
		err := s.Each(context.Background(), nil, func(first int, columns []Column) error {
			for j, c := range columns {
				f, w := c.Field(), s.Fields[j]
				if len(f.Dictionary) != len(w.Dictionary) {
					t.Fatalf("pass %d, a batch of %q has a dictionary of %d texts, want %d", pass, f.Name, len(f.Dictionary), len(w.Dictionary))
				}
				f.Dictionary, w.Dictionary = nil, nil
				if !reflect.DeepEqual(f, w) {
					t.Fatalf("pass %d, a batch has another field: %s", pass, cmp.Diff(w, f))
				}
				if n := c.Len(); n != columns[0].Len() || n > opt.BatchRows {
					t.Fatalf("pass %d, column %q has %d rows of %d", pass, c.Name(), n, columns[0].Len())
				}
				all[j] = append(all[j], piece{column: c, from: first, n: c.Len()})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if pass == 0 {
			for j, pieces := range all {
				got.Columns = append(got.Columns, pile{s.Fields[j], pieces})
			}
		}
	}
	for j, f := range s.Fields[:min(len(s.Fields), 20)] {
		n := 0
		err := s.Each(context.Background(), []int{j}, func(first int, columns []Column) error {
			if len(columns) != 1 || columns[0].Name() != f.Name || first != n {
				t.Fatalf("column %q alone: %d columns, row %d, want %d", f.Name, len(columns), first, n)
			}
			n += columns[0].Len()
			return nil
		})
		if err != nil || n != s.Rows {
			t.Fatalf("column %q alone: %d rows of %d, %v", f.Name, n, s.Rows, err)
		}
	}
	return got, nil
}

// pile is a column of batches.
type pile struct {
	field   Field
	batches []piece
}

func (p pile) at(i int) (Column, int) {
	b := p.batches[sort.Search(len(p.batches), func(k int) bool { return p.batches[k].from > i })-1]
	return b.column, i - b.from
}

func (p pile) Field() Field         { return p.field }
func (p pile) Name() string         { return p.field.Name }
func (p pile) Type() Type           { return p.batches[0].column.Type() }
func (p pile) Dictionary() []string { return p.batches[0].column.Dictionary() }
func (p pile) Len() int             { return rowsIn(p.batches) }

func (p pile) Missing(i int) bool {
	c, at := p.at(i)
	return c.Missing(at)
}

func (p pile) Float(i int) float64 {
	c, at := p.at(i)
	return c.Float(at)
}

func (p pile) CountMissing(from, to int) (n int) {
	for i := from; i < to; i++ {
		n += btoi(p.Missing(i))
	}
	return n
}

func (p pile) Floats(dst []float64, stride, from, to int) {
	for i := from; i < to; i++ {
		c, at := p.at(i)
		c.Floats(dst[(i-from)*stride:], 1, at, at+1)
	}
}

func (p pile) Ints(dst []int64, from, to int) {
	for i := from; i < to; i++ {
		c, at := p.at(i)
		c.Ints(dst[i-from:], at, at+1)
	}
}

// compareTables compares all there is.
func compareTables(t tester, what string, got, want *Table) {
	t.Helper()
	if got.Rows != want.Rows || len(got.Columns) != len(want.Columns) {
		t.Errorf("%s: %d rows of %d columns, want %d of %d", what, got.Rows, len(got.Columns), want.Rows, len(want.Columns))
		return
	}
	if d := cmp.Diff([]any{want.Format, want.Style, want.Parts}, []any{got.Format, got.Style, got.Parts}); d != "" {
		t.Errorf("%s: %s", what, d)
	}
	for j, w := range want.Columns {
		g := got.Columns[j]
		a, b := g.Field(), w.Field()
		if g.Len() != w.Len() || g.Type() != w.Type() || !slices.Equal(g.Dictionary(), w.Dictionary()) || !slices.Equal(a.Dictionary, b.Dictionary) {
			t.Errorf("%s: column %q has %d rows of %v, %d texts, want %d of %v, %d texts", what, w.Name(), g.Len(), g.Type(), len(a.Dictionary), w.Len(), w.Type(), len(b.Dictionary))
			continue
		}
		a.Dictionary, b.Dictionary = nil, nil // the package is slow over long ones
		if d := cmp.Diff(b, a); d != "" {
			t.Errorf("%s: %s", what, d)
			continue
		}
		compareValues(t, what, g, w)
	}
}

// compareValues finds the first row that differs.
func compareValues(t tester, what string, got, want Column) {
	t.Helper()
	a, b := make([]int64, want.Len()), make([]int64, want.Len())
	got.Ints(a, 0, len(a))
	want.Ints(b, 0, len(b))
	x, y := make([]float64, len(a)), make([]float64, len(a))
	got.Floats(x, 1, 0, len(a))
	want.Floats(y, 1, 0, len(a))
	for i := range a {
		if m := want.Missing(i); got.Missing(i) != m || !m && (a[i] != b[i] || math.Float64bits(x[i]) != math.Float64bits(y[i])) || got.Float(i) != want.Float(i) && !m {
			t.Errorf("%s: column %q, row %d: %d, %v, missing %v; want %d, %v, missing %v", what, want.Name(), i, a[i], x[i], got.Missing(i), b[i], y[i], m)
			return
		}
		if math.IsNaN(y[i]) != math.IsNaN(x[i]) {
			t.Errorf("%s: column %q, row %d: %v as floating point, want %v", what, want.Name(), i, x[i], y[i])
			return
		}
	}
	if got.CountMissing(0, len(a)) != want.CountMissing(0, len(a)) {
		t.Errorf("%s: column %q misses %d, want %d", what, want.Name(), got.CountMissing(0, len(a)), want.CountMissing(0, len(a)))
	}
}
