package table

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowTypes are types of Arrow, values as the library reads them from JSON, and
// what a table makes of them.
var arrowTypes = []struct {
	typ   arrow.DataType
	json  string
	field Field
	want  string // cells
}{
	{arrow.PrimitiveTypes.Int8, `[-128, 127, null]`, Field{Type: Int8}, "-128 127 missing"},
	{arrow.PrimitiveTypes.Int16, `[-32768, 32767, null]`, Field{Type: Int16}, "-32768 32767 missing"},
	{arrow.PrimitiveTypes.Int32, `[-2147483648, 2147483647, null]`, Field{Type: Int32}, "-2147483648 2147483647 missing"},
	{arrow.PrimitiveTypes.Int64, `[-9223372036854775808, 9223372036854775807, null]`, Field{Type: Int64}, "-9223372036854775808 9223372036854775807 missing"},
	{arrow.PrimitiveTypes.Uint8, `[0, 255, null]`, Field{Type: Uint8}, "0 255 missing"},
	{arrow.PrimitiveTypes.Uint16, `[0, 65535, null]`, Field{Type: Uint16}, "0 65535 missing"},
	{arrow.PrimitiveTypes.Uint32, `[0, 4294967295, null]`, Field{Type: Uint32}, "0 4294967295 missing"},
	{arrow.PrimitiveTypes.Uint64, `[9007199254740993, 18446744073709551615, null]`, Field{Type: Uint64}, "9007199254740993 18446744073709551615 missing"},
	{arrow.FixedWidthTypes.Float16, `[1.5, -2, null]`, Field{Type: Float16}, "0x1.8p+00 -0x1p+01 missing"},
	{arrow.PrimitiveTypes.Float32, `[0.1, -2, null]`, Field{Type: Float32}, "0x1.99999ap-04 -0x1p+01 missing"},
	{arrow.PrimitiveTypes.Float64, `[0.1, -2, null]`, Field{Type: Float64}, "0x1.999999999999ap-04 -0x1p+01 missing"},
	{arrow.FixedWidthTypes.Boolean, `[true, false, null]`, Field{Type: Bool}, "1 0 missing"},
	{arrow.Null, `[null, null, null]`, Field{Type: Float64}, "missing missing missing"},
	{arrow.BinaryTypes.String, `["ä", "", null]`, Field{Type: String}, `"ä" "" missing`},
	{arrow.BinaryTypes.LargeString, `["ä", "", null]`, Field{Type: String}, `"ä" "" missing`},
	{arrow.BinaryTypes.StringView, `["a text longer than twelve bytes", "", null]`, Field{Type: String}, `"a text longer than twelve bytes" "" missing`},
	{arrow.BinaryTypes.Binary, `["YQ==", "", null]`, Field{Type: String}, `"a" "" missing`},
	{arrow.BinaryTypes.LargeBinary, `["YQ==", "", null]`, Field{Type: String}, `"a" "" missing`},
	{arrow.BinaryTypes.BinaryView, `["YQ==", "", null]`, Field{Type: String}, `"a" "" missing`},
	{&arrow.FixedSizeBinaryType{ByteWidth: 3}, `["YWJj", "Ynl0", null]`, Field{Type: String}, `"abc" "byt" missing`},
	{arrow.FixedWidthTypes.Date32, `["1970-01-02", "1969-12-31", null]`, Field{Type: Int32, Temporal: Temporal{Kind: Date}}, "1 -1 missing"},
	{arrow.FixedWidthTypes.Date64, `["1970-01-02", "1969-12-31", null]`, Field{Type: Int64, Temporal: Temporal{Kind: Date, Unit: time.Millisecond}}, "86400000 -86400000 missing"},
	{arrow.FixedWidthTypes.Time32s, `["00:00:01", "23:59:59", null]`, Field{Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Second}}, "1 86399 missing"},
	{arrow.FixedWidthTypes.Time32ms, `["00:00:01", "23:59:59", null]`, Field{Type: Int32, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Millisecond}}, "1000 86399000 missing"},
	{arrow.FixedWidthTypes.Time64us, `["00:00:01", "23:59:59", null]`, Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Microsecond}}, "1000000 86399000000 missing"},
	{arrow.FixedWidthTypes.Time64ns, `["00:00:01", "23:59:59", null]`, Field{Type: Int64, Temporal: Temporal{Kind: TimeOfDay, Unit: time.Nanosecond}}, "1000000000 86399000000000 missing"},
	{arrow.FixedWidthTypes.Timestamp_s, `["1970-01-01T00:01:00Z", "1969-12-31T23:59:59Z", null]`, Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Second, Zone: "UTC"}}, "60 -1 missing"},
	{&arrow.TimestampType{Unit: arrow.Nanosecond}, `["1970-01-01 00:01:00", "1969-12-31 23:59:59", null]`, Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Nanosecond}}, "60000000000 -1000000000 missing"},
	{arrow.FixedWidthTypes.Duration_us, `["3us", "-1us", null]`, Field{Type: Int64, Temporal: Temporal{Kind: Duration, Unit: time.Microsecond}}, "3 -1 missing"},
	{&arrow.Decimal32Type{Precision: 9, Scale: 2}, `["-1234567.89", "0.01", null]`, Field{Type: Decimal, Precision: 9, Places: 2}, "-123456789 1 missing"},
	{&arrow.Decimal64Type{Precision: 18, Scale: 18}, `["-0.999999999999999999", "0.000000000000000001", null]`, Field{Type: Decimal, Precision: 18, Places: 18}, "-999999999999999999 1 missing"},
	{&arrow.Decimal128Type{Precision: 38, Scale: 2}, `["-92233720368547758.08", "92233720368547758.07", null]`, Field{Type: Decimal, Precision: 38, Places: 2}, "-9223372036854775808 9223372036854775807 missing"},
	{&arrow.Decimal256Type{Precision: 76, Scale: 0}, `["-1", "9223372036854775807", null]`, Field{Type: Decimal, Precision: 38}, "-1 9223372036854775807 missing"},
}

