package table

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// written returns the bytes of a small table in each format but NPY.
func written(t *testing.T) map[Format][]byte {
	t.Helper()
	fields, columns := two()
	files := map[Format][]byte{}
	for format := CSV; format < NPY; format++ {
		path := filepath.Join(t.TempDir(), "t."+format.String())
		writeAll(t, path, fields, columns, WriteOptions{Rows: 3})
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[format] = b
	}
	return files
}

// TestFormatByContent: names without a known extension and standard input.
func TestFormatByContent(t *testing.T) {
	for format, content := range written(t) {
		path := filepath.Join(t.TempDir(), "table")
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name, path string
			stdin      io.Reader
		}{{"no extension", path, nil}, {"standard input", "-", bytes.NewReader(content)}} {
			tab, err := Read(t.Context(), tc.path, ReadOptions{Stdin: tc.stdin})
			if err != nil || tab.Rows != 3 || tab.Format != format {
				t.Errorf("%v, %s: %v", format, tc.name, err)
			}
		}
	}
}

// TestFormatByName: what the name says, the content contradicts.
func TestFormatByName(t *testing.T) {
	files := written(t)
	for _, tc := range []struct {
		name    string
		content Format
		want    string
	}{
		{"t.csv", Parquet, "the name says csv, the content is parquet: rename the file, or set --format parquet"},
		{"t.parquet", Arrow, "set --format arrow"},
		{"t.npz", CSVGzip, "set --format csv.gz"},
		{"t.csv", CSVGzip, ""},
		{"t.tsv.zst", CSV, ""},
		{"t.pq", CSV, "damaged file"},
	} {
		path := filepath.Join(t.TempDir(), tc.name)
		if err := os.WriteFile(path, files[tc.content], 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Read(t.Context(), path, ReadOptions{Delimiter: ','})
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s with %v inside: got %v, want %q", tc.name, tc.content, err, tc.want)
		}
		tab, err := Read(t.Context(), path, ReadOptions{Format: tc.content, Delimiter: ','})
		if err != nil || tab.Rows != 3 {
			t.Errorf("%s, asked for as %v: %v", tc.name, tc.content, err)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for f := CSV; f <= NPY; f++ {
		if got, err := ParseFormat(f.String()); err != nil || got != f {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
	for _, name := range []string{"", "unknown", "xlsx"} {
		if _, err := ParseFormat(name); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// archive returns a zip archive of empty files.
func archive(t *testing.T, names ...string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		if _, err := z.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestStrangers: files of other kinds are called by their name.
func TestStrangers(t *testing.T) {
	for _, tc := range []struct{ name, content, want string }{
		{"t.xlsx", archive(t, "[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook: save it as CSV"},
		{"t.csv", archive(t, "[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook"},
		{"t.ods", archive(t, "mimetype", "content.xml"), "LibreOffice"},
		{"t.zip", archive(t, "data.csv"), `holds "data.csv": unpack it`},
		{"t.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Excel workbook"},
		{"t.csv", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "old Excel workbook"},
		{"t.db", "SQLite format 3\x00\x10", "SQLite"},
		{"t.duckdb", "\x01\x02\x03\x04\x05\x06\x07\x08DUCK\x40\x00\x00\x00", "DuckDB"},
		{"t.h5", "\x89HDF\r\n\x1a\n\x00", "HDF5"},
		{"t.mat", "MATLAB 5.0 MAT-file, Platform: GLNXA64", "MATLAB"},
		{"t.pkl", "\x80\x04\x95\x10", "pickle"},
		{"t.npz", "\x80\x04\x95\x10", "pickle"},
		{"t.json", "[\n {\"a\": 1}]", "JSON"},
		{"t.jsonl", "{ \"a\": 1}\n", "JSON"},
		{"t.avro", "Obj\x01\x04", "Avro"},
		{"t.orc", "ORC\x0a\x0b\x00(0ORC\x17", "ORC"},
		{"t.csv.bz2", "BZh91AY&SY\x01", "bzip2"},
		{"t.csv.xz", "\xfd7zXZ\x00\x00", "xz"},
		{"t.pdf", "%PDF-1.7", "PDF"},
		{"t.csv", "\n<!DOCTYPE html>\n<html>", "web page"},
		{"t.arff", "@RELATION x\n", "ARFF"},
		{"t.bin", "\x01\x02\x00\x00\x00\x07", "set --format"},
	} {
		_, err := readText(t, tc.name, tc.content, ReadOptions{})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
}

// TestNamesThatLookStrange: columns of CSV files called as other files begin.
func TestNamesThatLookStrange(t *testing.T) {
	for _, name := range []string{"PAR1", "ORC", "ARROW1", "FEA1", "RDX2", "BZh", "Obj", "MATLAB", "PK", "json[0]", "a,b,c,dDUCK"} {
		for _, file := range []string{"t.csv", "t"} {
			row := strings.Repeat("1,", strings.Count(name, ",")+1) + "2\n"
			tab, err := readText(t, file, name+",y\n"+row, ReadOptions{})
			if err != nil || tab.Rows != 1 {
				t.Errorf("%s in %s: %v", name, file, err)
			}
		}
	}
}

// TestWaitingForInputStops: nothing comes through a pipe, and nothing stays.
func TestWaitingForInputStops(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := Read(ctx, "-", ReadOptions{Stdin: in})
		failed <- err
	}()
	if _, err := out.WriteString("a,b\n"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := folder(t, dir); got != "" {
		t.Errorf("left: %s", got)
	}
}

// TestPipe reads what a path leads to that is no file.
func TestPipe(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /dev/fd")
	}
	for format, content := range written(t) {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			_, _ = out.Write(content)
			out.Close()
		}()
		tab, err := Read(t.Context(), fmt.Sprintf("/proc/self/fd/%d", in.Fd()), ReadOptions{})
		if err != nil || tab.Rows != 3 || tab.Format != format {
			t.Errorf("%v: %v", format, err)
		}
		in.Close()
	}
	if _, err := Read(t.Context(), os.DevNull, ReadOptions{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("%s: %v", os.DevNull, err)
	}
}
