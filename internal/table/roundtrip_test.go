package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
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
	switch day := int64(24 * time.Hour / max(f.Temporal.Unit, 1)); {
	case f.Temporal.Kind == TimeOfDay && f.Type == Int32:
		return drawn(t, f, n, whole, rapid.Int32Range(0, int32(day-1)))
	case f.Temporal.Kind == TimeOfDay:
		return drawn(t, f, n, whole, rapid.Int64Range(0, day-1))
	case f.Temporal.Kind == Date && f.Type == Int64:
		return drawn(t, f, n, whole, rapid.Map(rapid.Int64Range(-1e5, 1e5), func(d int64) int64 { return d * day }))
	}
	switch f.Type {
	case Decimal:
		most := int64(math.Pow10(min(f.Precision, 18))) - 1
		return drawn(t, f, n, whole, rapid.Int64Range(-most, most))
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

// special are fields of types that only some formats have.
var special = []Field{
	{Type: Decimal, Precision: 5, Places: 2}, {Type: Decimal, Precision: 18, Places: 18}, {Type: Decimal, Precision: 38},
	{Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Second}}, {Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Millisecond}},
	{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Microsecond}}, {Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Nanosecond}},
	{Type: Int64, Temporal: Temporal{Kind: Duration, Unit: time.Second}}, {Type: Int64, Temporal: Temporal{Kind: Duration, Unit: time.Nanosecond}},
	{Type: Int64, Temporal: Temporal{Kind: Date, Unit: time.Millisecond}},
	{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Second, Zone: "Europe/Zurich"}}, {Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Nanosecond, Zone: "+02:00"}},
}

// drawSpecial draws columns of special types.
func drawSpecial(t *rapid.T, n int, whole bool) (fields []Field, columns []Column) {
	for j := range rapid.IntRange(1, 4).Draw(t, "special columns") {
		f := rapid.SampledFrom(special).Draw(t, "special")
		f.Name = fmt.Sprintf("s%d", j)
		fields, columns = append(fields, f), append(columns, drawColumn(t, f, n, whole))
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
			n := rapid.IntRange(1, 40).Draw(t, "n")
			fields, columns := drawTable(t, n, String, false)
			if format == "arrow" {
				f, c := drawSpecial(t, n, false)
				fields, columns = append(fields, f...), append(columns, c...)
			}
			checkSame(t, transfer(t, path, fields, columns, ReadOptions{}), columns)
		}))
	}
}

// checkSame holds what was read against what was written.
func checkSame(t *rapid.T, tab *Table, columns []Column) {
	for j, got := range tab.Columns {
		got, want := got, columns[j]
		f, g := got.Field(), want.Field()
		if f.Name != g.Name || f.Type != g.Type || f.Temporal != g.Temporal || f.Precision != g.Precision || f.Places != g.Places {
			t.Fatalf("column %+v, want %+v", f, g)
		}
		for i := range tab.Rows {
			if got, want := cell(got, i), cell(want, i); got != want {
				t.Fatalf("column %v row %d: %s, want %s", g, i, got, want)
			}
		}
	}
}

// TestNPZRoundTrip: X becomes floating-point, other arrays keep their type, or what
// float64 and int64 make of it. Features that float64 does not hold are refused.
func TestNPZRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.npz")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		fields, columns := drawTable(t, n, Bool, true)
		fits, single := true, true
		for _, c := range columns {
			fits = fits && floatHolds(c)
			single = single && c.Type() == Float32
		}
		_, others := drawTable(t, n, Bool, true)
		_, more := drawSpecial(t, n, true)
		others = append(others, more...)
		for j, c := range others {
			f := c.Field()
			f.Role, f.Array = Extra, fmt.Sprintf("extra%d", j)
			f.Name = f.Array
			fields, columns = append(fields, f), append(columns, c)
		}
		if !fits {
			w, err := Create(path, fields, WriteOptions{Rows: int64(n), Force: true})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Abort()
			err = w.Write(columns, 0, n)
			if err == nil {
				err = w.Close()
			}
			if !errors.Is(err, ErrUnsupported) {
				t.Fatalf("features beyond float64: %v", err)
			}
			return
		}
		for k, c := range others {
			tab := transfer(t, path, fields, columns, ReadOptions{Y: fmt.Sprintf("extra%d", k)})
			last := len(tab.Columns) - 1
			checkMatrix(t, tab.Columns[:last], columns, single)
			checkArray(t, tab.Columns[last], c)
		}
	})
}

// floatHolds tells whether float64 holds all whole numbers of c.
func floatHolds(c Column) bool {
	ints := make([]int64, c.Len())
	c.Ints(ints, 0, c.Len())
	for _, x := range ints {
		exact := new(big.Int).SetInt64(x)
		if c.Type() == Uint64 {
			exact.SetUint64(uint64(x))
		}
		if back, _ := new(big.Float).SetFloat64(asFloat(exact)).Int(nil); !c.Type().Float() && back.Cmp(exact) != 0 {
			return false
		}
	}
	return true
}

func asFloat(x *big.Int) float64 {
	f, _ := new(big.Float).SetInt(x).Float64()
	return f
}

// checkMatrix holds the features against what was written.
func checkMatrix(t *rapid.T, features, columns []Column, single bool) {
	for j, got := range features {
		if got.Type() != Float64 && !single || got.Type() != Float32 && single {
			t.Fatalf("X is %v", got.Type())
		}
		for i := range got.Len() {
			if got.Float(i) != columns[j].Float(i) {
				t.Fatalf("X[%d, %d]: %v, want %v", i, j, got.Float(i), columns[j].Float(i))
			}
		}
	}
}

// checkArray holds an array against what was written. A decimal comes back out of
// its number.
func checkArray(t *rapid.T, got, want Column) {
	f := want.Field()
	typ := f.Type
	if typ == Decimal {
		if typ = Float64; f.Places == 0 {
			typ = Int64
		}
	}
	if got.Type() != typ {
		t.Fatalf("array of %v, want %v", got.Type(), typ)
	}
	for i := range got.Len() {
		ok := cell(got, i) == cell(want, i)
		if f.Type == Decimal && f.Places > 0 {
			ok = got.Float(i) == want.Float(i)
		}
		if !ok {
			t.Fatalf("%v[%d]: %s, want %s", f, i, cell(got, i), cell(want, i))
		}
	}
}

// TestChunkBorders writes tables around the number of rows that are written at once.
func TestChunkBorders(t *testing.T) {
	for _, n := range []int{chunkRows - 1, chunkRows, chunkRows + 1, 2*chunkRows + 1} {
		codes, counts, gaps := make([]uint32, n), make([]int64, n), make([]bool, n)
		for i := range n {
			codes[i], counts[i] = uint32(i%7), int64(i)*1e12-5e15
			gaps[i] = i%chunkRows < 2 || i%chunkRows == chunkRows-1
		}
		columns := []Column{
			Codes("text", codes, []string{"a", "b", "c", "d", "e", "", "g"}),
			Live(Field{Name: "money", Type: Decimal, Precision: 18, Places: 2}, counts, gaps),
			Live(Field{Name: "wide", Type: Int64}, counts, gaps),
		}
		var fields []Field
		for _, c := range columns {
			fields = append(fields, c.Field())
		}
		path := filepath.Join(t.TempDir(), "t.arrow")
		writeAll(t, path, fields, columns, WriteOptions{Rows: int64(n)})
		tab, err := Read(t.Context(), path, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for j, c := range columns {
			checkColumn(t, fmt.Sprintf("%d rows, %s", n, c.Name()), tab.Columns[j], c.Field(), arrowCells(c))
		}
	}
}