// fromJSON returns an array of three values.
func fromJSON(t testing.TB, typ arrow.DataType, text string) arrow.Array {
	t.Helper()
	a, _, err := array.FromJSON(memory.DefaultAllocator, typ, strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %v", typ, err)
	}
	return a
}

// ipcForms write records in all ways of the format.
var ipcForms = map[string]func(t *testing.T, records []arrow.RecordBatch) []byte{
	"stream":      func(t *testing.T, r []arrow.RecordBatch) []byte { return ipcBytes(t, false, r) },
	"stream zstd": func(t *testing.T, r []arrow.RecordBatch) []byte { return ipcBytes(t, false, r, ipc.WithZstd()) },
	"file":        func(t *testing.T, r []arrow.RecordBatch) []byte { return ipcBytes(t, true, r) },
	"file lz4":    func(t *testing.T, r []arrow.RecordBatch) []byte { return ipcBytes(t, true, r, ipc.WithLZ4()) },
}

// ipcBytes writes records as a file or a stream.
func ipcBytes(t testing.TB, file bool, records []arrow.RecordBatch, opt ...ipc.Option) []byte {
	t.Helper()
	var out bytes.Buffer
	opt = append(opt, ipc.WithSchema(records[0].Schema()))
	var w interface {
		Write(arrow.RecordBatch) error
		Close() error
	}
	if file {
		f, err := ipc.NewFileWriter(&out, opt...)
		if err != nil {
			t.Fatal(err)
		}
		w = f
	} else {
		w = ipc.NewWriter(&out, opt...)
	}
	for _, r := range records {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// record returns arrays of equal length as a batch of columns a0, a1, ...
func record(arrays ...arrow.Array) arrow.RecordBatch {
	var fields []arrow.Field
	for j, a := range arrays {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("a%d", j), Type: a.DataType(), Nullable: true})
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(arrays[0].Len()))
}

// readBytes reads content as a file called name.
func readBytes(t testing.TB, name string, content []byte, opt ReadOptions) (*Table, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	sameInStream(t, []Part{{Path: path}}, opt)
	return Read(t.Context(), path, opt)
}

// arrowCells shows all rows of c.
func arrowCells(c Column) []string {
	var all []string
	for i := range c.Len() {
		all = append(all, cell(c, i))
	}
	return all
}

