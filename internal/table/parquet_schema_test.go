package table

import (
	"errors"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// wideFile returns a file of one row, with a column of INT32 for each name and
// value, and the metadata keys.
func wideFile(t testing.TB, keys map[string]string, names ...string) []byte {
	file := []byte("PAR1")
	meta := format.FileMetaData{
		Version: 1, NumRows: 1, Schema: []format.SchemaElement{{Name: "root", NumChildren: some(int32(len(names)))}},
		RowGroups: []format.RowGroup{{NumRows: 1}},
	}
	for key, value := range keys {
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: key, Value: value})
	}
	for j, name := range names {
		e := required(format.Int32)
		e.Name = name
		page := pageV1(t, 1, format.Plain, 4, ints32(int32(j)))
		meta.Schema = append(meta.Schema, e)
		meta.RowGroups[0].Columns = append(meta.RowGroups[0].Columns, format.ColumnChunk{MetaData: format.ColumnMetaData{
			Type: format.Int32, PathInSchema: []string{name}, NumValues: 1, TotalCompressedSize: int64(len(page)), DataPageOffset: int64(len(file)),
		}})
		file = append(file, page...)
	}
	return finishFile(t, file, meta)
}

func TestParquetNames(t *testing.T) {
	note := map[string]string{"pandas": `{"index_columns": ["id", {"kind": "range"}], "columns": []}`}
	tab, err := Read(t.Context(), saved(t, wideFile(t, note, "a.b", "id", "x", "__index_level_0__", "x", "__index_level_x__")), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(tab.Names(), " "); got != "a.b id x __index_level_0__ x.1 __index_level_x__" {
		t.Errorf("names are %s", got)
	}
	for j, want := range []Role{Feature, Index, Feature, Index, Feature, Feature} {
		if c := tab.Columns[j]; c.Field().Role != want || c.Float(0) != float64(j) {
			t.Errorf("%s has role %d, want %d, and value %v", c.Name(), c.Field().Role, want, c.Float(0))
		}
	}
	for _, note := range []string{"", "{", `{"index_columns": 3}`} {
		tab, err := Read(t.Context(), saved(t, wideFile(t, map[string]string{"pandas": note}, "id")), ReadOptions{})
		if err != nil || tab.Columns[0].Field().Role != Feature {
			t.Errorf("note %q: %v", note, err)
		}
	}
	if _, err := Read(t.Context(), saved(t, wideFile(t, nil, "a", "caf\xe9")), ReadOptions{}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "column 2 is not UTF-8") {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
}

// TestParquetNested: groups and lists are refused where they are chosen, and
// passed over where not.
func TestParquetNested(t *testing.T) {
	file := []byte("PAR1")
	meta := format.FileMetaData{Version: 1, NumRows: 1, RowGroups: []format.RowGroup{{NumRows: 1}}}
	group := func(name string, children int32) {
		meta.Schema = append(meta.Schema, format.SchemaElement{Name: name, NumChildren: some(children), RepetitionType: some(format.Optional)})
	}
	leaf := func(name string, value int32) {
		e := required(format.Int32)
		e.Name = name
		page := pageV1(t, 1, format.Plain, 4, ints32(value))
		meta.Schema = append(meta.Schema, e)
		meta.RowGroups[0].Columns = append(meta.RowGroups[0].Columns, format.ColumnChunk{MetaData: format.ColumnMetaData{
			Type: format.Int32, NumValues: 1, TotalCompressedSize: int64(len(page)), DataPageOffset: int64(len(file)),
		}})
		file = append(file, page...)
	}
	group("root", 4)
	leaf("a", 1)
	group("deep", 2)
	group("deeper", 2)
	leaf("x", 2)
	leaf("y", 3)
	leaf("z", 4)
	group("nothing", 0)
	leaf("b", 5)
	path := saved(t, finishFile(t, file, meta))
	for _, name := range []string{"deep", "nothing"} {
		if _, err := Read(t.Context(), path, ReadOptions{Keep: []string{"a", name}}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "--drop "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	tab, err := Read(t.Context(), path, ReadOptions{Drop: []string{"deep,nothing"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := show(tab); got != "a int32: 1\nb int32: 5\n" {
		t.Errorf("got %s", got)
	}
}

// TestParquetLogicalTypes: what old and new annotations mean.
func TestParquetLogicalTypes(t *testing.T) {
	i32, i64 := required(format.Int32), required(format.Int64)
	old := converted(i32, deprecated.Decimal)
	old.Precision, old.Scale = some(int32(9)), some(int32(2))
	micros := format.TimeUnit{Value: &format.MicroSeconds{}}
	for _, tc := range []struct {
		e    format.SchemaElement
		want Field
	}{
		{i32, Field{Type: Int32}},
		{converted(i32, deprecated.Int8), Field{Type: Int8}},
		{converted(i32, deprecated.Uint16), Field{Type: Uint16}},
		{converted(i64, deprecated.Uint64), Field{Type: Uint64}},
		{converted(i64, deprecated.Int64), Field{Type: Int64}},
		{converted(i32, deprecated.Date), Field{Type: Int32, Temporal: Temporal{Kind: Date}}},
		{converted(i32, deprecated.TimeMillis), Field{Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: 1e6}}},
		{converted(i64, deprecated.TimeMicros), Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: 1e3}}},
		{converted(i64, deprecated.TimestampMillis), Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e6}}},
		{converted(i64, deprecated.TimestampMicros), Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e3}}},
		{logical(i64, &format.TimestampType{Unit: micros, IsAdjustedToUTC: true}), Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e3, Zone: "UTC"}}},
		{logical(i64, &format.TimestampType{Unit: micros}), Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e3}}},
		{logical(i64, &format.TimeType{Unit: format.TimeUnit{Value: &format.NanoSeconds{}}}), Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: 1}}},
		{old, Field{Type: Decimal, Precision: 9, Places: 2}},
		{logical(i64, &format.DecimalType{Precision: 18, Scale: 4}), Field{Type: Decimal, Precision: 18, Places: 4}},
		{required(format.Int96), Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: 1e3}}},
		{logical(fixed(i32, 2), &format.Float16Type{}), Field{Type: Float16}},
		{logical(fixed(i32, 16), &format.UUIDType{}), Field{Type: String}},
		{converted(required(format.ByteArray), deprecated.Json), Field{Type: String}},
	} {
		body := make([]byte, 16)
		tab, err := Read(t.Context(), saved(t, madeFile(t, tc.e, madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, format.Plain, len(body), body)}})), ReadOptions{})
		if err != nil {
			t.Errorf("%+v: %v", tc.want, err)
			continue
		}
		got := tab.Columns[0].Field()
		if got.Type != tc.want.Type || got.Temporal != tc.want.Temporal || got.Precision != tc.want.Precision || got.Places != tc.want.Places {
			t.Errorf("got %+v, want %+v", got, tc.want)
		}
	}
	for _, e := range []format.SchemaElement{
		logical(i64, &format.DecimalType{Precision: 2, Scale: 4}), logical(i64, &format.DecimalType{}), logical(required(format.Float), &format.DecimalType{Precision: 4}), fixed(i32, 0), fixed(i32, -1),
	} {
		if _, err := Read(t.Context(), saved(t, madeFile(t, e)), ReadOptions{}); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

func TestParquetEncrypted(t *testing.T) {
	data := wideFile(t, nil, "a")
	copy(data[len(data)-4:], "PARE")
	_, err := Read(t.Context(), saved(t, data), ReadOptions{})
	if !errors.Is(err, errEncrypted) || errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v", err)
	}
}

