package table

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

// writeColumns writes columns to path.
func writeColumns(path string, columns ...Column) error {
	var fields []Field
	for _, c := range columns {
		fields = append(fields, c.Field())
	}
	w, err := Create(path, fields, WriteOptions{Rows: int64(columns[0].Len()), Force: true})
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(columns, 0, columns[0].Len()); err != nil {
		return err
	}
	return w.Close()
}

// wholeColumn returns a column c of whole numbers; missingCount is a missing one.
func wholeColumn(f Field, values ...int64) Column {
	f.Name = "c"
	missing := make([]bool, len(values))
	for i, v := range values {
		missing[i] = v == missingCount
	}
	return Live(f, values, missing)
}

const missingCount = math.MinInt64 + 12345

// TestWriteParquetTypes: what is written is what was meant, as the schema of
// another reader tells it.
func TestWriteParquetTypes(t *testing.T) {
	day := int64(24 * time.Hour / time.Millisecond)
	for _, tc := range []struct {
		f      Field
		values []int64
		schema string
		want   string
	}{
		{Field{Type: Decimal, Precision: 9, Places: 2}, []int64{-999999999, missingCount, 1}, "INT32 DECIMAL(9,2)", "decimal: -999999999 missing 1"},
		{Field{Type: Decimal, Precision: 18, Places: 18}, []int64{-5}, "INT64 DECIMAL(18,18)", "decimal: -5"},
		{Field{Type: Decimal, Precision: 38, Places: 0}, []int64{math.MinInt64, math.MaxInt64}, "FIXED_LEN_BYTE_ARRAY(16) DECIMAL(38,0)", "decimal: -9223372036854775808 9223372036854775807"},
		{Field{Type: Decimal, Places: 1}, []int64{12}, "FIXED_LEN_BYTE_ARRAY(16) DECIMAL(19,1)", "decimal: 12"},
		{Field{Type: Int32, Temporal: Temporal{Kind: Date}}, []int64{math.MinInt32, math.MaxInt32}, "INT32 DATE", "int32: -2147483648 2147483647"},
		{Field{Type: Int64, Temporal: Temporal{Kind: Date, Unit: time.Millisecond}}, []int64{-day, missingCount, 3 * day}, "INT32 DATE", "int32: -1 missing 3"},
		{Field{Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Second}}, []int64{86399}, "INT32 TIME(isAdjustedToUTC=false,unit=MILLIS)", "int32: 86399000"},
		{Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Millisecond}}, []int64{86399999}, "INT32 TIME(isAdjustedToUTC=false,unit=MILLIS)", "int32: 86399999"},
		{Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Microsecond}}, []int64{1}, "INT64 TIME(isAdjustedToUTC=false,unit=MICROS)", "int64: 1"},
		{Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Nanosecond}}, []int64{1}, "INT64 TIME(isAdjustedToUTC=false,unit=NANOS)", "int64: 1"},
		{Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Second, Zone: "UTC"}}, []int64{-1}, "INT64 TIMESTAMP(isAdjustedToUTC=true,unit=MILLIS)", "int64: -1000"},
		{Field{Type: Int64, Temporal: Temporal{Kind: Duration, Unit: time.Second}}, []int64{-1}, "INT64 INT(64,true)", "int64: -1"},
		{Field{Type: Uint64}, []int64{-1}, "INT64 INT(64,false)", "uint64: 18446744073709551615"},
	} {
		path := filepath.Join(t.TempDir(), "t.parquet")
		if err := writeColumns(path, wholeColumn(tc.f, tc.values...)); err != nil {
			t.Errorf("%s: %v", tc.schema, err)
			continue
		}
		if got := storedSchema(t, path); got != tc.schema {
			t.Errorf("it is stored as %s, want %s", got, tc.schema)
		}
		tab, err := Read(t.Context(), path, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := tab.Columns[0].Type().String() + ":"
		for i := range tab.Rows {
			got += " " + cell(tab.Columns[0], i)
		}
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.schema, got, tc.want)
		}
	}
}

// storedSchema returns the types of the only column.
func storedSchema(t *testing.T, path string) string {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	p, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	e := p.Metadata().Schema[1]
	physical := e.Type.V.String()
	if e.Type.V == format.FixedLenByteArray {
		physical += fmt.Sprintf("(%d)", e.TypeLength.V)
	}
	return physical + " " + e.LogicalType.String()
}