// checkColumn holds a column against what it should be.
func checkColumn(t *testing.T, what string, got Column, want Field, rows []string) {
	t.Helper()
	f := got.Field()
	if f.Type != want.Type || f.Temporal != want.Temporal || f.Precision != want.Precision || f.Places != want.Places || f.Role != want.Role {
		t.Errorf("%s: field %+v, want %+v", what, f, want)
	}
	if got := arrowCells(got); !slices.Equal(got, rows) {
		t.Errorf("%s: got %q, want %q", what, got, rows)
	}
}

// TestReadArrowTypes reads every type plain, out of a dictionary (whose third value
// is missing, and a code is) and in runs, whole and as a part of a longer array.
func TestReadArrowTypes(t *testing.T) {
	for _, tc := range arrowTypes {
		values, want := fromJSON(t, tc.typ, tc.json), strings.Fields(strings.ReplaceAll(tc.want, "a text longer than twelve bytes", "a_text"))
		for i, w := range want {
			want[i] = strings.ReplaceAll(w, "a_text", "a text longer than twelve bytes")
		}
		places := func(at ...int) (rows []string) {
			for _, i := range at {
				rows = append(rows, append(want, "missing")[i])
			}
			return rows
		}
		arrays := map[string]arrow.Array{"plain": values}
		rows := map[string][]string{"plain": want}
		for _, index := range []arrow.DataType{arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64} {
			codes := fromJSON(t, index, `[1, 0, null, 2, 1]`)
			name := "dictionary of " + index.Name()
			arrays[name] = array.NewDictionaryArray(&arrow.DictionaryType{IndexType: index, ValueType: tc.typ}, codes, values)
			rows[name] = places(1, 0, 3, 2, 1)
		}
		for _, end := range []arrow.DataType{arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int64} {
			if tc.typ.ID() == arrow.NULL {
				continue // the library refuses runs of nothing
			}
			ends := fromJSON(t, end, `[2, 3, 6]`)
			name := "runs of " + end.Name()
			arrays[name] = array.NewRunEndEncodedArray(ends, values, 6, 0)
			rows[name] = places(0, 0, 1, 2, 2, 2)
		}
		for name, a := range arrays {
			for form, write := range ipcForms {
				what := fmt.Sprintf("%v, %s, %s", tc.typ, name, form)
				r := record(a)
				records, all := []arrow.RecordBatch{r}, rows[name]
				if !strings.HasPrefix(name, "runs") { // of which the library writes no parts
					n := int64(a.Len())
					records = []arrow.RecordBatch{r, r.NewSlice(1, n), r.NewSlice(n, n)}
					all = append(slices.Clone(all), all[1:]...)
				}
				tab, err := readBytes(t, "t.arrow", write(t, records), ReadOptions{})
				if err != nil {
					t.Errorf("%s: %v", what, err)
					continue
				}
				checkColumn(t, what, tab.Columns[0], tc.field, all)
			}
		}
	}
}

// TestReadArrowDate64WithTimes: a date that has a time of day is a timestamp.
func TestReadArrowDate64WithTimes(t *testing.T) {
	b := array.NewDate64Builder(memory.DefaultAllocator)
	b.AppendValues([]arrow.Date64{0, 86400000 + 5}, nil)
	tab, err := readBytes(t, "t.arrow", ipcBytes(t, true, []arrow.RecordBatch{record(b.NewArray())}), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkColumn(t, "date64", tab.Columns[0], Field{Type: Int64, Temporal: Temporal{Kind: Timestamp, Unit: time.Millisecond}}, []string{"0", "86400005"})
}

// TestReadArrowNegativeScale: counts of thousands.
func TestReadArrowNegativeScale(t *testing.T) {
	typ := &arrow.Decimal128Type{Precision: 5, Scale: -3}
	for value, want := range map[int64]string{-7: "-7000", 9223372036854776: "does not fit 64 bits"} {
		b := array.NewDecimal128Builder(memory.DefaultAllocator, typ)
		b.Append(decimal128.FromI64(value))
		tab, err := readBytes(t, "t.arrow", ipcBytes(t, true, []arrow.RecordBatch{record(b.NewArray())}), ReadOptions{})
		if err != nil {
			if !strings.Contains(err.Error(), want) {
				t.Error(err)
			}
			continue
		}
		checkColumn(t, "decimal", tab.Columns[0], Field{Type: Decimal, Precision: 8}, []string{want})
	}
}

// dictionaries returns batches of which each has a dictionary of its own.
func dictionaries(t *testing.T, values ...string) (records []arrow.RecordBatch) {
	typ := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}
	for _, v := range values {
		records = append(records, record(array.NewDictionaryArray(typ, fromJSON(t, arrow.PrimitiveTypes.Int8, `[0, 1]`), fromJSON(t, arrow.BinaryTypes.String, v))))
	}
	return records
}

