package table

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	parts, err := Expand(t.Context(), in, true)
	if err != nil {
		return nil, err
	}
	if opt.Stdin == nil && opt.Progress == nil {
		sameInStream(t, parts, opt)
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
		{"delimiter of one row", []string{"x1;y1\n1;2,5\n2;3,5\n3;4,5\n", "x1;y1\n"}, "x1:int64 y1:float64\n1 2.5\n2 3.5\n3 4.5"},
		{"names that are numbers", []string{"2019,b\n5,6\n", "2019,b\n,\n"}, "2019:int64 b:int64\n5 6\n_ _"},
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
	parts, err := Expand(t.Context(), []string{"-", filepath.Join(dir, "a.csv")}, true)
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
