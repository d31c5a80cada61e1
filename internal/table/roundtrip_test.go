package table

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// cell shows row i of c exactly.
func cell(c Column, i int) string {
	one := make([]int64, 1)
	c.Ints(one, i, i+1)
	switch {
	case c.Missing(i):
		return "missing"
	case c.Type() == String:
		return strconv.Quote(c.Dictionary()[one[0]])
	case c.Type().Float():
		return fmt.Sprintf("%x", c.Float(i))
	case c.Type() == Uint64:
		return fmt.Sprint(uint64(one[0]))
	default:
		return fmt.Sprint(one[0])
	}
}

// drawn draws a column of n rows; none is missing where whole is set.
func drawn[T npy.Value](t *rapid.T, f Field, n int, whole bool, value *rapid.Generator[T]) Column {
	c := &dense[T]{field: f, data: rapid.SliceOfN(value, n, n).Draw(t, f.Name), stride: 1, n: n}
	for i := range n {
		if !whole && rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
			if nan := math.NaN(); f.Type.Float() {
				c.data[i] = T(nan)
			} else {
				c.gaps.set(i)
			}
		}
	}
	return c
}

// drawColumn draws a column of type typ.
func drawColumn(t *rapid.T, f Field, n int, whole bool) Column {
	switch f.Type {
	case Int8:
		return drawn(t, f, n, whole, rapid.Int8())
	case Int16:
		return drawn(t, f, n, whole, rapid.Int16())
	case Int32:
		return drawn(t, f, n, whole, rapid.Int32Range(-1e6, 1e6))
	case Int64:
		return drawn(t, f, n, whole, rapid.Int64())
	case Uint8:
		return drawn(t, f, n, whole, rapid.Uint8())
	case Uint16:
		return drawn(t, f, n, whole, rapid.Uint16())
	case Uint32:
		return drawn(t, f, n, whole, rapid.Uint32())
	case Uint64:
		return drawn(t, f, n, whole, rapid.Uint64())
	case Float32:
		return drawn(t, f, n, whole, rapid.Float32())
	case Float64:
		return drawn(t, f, n, whole, rapid.Float64())
	case Bool:
		return drawn(t, f, n, whole, rapid.Uint8Range(0, 1))
	default:
		f.Dictionary = []string{"a", "b,c", "tab\t\"quoted\"", "Größe", "line\nline", "12"}
		return drawn(t, f, n, whole, rapid.Uint32Range(0, uint32(len(f.Dictionary)-1)))
	}
}

var times = []Temporal{
	{}, {Kind: Date}, {Kind: Timestamp, Unit: time.Millisecond, Zone: "UTC"},
	{Kind: Timestamp, Unit: time.Microsecond}, {Kind: Timestamp, Unit: time.Nanosecond, Zone: "UTC"},
}

// drawTable draws columns of the types at least to String.
func drawTable(t *rapid.T, n int, last Type, whole bool) (fields []Field, columns []Column) {
	for j := range rapid.IntRange(1, 6).Draw(t, "columns") {
		f := Field{Name: fmt.Sprintf("c%d \"%d\", é", 9-j, j), Type: Type(rapid.IntRange(int(Int8), int(last)).Draw(t, "type"))}
		if f.Type == Float16 {
			f.Type = Float64
		}
		if when := rapid.SampledFrom(times).Draw(t, "temporal"); when.Kind == Date && f.Type == Int32 || when.Kind == Timestamp && f.Type == Int64 {
			f.Temporal = when
		}
		c := drawColumn(t, f, n, whole)
		fields, columns = append(fields, c.Field()), append(columns, c)
	}
	return fields, columns
}

// transfer writes columns in pieces and reads them back.
func transfer(t *rapid.T, path string, fields []Field, columns []Column, opt ReadOptions) *Table {
	n := columns[0].Len()
	w, err := Create(path, fields, WriteOptions{Rows: int64(n), Force: true})
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < n; {
		to := rapid.IntRange(from+1, n).Draw(t, "to")
		if err := w.Write(columns, from, to); err != nil {
			t.Fatal(err)
		}
		from = to
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tab, err := Read(context.Background(), path, opt)
	if err != nil {
		t.Fatal(err)
	}
	if tab.Rows != n {
		t.Fatalf("%d rows, want %d", tab.Rows, n)
	}
	return tab
}

// TestTypedFormatsRoundTrip: names, types, values and gaps survive.
func TestTypedFormatsRoundTrip(t *testing.T) {
	for _, format := range []string{"parquet", "arrow"} {
		path := filepath.Join(t.TempDir(), "t."+format)
		t.Run(format, rapid.MakeCheck(func(t *rapid.T) {
			fields, columns := drawTable(t, rapid.IntRange(1, 40).Draw(t, "n"), String, false)
			tab := transfer(t, path, fields, columns, ReadOptions{})
			for j, got := range tab.Columns {
				want := columns[j]
				if got.Name() != want.Name() || got.Type() != want.Type() || got.Field().Temporal != want.Field().Temporal {
					t.Fatalf("column %+v, want %+v", got.Field(), want.Field())
				}
				for i := range tab.Rows {
					if got, want := cell(got, i), cell(want, i); got != want {
						t.Fatalf("column %v row %d: %s, want %s", columns[j].Field(), i, got, want)
					}
				}
			}
		}))
	}
}

// TestNPZRoundTrip: X becomes floating-point, other arrays keep their type.
func TestNPZRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.npz")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		fields, columns := drawTable(t, n, Bool, true)
		_, others := drawTable(t, n, Bool, true)
		single := true
		for _, f := range fields {
			single = single && f.Type == Float32
		}
		for j, c := range others {
			f := c.Field()
			f.Role, f.Array = Extra, fmt.Sprintf("extra%d", j)
			f.Name = f.Array
			fields, columns = append(fields, f), append(columns, c)
		}
		for k, c := range others {
			tab := transfer(t, path, fields, columns, ReadOptions{Y: fmt.Sprintf("extra%d", k)})
			last := len(tab.Columns) - 1
			for j, got := range tab.Columns[:last] {
				if got.Type() != Float64 && !single || got.Type() != Float32 && single {
					t.Fatalf("X is %v", got.Type())
				}
				for i := range n {
					if got.Float(i) != columns[j].Float(i) {
						t.Fatalf("X[%d, %d]: %v, want %v", i, j, got.Float(i), columns[j].Float(i))
					}
				}
			}
			if tab.Columns[last].Type() != c.Type() {
				t.Fatalf("array of %v, want %v", tab.Columns[last].Type(), c.Type())
			}
			for i := range n {
				if got, want := cell(tab.Columns[last], i), cell(c, i); got != want {
					t.Fatalf("%v[%d]: %s, want %s", c.Type(), i, got, want)
				}
			}
		}
	})
}