// TestReadArrowDictionaryChanges: dictionaries grow, and in streams are replaced.
func TestReadArrowDictionaryChanges(t *testing.T) {
	grow := dictionaries(t, `["b", "a"]`, `["b", "a", "c"]`)
	replaced := dictionaries(t, `["b", "a"]`, `["c", "b"]`, `["a", "c"]`)
	for _, tc := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"delta in a stream", ipcBytes(t, false, grow, ipc.WithDictionaryDeltas(true)), `"b" "a" "b" "a"`},
		{"replaced in a stream", ipcBytes(t, false, replaced), `"b" "a" "c" "b" "a" "c"`},
	} {
		tab, err := readBytes(t, "t.arrow", tc.content, ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		checkColumn(t, tc.name, tab.Columns[0], Field{Type: String}, strings.Fields(tc.want))
	}
}

// TestReadArrowDictionaryOfFile reads a file of Arrow's JavaScript whose dictionary
// grows from batch to batch, and the same with two dictionaries, which says for
// no batch which one is meant.
func TestReadArrowDictionaryOfFile(t *testing.T) {
	const path = "testdata/delta.arrow"
	tab, err := Read(t.Context(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, pair := range []string{`"a" "b" `, `"b" "c" `, `"d" "a" `} {
		want = append(want, strings.Fields(strings.Repeat(pair, 10))...)
	}
	checkColumn(t, path, tab.Columns[0], Field{Type: String}, want)

	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	src, err := open(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	f := &arrowFile{src: src}
	f.readFooter()
	for f.schema = nil; ; {
		meta, _, err := f.next()
		if err != nil {
			t.Fatal(err)
		}
		header := meta.follow(meta.field(meta.follow(0), 2))
		if at := meta.optional(header, 2); at != 0 && meta[at] == 1 {
			content[bytes.Index(content, meta)+at] = 0
			break
		}
	}
	if _, err := readBytes(t, "t.arrow", content, ReadOptions{}); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "changes within the file: write it as a stream") {
		t.Errorf("a second dictionary: %v", err)
	}
}

// TestReadArrowIndex: the rows' names of a data frame are no feature.
func TestReadArrowIndex(t *testing.T) {
	values := fromJSON(t, arrow.PrimitiveTypes.Int8, `[1, 2]`)
	names := []string{"when", "x", "__index_level_1__", "x", "index"}
	for metadata, want := range map[string][]Role{
		`{"index_columns": ["when", "__index_level_1__"], "columns": []}`: {Index, Feature, Index, Feature, Feature},
		`{"index_columns": [{"kind": "range", "start": 0}]}`:              {Feature, Feature, Index, Feature, Feature},
		`not JSON`: {Feature, Feature, Index, Feature, Feature},
	} {
		m := arrow.NewMetadata([]string{"pandas"}, []string{metadata})
		var fields []arrow.Field
		var arrays []arrow.Array
		for _, name := range names {
			fields, arrays = append(fields, arrow.Field{Name: name, Type: values.DataType()}), append(arrays, values)
		}
		r := array.NewRecordBatch(arrow.NewSchema(fields, &m), arrays, 2)
		tab, err := readBytes(t, "t.feather", ipcBytes(t, true, []arrow.RecordBatch{r}), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(tab.Names(), " "); got != "when x __index_level_1__ x.1 index" {
			t.Errorf("columns %s", got)
		}
		for j, c := range tab.Columns {
			if c.Field().Role != want[j] {
				t.Errorf("%s: %s has role %v", metadata, c.Name(), c.Field().Role)
			}
		}
	}
}
