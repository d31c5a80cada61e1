package table

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// TestArrowSchema lets the library say under which types fields are stored.
func TestArrowSchema(t *testing.T) {
	at := func(k TemporalKind, u time.Duration) Temporal { return Temporal{Kind: k, Unit: u} }
	fields := []Field{
		{Name: "a", Type: Decimal, Precision: 5, Places: 2}, {Name: "b", Type: Int64, Temporal: at(Date, time.Millisecond)}, {Name: "c", Type: Int32, Temporal: at(Date, 0)},
		{Name: "d", Type: Int32, Temporal: at(TimeOfDay, time.Second)}, {Name: "e", Type: Int64, Temporal: at(TimeOfDay, time.Millisecond)}, {Name: "f", Type: Int64, Temporal: at(TimeOfDay, time.Nanosecond)},
		{Name: "g", Type: Int64, Temporal: at(Duration, time.Microsecond)}, {Name: "h", Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Second, Zone: "Asia/Tokyo"}},
	}
	values := []float64{1.5, 1.5, 1.5, 1.5, 1.5, 1e18, 1.5, 1.5}
	wants := []string{"decimal(5, 2)", "date64", "date32", "time32[s]", "time32[ms]", "time64[ns]", "duration[us]", "timestamp[s, tz=Asia/Tokyo]"}
	rows := []string{"150", "0", "2", "2", "2", "86399999999999", "2", "2"} // a date has no part of a day, a time of day ends with it
	var columns []Column
	for _, v := range values {
		columns = append(columns, New("", []float64{v}))
	}
	path := filepath.Join(t.TempDir(), "t.arrow")
	writeAll(t, path, fields, columns, WriteOptions{Rows: 1})
	tab, err := Read(t.Context(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	src, err := open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	r, err := ipc.NewFileReader(src)
	if err != nil {
		t.Fatal(err)
	}
	for j, f := range r.Schema().Fields() {
		if got := f.Type.String(); got != wants[j] {
			t.Errorf("%s is stored as %s, want %s", f.Name, got, wants[j])
		}
		if got := cell(tab.Columns[j], 0); got != rows[j] {
			t.Errorf("%s holds %s, want %s", f.Name, got, rows[j])
		}
	}
	if r.Schema().Field(0).Type.ID() != arrow.DECIMAL128 {
		t.Errorf("decimals are %v", r.Schema().Field(0).Type)
	}
}

// TestArrowDecimalRange: samples beyond the digits of a column.
func TestArrowDecimalRange(t *testing.T) {
	fields := []Field{{Name: "a", Type: Decimal, Precision: 5, Places: 2}}
	columns := []Column{New("", []float64{1e6, -1e6, math.Inf(1), math.NaN(), 0.015})}
	path := filepath.Join(t.TempDir(), "t.arrow")
	writeAll(t, path, fields, columns, WriteOptions{Rows: 5})
	tab, err := Read(t.Context(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkColumn(t, "decimal", tab.Columns[0], fields[0], []string{"99999", "-99999", "99999", "missing", "2"})
}

// TestArrowTextIsUTF8: nobody could read other text.
func TestArrowTextIsUTF8(t *testing.T) {
	dir := t.TempDir()
	bad := Codes("s", []uint32{0, 0, 1}, []string{"fine", "Gr\xfc\xdfe", "unused \xff"})
	for _, tc := range []struct {
		column Column
		want   string
	}{
		{bad, `column "s", row 8194: "Gr\xfc\xdfe" is not UTF-8: read the input with the right --encoding`},
		{New("Gr\xf6\xdfe", []float64{1, 2, 3}), `the name of column 1, "Gr\xf6\xdfe", is not UTF-8`},
	} {
		w, err := Create(filepath.Join(dir, "t.arrow"), []Field{tc.column.Field()}, WriteOptions{Rows: -1})
		for from := 0; err == nil && from < chunkRows; from += 2 {
			err = w.Write([]Column{tc.column}, 0, 2)
		}
		if err == nil {
			err = w.Write([]Column{tc.column}, 0, 3)
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("got %v, want %q", err, tc.want)
		}
		if w != nil {
			w.Abort()
		}
		if got := folder(t, dir); got != "" {
			t.Errorf("left: %s", got)
		}
	}
}
