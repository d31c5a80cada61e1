package table

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

var formats = []string{"csv", "csv.gz", "csv.zst", "parquet", "arrow", "npz"}

// two returns a schema of two fields and columns of three rows for it.
func two() ([]Field, []Column) {
	return []Field{{Name: "a", Type: Float64}, {Name: "b", Type: Int32, Role: Label}},
		[]Column{New("a", []float64{1, 2, 3}), New("b", []int32{4, 5, 6})}
}

// folder returns the names of the files in dir.
func folder(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// TestFailedWriteLeavesOldFile ends the writing in every way but Close.
func TestFailedWriteLeavesOldFile(t *testing.T) {
	for _, format := range formats {
		for _, tc := range []struct {
			name string
			end  func(*Writer, []Column) error
		}{
			{"abort", func(w *Writer, c []Column) error { w.Abort(); return w.Close() }},
			{"too few rows", func(w *Writer, c []Column) error { return w.Close() }},
			{"bad chunk", func(w *Writer, c []Column) error { _ = w.Write(c[:1], 0, 1); return w.Close() }},
			{"full disk", func(w *Writer, c []Column) error {
				w.file.(*atomicfile.File).File.Close() // every write from now on fails
				_ = w.Write(c, 0, 1)
				return w.Close()
			}},
		} {
			t.Run(format+"/"+tc.name, func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "t."+format)
				if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
					t.Fatal(err)
				}
				fields, columns := two()
				w, err := Create(path, fields, WriteOptions{Rows: 3, Force: true})
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Write(columns, 0, 2); err != nil {
					t.Fatal(err)
				}
				if err := tc.end(w, columns); err == nil {
					t.Error("Close succeeds")
				}
				if err := w.Write(columns, 0, 1); err == nil {
					t.Error("Write after the end succeeds")
				}
				if got := folder(t, dir); got != "t."+format {
					t.Errorf("the folder holds %q", got)
				}
				if b, _ := os.ReadFile(path); string(b) != "old" {
					t.Errorf("the file holds %q", b)
				}
			})
		}
	}
}