func TestWriteParquetErrors(t *testing.T) {
	for _, tc := range []struct {
		name string
		c    Column
		want string
	}{
		{"too many digits", wholeColumn(Field{Type: Decimal, Precision: 9, Places: 2}, 1, missingCount, 1000000000), `column "c", row 3: `},
		{"half a day", wholeColumn(Field{Type: Int64, Temporal: Temporal{Kind: Date, Unit: time.Millisecond}}, 1), `column "c", row 1: `},
		{"seconds too many", wholeColumn(Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Second}}, 0, math.MaxInt64/1000+1), `column "c", row 2: `},
		{"a time of many days", wholeColumn(Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Millisecond}}, math.MaxInt32+1), `column "c", row 1: `},
		{"text that is not UTF-8", Codes("c", []uint32{0, 1}, []string{"a", "caf\xe9"}), `column "c" holds "caf\xe9"`},
		{"a name that is not UTF-8", New("caf\xe9", []int64{1}), `"caf\xe9"`},
	} {
		path := filepath.Join(t.TempDir(), "t.parquet")
		err := writeColumns(path, tc.c)
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %s", tc.name, err, tc.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: something is written", tc.name)
		}
	}
}

// TestParquetDecimalsRoundTrip: counts of any size survive under any precision
// that has room for them.
func TestParquetDecimalsRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	rapid.Check(t, func(t *rapid.T) {
		precision := rapid.IntRange(1, 38).Draw(t, "precision")
		f := Field{Type: Decimal, Precision: precision, Places: rapid.IntRange(0, precision).Draw(t, "places")}
		most := int64(math.MaxInt64)
		if precision <= 18 {
			most = int64(math.Pow10(precision)) - 1
		}
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-most, most), rapid.Just(int64(missingCount))), 1, 300).Draw(t, "values")
		want := wholeColumn(f, values...)
		if err := writeColumns(path, want); err != nil {
			t.Fatal(err)
		}
		tab, err := Read(context.Background(), path, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := tab.Columns[0].Field(); got.Type != Decimal || got.Precision != f.Precision || got.Places != f.Places {
			t.Fatalf("got %+v, want %+v", got, f)
		}
		for i := range values {
			if got, want := cell(tab.Columns[0], i), cell(want, i); got != want {
				t.Fatalf("row %d: %s, want %s", i, got, want)
			}
		}
	})
}

// TestParquetKeepsDurationsAndZones: as a note tells them.
func TestParquetKeepsDurationsAndZones(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.parquet")
	for _, want := range []Temporal{
		{Kind: Duration, Unit: time.Second}, {Kind: Duration, Unit: time.Millisecond}, {Kind: Duration, Unit: time.Microsecond}, {Kind: Duration, Unit: time.Nanosecond},
		{Kind: Timestamp, Unit: time.Microsecond, Zone: "Europe/Berlin"}, {Kind: Timestamp, Unit: time.Microsecond, Zone: "UTC"}, {Kind: Timestamp, Unit: time.Microsecond},
	} {
		var others []Column
		for j, f := range []Field{{Type: Decimal, Precision: 4}, {Type: Int8}, {Type: Int32, Temporal: Temporal{Kind: Date}}, {Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: 1000}}} {
			c := wholeColumn(f, 3).(*live)
			c.field.Name = fmt.Sprint(j)
			others = append(others, c)
		}
		if err := writeColumns(path, append(others, wholeColumn(Field{Type: Int64, Temporal: want}, -7))...); err != nil {
			t.Fatal(err)
		}
		tab, err := Read(t.Context(), path, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if c := tab.Columns[4]; c.Field().Temporal != want || cell(c, 0) != "-7" {
			t.Errorf("got %+v %s, want %+v -7", c.Field().Temporal, cell(c, 0), want)
		}
		for _, c := range tab.Columns[:4] {
			if cell(c, 0) != "3" {
				t.Errorf("%+v: %s", c.Field(), cell(c, 0))
			}
		}
	}
	for _, note := range []string{"AAAA", "", "!", base64.StdEncoding.EncodeToString(make([]byte, 100)), base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{255}, 100))} {
		tab, err := Read(t.Context(), saved(t, wideFile(t, map[string]string{arrowNote: note}, "a")), ReadOptions{})
		if err != nil || cell(tab.Columns[0], 0) != "0" {
			t.Errorf("note %q: %v", note, err)
		}
	}
}