// TestValuelessKey: a key of the metadata may have no value.
func TestValuelessKey(t *testing.T) {
	// version 1, an empty schema of a root, no rows, no row groups, a key "k"
	footer := []byte{0x15, 2, 0x19, 0x1c, 0x48, 1, 'r', 0x15, 0, 0, 0x16, 0, 0x19, 0x0c, 0x19, 0x1c, 0x18, 1, 'k', 0, 0}
	r := &thrift{data: footer}
	f := decodeFooter(r).footer
	if value, ok := f.keys["k"]; r.err != nil || !ok || value != "" || len(f.schema) != 1 || f.schema[0].name != "r" {
		t.Errorf("%v: %+v", r.err, f)
	}
}

// TestINT96 compares with days that are known.
func TestINT96(t *testing.T) {
	bytes96 := func(day uint32, clock int64) []byte { return ints32(int32(clock), int32(clock>>32), int32(day)) }
	for _, tc := range []struct {
		day    uint32
		clock  int64
		ns, us int64
		errNS  error
	}{
		{2440588, 0, 0, 0, nil},
		{2440587, 86399_999_999_000, -1000, -1, nil},
		{2440588, 1000, 1000, 1, nil},
		{2440588 - 106752, 763145224192, -9223372036854775808, 0, nil},
		{2440588 - 106752, 763145224191, 0, 0, errFar},
		{2440588 + 106751, 85636854775000, 9223372036854775000, 9223372036854775, nil},
		{2440588 + 106751, 85636854776000, 0, 9223372036854776, errFar},
		{5373484, 0, 0, 253402214400000000, errFar}, // 9999-12-31
		{1721426, 0, 0, -62135596800000000, errFar}, // 0001-01-01
	} {
		b := bytes96(tc.day, tc.clock)
		if got, err := int96(b); got != tc.ns && err == nil || !errors.Is(err, tc.errNS) {
			t.Errorf("day %d, %d ns: %d, %v, want %d, %v", tc.day, tc.clock, got, err, tc.ns, tc.errNS)
		}
		if tc.clock%1000 == 0 {
			if got, err := int96Micros(b); got != tc.us || err != nil {
				t.Errorf("day %d, %d ns: %d µs, %v, want %d", tc.day, tc.clock, got, err, tc.us)
			}
		}
	}
	if _, err := int96Micros(bytes96(2440588, 1)); !errors.Is(err, errFine) {
		t.Errorf("one nanosecond: %v", err)
	}
	for _, far := range [][]byte{bytes96(1<<32-1, 0), bytes96(2440588+106751991, 9223372036854775000)} {
		if _, err := int96Micros(far); !errors.Is(err, errFar) {
			t.Errorf("%v: %v", far, err)
		}
	}
}