func TestCreateErrors(t *testing.T) {
	dir := t.TempDir()
	old := filepath.Join(dir, "old.csv")
	if err := os.WriteFile(old, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	number, text := Field{Name: "a", Type: Float64}, Field{Name: "s", Type: String, Dictionary: []string{"x"}}
	for _, tc := range []struct {
		name, path string
		fields     []Field
		opt        WriteOptions
		is         error
		want       string
	}{
		{"exists", "old.csv", []Field{number}, WriteOptions{}, atomicfile.ErrExists, "--force"},
		{"missing folder", "none/t.csv", []Field{number}, WriteOptions{}, nil, "does not exist"},
		{"format", "t.xlsx", []Field{number}, WriteOptions{}, ErrFormat, ".parquet"},
		{"lone array", "t.npy", []Field{number}, WriteOptions{}, ErrFormat, "not written"},
		{"name twice", "t.csv", []Field{number, number}, WriteOptions{}, nil, `two columns would be called "a"`},
		{"text in NPZ", "t.npz", []Field{number, text}, WriteOptions{}, ErrUnsupported, `column "s" is text`},
		{"rows unknown", "t.npz", []Field{number}, WriteOptions{Rows: -1}, nil, "how many rows"},
		{"no features", "t.npz", []Field{{Name: "y", Type: Int8, Role: Label}}, WriteOptions{}, ErrEmpty, "no feature"},
		{"array twice", "t.npz", []Field{number, {Name: "b", Type: Int8, Role: Label}, {Name: "y", Type: Int8, Role: Extra}}, WriteOptions{}, nil, `two arrays would be called "y"`},
		{"delimiter", "t.csv", []Field{number}, WriteOptions{Style: Style{Delimiter: '\n'}}, nil, "cannot be the delimiter"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Create(filepath.Join(dir, tc.path), tc.fields, tc.opt)
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), tc.path) || tc.is != nil && !errors.Is(err, tc.is) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if got := folder(t, dir); got != "old.csv" {
				t.Errorf("the folder holds %q", got)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	gap := New("", []int32{1, 2}).(*dense[int32])
	gap.gaps.set(1)
	for _, tc := range []struct {
		name, path string
		field      Field
		column     Column
		want       string
	}{
		{"missing integer in NPZ", "t.npz", Field{Name: "n", Type: Int32, Role: Extra}, gap, `"n", of type int32, has a missing value`},
		{"code outside", "t.csv", Field{Name: "s", Type: String, Dictionary: []string{"x"}}, New("", []float64{0, 1}), `"s" gets code 1`},
		{"negative code", "t.csv", Field{Name: "s", Type: String, Dictionary: []string{"x"}}, New("", []float64{0, -1}), `"s" gets code -1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			fields := []Field{{Name: "a", Type: Float64}, tc.field}
			w, err := Create(filepath.Join(dir, tc.path), fields, WriteOptions{Rows: 2})
			if err != nil {
				t.Fatal(err)
			}
			err = w.Write([]Column{New("", []float64{1, 2}), tc.column}, 0, 2)
			if err == nil {
				err = w.Close() // some rows are written with the last ones
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			w.Abort()
			if got := folder(t, dir); got != "" {
				t.Errorf("the folder holds %q", got)
			}
		})
	}
}

// TestWriteConverts: numbers take the type of their field.
func TestWriteConverts(t *testing.T) {
	for _, format := range []string{"csv", "parquet", "arrow"} {
		fields := []Field{{Name: "i8", Type: Int8}, {Name: "u64", Type: Uint64}, {Name: "b", Type: Bool}, {Name: "s", Type: String, Dictionary: []string{"x", "y"}}, {Name: "f", Type: Float32}}
		v := []float64{2.5, 1e30, math.NaN(), -7}
		codes := []float64{1, 0, math.NaN(), 1}
		path := filepath.Join(t.TempDir(), "t."+format)
		writeAll(t, path, fields, []Column{New("", v), New("", v), New("", []float64{0.5, 0.6, math.NaN(), -1}), New("", codes), New("", []int64{1, 2, 3, 4})}, WriteOptions{Rows: 4})
		tab, err := Read(t.Context(), path, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := "i8: 2 127 - -7\nu64: 2 18446744073709551615 - 0\nb: 0 1 - 0\ns: \"y\" \"x\" - \"y\"\nf: 1 2 3 4\n"
		got := show(tab)
		for _, typ := range []string{" int8", " int64", " uint64", " bool", " string", " float32", " float64"} {
			got = strings.ReplaceAll(got, typ+":", ":")
		}
		got = strings.Replace(got, "u64: 2 -1 ", "u64: 2 18446744073709551615 ", 1)
		if got != want {
			t.Errorf("%s: got\n%swant\n%s", format, got, want)
		}
	}
}

// The bytes of a file do not depend on how many rows are written at a time.
func TestWriteInPieces(t *testing.T) {
	n := 3*chunkRows + 77
	ints, floats, codes, gap := make([]int64, n), make([]float64, n), make([]uint32, n), make([]bool, n)
	for i := range ints {
		ints[i], floats[i], codes[i], gap[i] = int64(i*i), float64(i)/7, uint32(i%3), i/chunkRows == 1 && i%5 == 0
	}
	fields := []Field{{Name: "i", Type: Int64}, {Name: "f", Type: Float64}, {Name: "s", Type: String, Dictionary: []string{"a", "b", "c"}}, {Name: "short", Type: Int8}}
	columns := []Column{Live(fields[0], ints, gap), New("f", floats), Codes("s", codes, fields[2].Dictionary), New("short", floats)}
	for _, name := range []string{"t.csv", "t.csv.gz", "t.csv.zst", "t.parquet", "t.arrow"} {
		dir := t.TempDir()
		var want []byte
		for _, size := range []int{n, 1, 1000, chunkRows, chunkRows + 1} {
			path := filepath.Join(dir, name)
			w, err := Create(path, fields, WriteOptions{Rows: int64(n), Force: true})
			if err != nil {
				t.Fatal(err)
			}
			for from := 0; from < n; from += size {
				if err := w.Write(columns, from, min(from+size, n)); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			} else if !bytes.Equal(got, want) {
				t.Errorf("%s written %d rows at a time is another file", name, size)
			}
		}
	}
}
