package table

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// put writes files, whose paths are relative to a new folder, and returns that.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// save writes columns to a file.
func save(t interface {
	Helper()
	Fatal(...any)
}, path string, columns ...Column) string {
	t.Helper()
	var fields []Field
	for _, c := range columns {
		fields = append(fields, c.Field())
	}
	w, err := Create(path, fields, WriteOptions{Rows: int64(columns[0].Len()), Force: true})
	if err == nil {
		err = w.Write(columns, 0, columns[0].Len())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// typesAndRows returns the table as lines: names and types, then rows as a CSV file has
// them.
func typesAndRows(tab *Table) string {
	var b strings.Builder
	for j, c := range tab.Columns {
		if j > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s:%v", c.Name(), c.Type())
	}
	for i := range tab.Rows {
		b.WriteByte('\n')
		for j, c := range tab.Columns {
			if j > 0 {
				b.WriteByte(' ')
			}
			if c.Missing(i) {
				b.WriteString("_")
				continue
			}
			spelled := asText(c)
			one := make([]int64, 1)
			spelled.Ints(one, i, i+1)
			b.WriteString(spelled.Dictionary()[one[0]])
		}
	}
	return b.String()
}

func readAll(t testing.TB, dir string, opt ReadOptions, in ...string) (*Table, error) {
	t.Helper()
	for i, name := range in {
		in[i] = filepath.Join(dir, filepath.FromSlash(name))
	}
	parts, err := Expand(in, true)
	if err != nil {
		return nil, err
	}
	return ReadParts(t.Context(), parts, opt)
}

func TestCSVPartsAreOneFile(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files []string
		want  string
	}{
		{"integers", []string{"a,b\n1,2\n", "a,b\n3,4\n"}, "a:int64 b:int64\n1 2\n3 4"},
		{"by name", []string{"a,b\n1,x\n", "b,a\ny,4\n"}, "a:int64 b:string\n1 x\n4 y"},
		{"fractions later", []string{"a\n1\n", "a\n2.5\n"}, "a:float64\n1.0\n2.5"},
		{"zeros later", []string{"a\n5\n", "a\n6\n", "a\n007\n"}, "a:string\n5\n6\n007"},
		{"words later", []string{"a\ntrue\n", "a\nmaybe\n"}, "a:string\ntrue\nmaybe"},
		{"weak marker", []string{"a\nNA\n", "a\nCH\n"}, "a:string\nNA\nCH"},
		{"weak marker of numbers", []string{"a,b\nNA,1\n", "a,b\n2,1\n"}, "a:int64 b:int64\n_ 1\n2 1"},
		{"beyond int64", []string{"a\n1\n", "a\n18446744073709551615\n"}, "a:uint64\n1\n18446744073709551615"},
		{"dates", []string{"a\n2024-01-02\n", "a\n2024-01-03\n"}, "a:int32\n2024-01-02\n2024-01-03"},
		{"dates and timestamps", []string{"a\n2024-01-02\n", "a\n2024-01-03T00:00:00\n"}, "a:string\n2024-01-02\n2024-01-03T00:00:00"},
		{"a header alone", []string{"a,b\n", "a,b\n1,2\n"}, "a:int64 b:int64\n1 2"},
		{"delimiters", []string{"a;b\n1;2\n", "a,b\n1,2\n"}, "a:int64 b:int64\n1 2\n1 2"},
		{"decimal comma", []string{"a;b\n1;2,5\n", "a;b\n1;3\n2;4\n"}, "a:int64 b:float64\n1 2.5\n1 3.0\n2 4.0"},
		{"all quoted", []string{"\"a\"\n\"1\"\n", "\"a\"\n\"2\"\n"}, "a:int64\n1\n2"},
		{"quoted and plain", []string{"\"a\"\n\"1\"\n", "a\n2\n"}, "a:int64\n1\n2"},
		{"quoted words and plain", []string{"\"a\",b\n\"1\",1\n", "\"a\",b\n\"2\",1\n"}, "a:string b:int64\n1 1\n2 1"},
		{"all missing", []string{"a,b\n,1\n", "a,b\nx,1\n"}, "a:string b:int64\n_ 1\nx 1"},
		{"trailing delimiters", []string{"a,b,\n1,2,\n3,4,\n", "a,b,\n5,6,\n7,8,\n"}, "a:int64 b:int64\n1 2\n3 4\n5 6\n7 8"},
		{"nameless index", []string{",a\n0,x\n1,y\n", ",a\n0,z\n1,x\n"}, "unnamed_1:int64 a:string\n0 x\n1 y\n0 z\n1 x"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir, in := t.TempDir(), []string{}
			for i, text := range tc.files {
				in = append(in, fmt.Sprintf("%d.csv", i))
				if err := os.WriteFile(filepath.Join(dir, in[i]), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			tab, err := readAll(t, dir, ReadOptions{}, in...)
			if err != nil {
				t.Fatal(err)
			}
			if got := typesAndRows(tab); got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
			if strings.HasPrefix(tc.name, "nameless") && tab.Columns[0].Field().Role != Index {
				t.Error("the index of each part is a feature")
			}
		})
	}
}

// TestPartsOfText: a column that another format has as text is text in CSV files.
func TestPartsOfText(t *testing.T) {
	dir := put(t, map[string]string{"a.csv": "c,n\n7,1\n,2\nNULL,3\n", "c.csv": "n,c\n4,8\n"})
	save(t, filepath.Join(dir, "b.parquet"), Codes("c", []uint32{1, 0}, []string{"7", "x"}), New("n", []int8{5, 6}))
	tab, err := readAll(t, dir, ReadOptions{}, "a.csv", "b.parquet", "c.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := typesAndRows(tab), "c:string n:int64\n7 1\n_ 2\n_ 3\nx 5\n7 6\n8 4"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if got := strings.Join(tab.Columns[0].Dictionary(), " "); got != "7 x 8" {
		t.Errorf("the dictionary is %s", got)
	}
	want := []PartRows{{filepath.Join(dir, "a.csv"), 0, 3}, {filepath.Join(dir, "b.parquet"), 3, 2}, {filepath.Join(dir, "c.csv"), 5, 1}}
	if d := cmp.Diff(want, tab.Parts); d != "" {
		t.Error(d)
	}
	if m := tab.Columns[0].Field().Reading.Markers; len(m) != 1 || m[0] != (Marker{"NULL", 1, 2}) {
		t.Errorf("markers %v", m)
	}
}

// stamp returns a column of timestamps.
func stamp(t Temporal, values ...int64) Column {
	return &dense[int64]{field: Field{Name: "c", Type: Int64, Temporal: t}, data: values, stride: 1, n: len(values)}
}

func decimal(precision, places int, values ...int64) Column {
	return &dense[int64]{field: Field{Name: "c", Type: Decimal, Precision: precision, Places: places}, data: values, stride: 1, n: len(values)}
}

func TestTypesOfParts(t *testing.T) {
	ms, us := Temporal{Kind: Timestamp, Unit: time.Millisecond, Zone: "UTC"}, Temporal{Kind: Timestamp, Unit: time.Microsecond, Zone: "UTC"}
	none := New("c", []float64{nan(), nan()})
	for _, tc := range []struct {
		name string
		a, b Column
		want string // or of the error, after !
	}{
		{"signed", New("c", []int8{-1}), New("c", []int32{7}), "c:int32\n-1\n7"},
		{"unsigned", New("c", []uint8{1}), New("c", []uint16{7}), "c:uint16\n1\n7"},
		{"both signs", New("c", []int8{-1}), New("c", []uint16{7}), "c:int32\n-1\n7"},
		{"small uint64", New("c", []int64{-1}), New("c", []uint64{7}), "c:int64\n-1\n7"},
		{"large uint64", New("c", []int64{1}), New("c", []uint64{1 << 63}), "c:uint64\n1\n9223372036854775808"},
		{"128 bits", New("c", []int64{-1}), New("c", []uint64{1 << 63}), "!which no integer type holds"},
		{"int and float", New("c", []int64{1 << 53}), New("c", []float32{.5}), "c:float64\n9007199254740992.0\n0.5"},
		{"wide int and float", New("c", []int64{1<<53 + 1}), New("c", []float32{.5}), "!--type c=number as numbers that may be rounded"},
		{"floats", New("c", []float32{.1}), New("c", []float64{.1}), "c:float64\n0.10000000149011612\n0.1"},
		{"texts", Codes("c", []uint32{1, 0}, []string{"a", "b"}), Codes("c", []uint32{0, 1}, []string{"c", "a"}), "c:string\nb\na\nc\na"},
		{"truths", boolColumn(1, 0), boolColumn(0), "c:bool\ntrue\nfalse\nfalse"},
		{"truth and number", boolColumn(1, 0), New("c", []int8{1}), "!int8 here and bool in"},
		{"text and number", Codes("c", []uint32{0}, []string{"a"}), New("c", []int8{1}), "!int8 here and text in"},
		{"units", stamp(ms, 1), stamp(us, 1), "c:int64\n1970-01-01T00:00:00.001000Z\n1970-01-01T00:00:00.000001Z"},
		{"units overflow", stamp(ms, 1<<62), stamp(us, 1), "!which do not reach as far"},
		{"zones", stamp(Temporal{Kind: Timestamp, Unit: time.Millisecond}, 1), stamp(us, 1), "!timestamps in zone UTC here and timestamps without a zone in"},
		{"time and number", stamp(ms, 1), New("c", []int64{1}), "!int64 here and timestamps in zone UTC in"},
		{"decimals", decimal(5, 1, 15), decimal(6, 3, -1), "c:decimal\n1.500\n-0.001"},
		{"decimals overflow", decimal(18, 1, 1e17), decimal(18, 4, 1), "!64 bits do not hold all digits"},
		{"decimal and int", decimal(5, 1, 15), New("c", []int64{2}), "c:decimal\n1.5\n2.0"},
		{"decimal and float", decimal(5, 2, 15), New("c", []float64{.1}), "c:decimal\n0.15\n0.10"},
		{"decimal and finer float", decimal(5, 2, 15), New("c", []float64{.125}), "!float64 here and decimal(5, 2) in"},
		{"nothing and text", none, Codes("c", []uint32{0}, []string{"a"}), "c:string\n_\n_\na"},
		{"text and nothing", Codes("c", []uint32{0}, []string{"a"}), none, "c:string\na\n_\n_"},
		{"nothing and truth", none, boolColumn(1), "c:bool\n_\n_\ntrue"},
		{"nothing at all", none, none, "c:float64\n_\n_\n_\n_"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			save(t, filepath.Join(dir, "a.arrow"), tc.a)
			save(t, filepath.Join(dir, "b.arrow"), tc.b)
			for _, threads := range []int{1, 2, 5} {
				tab, err := readAll(t, dir, ReadOptions{Threads: threads}, "a.arrow", "b.arrow")
				if want, ok := strings.CutPrefix(tc.want, "!"); ok {
					if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--drop c") || !strings.Contains(err.Error(), "a.arrow") {
						t.Errorf("got %v, want %s", err, want)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := typesAndRows(tab); got != tc.want {
					t.Errorf("got %s\nwant %s", got, tc.want)
				}
			}
		})
	}
}

// TestCuresOfTypes: what errors advise, helps.
func TestCuresOfTypes(t *testing.T) {
	dir := t.TempDir()
	save(t, filepath.Join(dir, "a.arrow"), New("c", []int64{1<<53 + 1}), New("d", []int8{1}))
	save(t, filepath.Join(dir, "b.arrow"), New("c", []float64{.5}), New("d", []int8{2}))
	for _, tc := range []struct {
		opt  ReadOptions
		want string
	}{
		{ReadOptions{Kinds: map[string]Kind{"c": AsNumber}}, "c:float64 d:int8\n9007199254740992.0 1\n0.5 2"},
		{ReadOptions{Kinds: map[string]Kind{"c": AsText}}, "c:string d:int8\n9007199254740993 1\n0.5 2"},
		{ReadOptions{Drop: []string{"c"}}, "d:int8\n1\n2"},
	} {
		tab, err := readAll(t, dir, tc.opt, "a.arrow", "b.arrow")
		if err != nil {
			t.Fatal(err)
		}
		if got := typesAndRows(tab); got != tc.want {
			t.Errorf("got %s\nwant %s", got, tc.want)
		}
	}
}

func boolColumn(values ...uint8) Column {
	return &dense[uint8]{field: Field{Name: "c", Type: Bool}, data: values, stride: 1, n: len(values)}
}

func nan() float64 { return half16NaN }

var half16NaN = float16(0x7e00)

// TestHalvesStay: half-precision numbers of several NPZ files keep their type and
// bits.
func TestHalvesStay(t *testing.T) {
	p := &part{Part: Part{Path: "a"}}
	a := &half{dense[uint16]{field: Field{Name: "c", Type: Float16}, data: []uint16{0x3c00, 0x7e00}, stride: 1, n: 2}}
	b := &masked{Column: a, field: a.field, gone: bitmap{1}}
	pieces := []piece{{part: p, column: a, n: 2}, {part: p, column: b, n: 2}, {part: p, column: a, n: 1}}
	field, err := unify(pieces, KindAuto)
	if err != nil {
		t.Fatal(err)
	}
	c := gather(field, pieces)
	if got, want := typesAndRows(&Table{Columns: []Column{c}, Rows: 5}), "c:float16\n1.0\n_\n_\n_\n1.0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestSingleIsRead: a part alone gives what Read does.
func TestSingleIsRead(t *testing.T) {
	dir := put(t, map[string]string{"a.csv": "a;b\n1;NA\n2,5;x\n"})
	path := filepath.Join(dir, "a.csv")
	want, err := Read(t.Context(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := readAll(t, dir, ReadOptions{}, "a.csv")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]PartRows{{path, 0, 2}}, got.Parts); d != "" {
		t.Error(d)
	}
	if got.Parts = nil; !cmp.Equal(got, want, cmp.AllowUnexported(dense[float64]{}, dense[uint32]{})) {
		t.Error(cmp.Diff(want, got, cmp.AllowUnexported(dense[float64]{}, dense[uint32]{})))
	}
}

func TestErrorsOfParts(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		opt   ReadOptions
		in    []string
		want  []string
	}{
		{"lacks a column", map[string]string{"a.csv": "a,b\n1,2\n", "b.csv": "a,c\n1,2\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"b.csv: ", `no column "b", which `, "a.csv has", "--drop b", "--keep"}},
		{"one more", map[string]string{"a.csv": "a,b\n1,2\n", "b.csv": "a,b,c\n1,2,3\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"b.csv: ", `no column "c" in `, "a.csv, which this part has", "--drop c"}},
		{"no header later", map[string]string{"a.csv": "a,b\n1,x\n", "b.csv": "2,y\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"b.csv: ", `no column "a"`, "--header"}},
		{"odd cell", map[string]string{"a.csv": "a\n1\n", "b.csv": "a\n2\nhalf\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"a.csv and 1 more: ", `"half" (line 3 of `, "b.csv)", "--missing-value 'half'"}},
		{"ragged", map[string]string{"a.csv": "a,b\n1,2\n", "b.csv": "a,b\n1,2\n1\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"b.csv: ", "line 3 has 1 fields"}},
		{"asked", map[string]string{"a.csv": "a\n1\n2\n", "b.csv": "a\nx\n"}, ReadOptions{Kinds: map[string]Kind{"a": AsNumber}}, []string{"a.csv", "b.csv"},
			[]string{"b.csv: table: line 2, column"}},
		{"unknown drop", map[string]string{"a.csv": "a\n1\n2\n", "b.csv": "a\n1\n"}, ReadOptions{Drop: []string{"z"}}, []string{"a.csv", "b.csv"},
			[]string{`no column "z"`, "the columns are: a"}},
		{"no rows", map[string]string{"a.csv": "a\n", "b.csv": "a\n"}, ReadOptions{}, []string{"a.csv", "b.csv"},
			[]string{"a.csv and 1 more: ", "no rows"}},
		{"all dropped", map[string]string{"a.csv": "a\n1\n", "b.csv": "a\n1\n"}, ReadOptions{Drop: []string{"a"}}, []string{"a.csv", "b.csv"},
			[]string{"no columns are left"}},
		{"damaged", map[string]string{"a.csv": "a\n1\n", "b.parquet": "PAR1xx"}, ReadOptions{}, []string{"a.csv", "b.parquet"},
			[]string{"b.parquet: ", "damaged"}},
		{"key is a column", map[string]string{"d/a=1/x.csv": "a\n1\n"}, ReadOptions{}, []string{"d"},
			[]string{`column "a"`, "--hive no"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readAll(t, put(t, tc.files), tc.opt, tc.in...)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

// TestPartChanges: a file that is replaced while it is read is found.
func TestPartChanges(t *testing.T) {
	dir := put(t, map[string]string{"a.csv": "a\n1\n", "b.csv": "a\n2\n"})
	b := filepath.Join(dir, "b.csv")
	change := func(int64, int64) {
		if err := os.WriteFile(b, []byte("a\n2\n3\n"), 0o666); err != nil {
			t.Error(err)
		}
	}
	_, err := readAll(t, dir, ReadOptions{Progress: change}, "a.csv", "b.csv")
	if err == nil || !strings.Contains(err.Error(), "b.csv: the file was changed") {
		t.Errorf("got %v", err)
	}
}

// TestStandardInputAmongParts: a pipe is read once, and used twice.
func TestStandardInputAmongParts(t *testing.T) {
	dir := put(t, map[string]string{"a.csv": "a\n007\n"})
	parts, err := Expand([]string{"-", filepath.Join(dir, "a.csv")}, true)
	if err != nil {
		t.Fatal(err)
	}
	tab, err := ReadParts(t.Context(), parts, ReadOptions{Stdin: strings.NewReader("a\n5\n6\n")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := typesAndRows(tab), "a:string\n5\n6\n007"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestProgressOfParts: bytes of all parts are told, and never fewer than before.
func TestProgressOfParts(t *testing.T) {
	dir := put(t, map[string]string{"a.csv": "a\n5\n", "b.csv": "a\n007\n"})
	save(t, filepath.Join(dir, "c.parquet"), Codes("a", []uint32{0}, []string{"x"}))
	last, of := int64(0), int64(0)
	report := func(done, total int64) {
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last, of = done, total
	}
	if _, err := readAll(t, dir, ReadOptions{Progress: report, Threads: 1}, "a.csv", "c.parquet", "b.csv"); err != nil {
		t.Fatal(err)
	}
	if last != of || of == 0 {
		t.Errorf("%d of %d at the end", last, of)
	}
}

// narrower returns rows from ≤ i < to of c in a type that holds them, drawn.
func narrower(t *rapid.T, c Column, from, to int) Column {
	field, all := c.Field(), []piece{{part: &part{}, column: c, from: from, n: to - from}}
	if field.Type != Int64 || field.Temporal.Kind != NotTemporal || !rapid.Bool().Draw(t, "narrow") {
		return gather(field, all)
	}
	for _, typ := range []Type{Int8, Uint8, Int16, Uint16, Int32, Uint32} {
		lo, hi := typ.bounds()
		if all[0].all(func(v int64) bool { return float64(v) >= lo && float64(v) <= hi }) {
			field.Type = typ
			break
		}
	}
	return gather(field, all)
}

// TestCutTable: a table cut into parts of any formats is the table.
func TestCutTable(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(7, 60).Draw(t, "n")
		_, columns := drawTable(t, n, String, false)
		formats := rapid.SampledFrom([][]string{{"csv", "csv.gz", "csv.zst"}, {"parquet", "arrow"}, {"csv", "parquet", "arrow"}}).Draw(t, "formats")
		count := rapid.SampledFrom([]int{1, 2, 7}).Draw(t, "parts")
		cuts := []int{0, n}
		for len(cuts) <= count {
			cuts = append(cuts, rapid.IntRange(0, n).Draw(t, "cut"))
		}
		slices.Sort(cuts)
		whole := save(t, filepath.Join(dir, "whole."+formats[0]), prepared(columns, formats)...)
		var parts []Part
		for k := range count {
			var some []Column
			for _, c := range prepared(columns, formats) {
				if cuts[k] == cuts[k+1] && formats[0] == "parquet" {
					some = append(some, gather(c.Field(), nil))
				} else {
					some = append(some, narrower(t, c, cuts[k], cuts[k+1]))
				}
			}
			format := rapid.SampledFrom(formats).Draw(t, "format")
			parts = append(parts, Part{Path: save(t, filepath.Join(dir, fmt.Sprintf("%d.%s", k, format)), some...)})
		}
		want, err := Read(context.Background(), whole, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []int{1, 2, 5} {
			got, err := ReadParts(context.Background(), parts, ReadOptions{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			if got.Rows != n || len(got.Columns) != len(want.Columns) {
				t.Fatalf("%d rows of %d columns, want %d of %d", got.Rows, len(got.Columns), n, len(want.Columns))
			}
			if a, b := values(got), values(want); a != b {
				t.Fatalf("got\n%s\nwant\n%s", a, b)
			}
		}
	})
}

// prepared returns columns that come back the same from all of the formats: a
// float32 is another number when it comes from text.
func prepared(columns []Column, formats []string) []Column {
	var out []Column
	for _, c := range columns {
		f := c.Field()
		if f.Type == Float32 {
			f.Type = Float64
		}
		out = append(out, gather(f, []piece{{part: &part{}, column: c, n: c.Len()}}))
	}
	return out
}

// values shows a table without its types.
func values(t *Table) string {
	var b strings.Builder
	for _, c := range t.Columns {
		text := asText(c)
		one := make([]int64, 1)
		fmt.Fprintf(&b, "%q %d %s:", c.Name(), c.Field().Temporal.Kind, c.Field().Temporal.Zone)
		for i := range t.Rows {
			text.Ints(one, i, i+1)
			switch {
			case c.Missing(i):
				b.WriteString(" _")
			case c.Type().Float(), c.Type().Integer() && c.Field().Temporal.Kind == NotTemporal:
				fmt.Fprintf(&b, " %v", exactly(c, i))
			default:
				fmt.Fprintf(&b, " %q", text.Dictionary()[one[0]])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func asText(c Column) Column {
	if c.Type() == String {
		return c
	}
	return spell(c)
}

// exactly returns the number in row i of c, the same text for the same number.
func exactly(c Column, i int) string {
	one := make([]int64, 1)
	c.Ints(one, i, i+1)
	switch x := c.Float(i); {
	case c.Type() == Uint64:
		return fmt.Sprint(uint64(one[0]))
	case c.Type().Float() && (x != float64(one[0]) || x >= 1<<63):
		return fmt.Sprint(x)
	default:
		return fmt.Sprint(one[0])
	}
}
