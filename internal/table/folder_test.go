package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nngmix/nngmix/internal/atomicfile"
)

// writeThree writes three rows to a folder.
func writeThree(path string, opt WriteOptions) error {
	fields, columns := two()
	opt.Rows = 3
	w, err := Create(path, fields, opt)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(columns, 0, 3); err != nil {
		return err
	}
	return w.Close()
}

// readFolder reads all files of a folder.
func readFolder(t interface{ Fatal(...any) }, path string) *Table {
	parts, err := Expand(context.Background(), []string{path}, true)
	if err != nil {
		t.Fatal(err)
	}
	tab, err := ReadParts(context.Background(), parts, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestFolderIsWritten(t *testing.T) {
	for _, tc := range []struct {
		name, path string
		opt        WriteOptions
		want       string
	}{
		{"default", "out/", WriteOptions{}, "part-00000.parquet"},
		{"by its name", "out.csv.gz/", WriteOptions{RowsPerFile: 2}, "part-00000.csv.gz part-00001.csv.gz"},
		{"asked", "out/", WriteOptions{RowsPerFile: 1, Format: NPZ}, "part-00000.npz part-00001.npz part-00002.npz"},
		{"exact", "out/", WriteOptions{RowsPerFile: 3, Format: Arrow}, "part-00000.arrow"},
		{"style", "out/", WriteOptions{RowsPerFile: 2, Format: CSV, Style: Style{Delimiter: ';', Decimal: ','}}, "part-00000.csv part-00001.csv"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			path := dir + "/" + tc.path
			if err := writeThree(path, tc.opt); err != nil {
				t.Fatal(err)
			}
			if got := folder(t, path); got != tc.want {
				t.Errorf("the folder holds %s, want %s", got, tc.want)
			}
			if got := folder(t, dir); got != strings.TrimSuffix(tc.path, "/") {
				t.Errorf("the folder above holds %s", got)
			}
			tab := readFolder(t, path)
			got := ""
			for i := range tab.Rows {
				got += fmt.Sprint(" ", tab.Columns[0].Float(i), " ", tab.Columns[1].Float(i))
			}
			if got != " 1 4 2 5 3 6" {
				t.Errorf("the rows are%s", got)
			}
		})
	}
}

func TestFolderWithoutRows(t *testing.T) {
	fields, _ := two()
	path := filepath.Join(t.TempDir(), "out") + "/"
	w, err := Create(path, fields, WriteOptions{Rows: -1})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := folder(t, path); got != "part-00000.parquet" {
		t.Errorf("the folder holds %s", got)
	}
}

// TestFailedFolderLeavesNothing ends the writing in every way but Close.
func TestFailedFolderLeavesNothing(t *testing.T) {
	for _, format := range []Format{CSV, Parquet, Arrow, NPZ} {
		for name, end := range map[string]func(*Writer, []Column) error{
			"abort":         func(w *Writer, _ []Column) error { w.Abort(); return w.Close() },
			"too few rows":  func(w *Writer, _ []Column) error { return w.Close() },
			"too many rows": func(w *Writer, c []Column) error { _ = w.Write(c, 0, 3); return w.Close() },
			"bad chunk":     func(w *Writer, c []Column) error { _ = w.Write(c[:1], 0, 1); return w.Close() },
			"full disk": func(w *Writer, c []Column) error {
				w.folder.part.file.(*atomicfile.File).File.Close() // every write from now on fails
				_ = w.Write(c, 0, 1)
				return w.Close()
			},
		} {
			dir := t.TempDir()
			path := filepath.Join(dir, "out")
			if err := writeThree(path+"/", WriteOptions{}); err != nil {
				t.Fatal(err)
			}
			fields, columns := two()
			w, err := Create(path, fields, WriteOptions{Rows: 3, RowsPerFile: 1, Format: format, Force: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(columns, 0, 2); err != nil {
				t.Fatal(err)
			}
			if err := end(w, columns); err == nil || strings.Contains(err.Error(), ".tmp/part") {
				t.Errorf("%v, %s: Close gives %v", format, name, err)
			}
			if err := w.Write(columns, 0, 1); err == nil {
				t.Errorf("%v, %s: Write after the end succeeds", format, name)
			}
			if got, in := folder(t, dir), folder(t, path); got != "out" || in != "part-00000.parquet" {
				t.Errorf("%v, %s: the folder holds %q, that before %q", format, name, got, in)
			}
		}
	}
}

func TestFolderRefused(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"full/part-00000.csv", "spark/_SUCCESS", "spark/part-0.csv", "home/notes.txt", "hidden/.secrets", "spark/.part-0.csv.crc", "deep/part-0/x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("a\n1\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		path string
		opt  WriteOptions
		want string // "": it is written
	}{
		{"full", WriteOptions{}, "--force replaces it"},
		{"full/part-00000.csv/", WriteOptions{Force: true}, "it is a file"},
		{"home", WriteOptions{Force: true}, "holds notes.txt, which would be lost"},
		{"hidden", WriteOptions{Force: true}, "holds .secrets, which would be lost"},
		{"deep", WriteOptions{Force: true}, "holds part-0, which would be lost"},
		{"none/out/", WriteOptions{}, "none does not exist: make it first"},
		{"new/", WriteOptions{RowsPerFile: -1}, "--rows-per-file -1: want 1 or more"},
		{"new.npy/", WriteOptions{}, "it can be read, but not written"},
		{"full", WriteOptions{Force: true, RowsPerFile: 2}, ""},
		{"spark", WriteOptions{Force: true}, ""},
	} {
		err := writeThree(dir+"/"+tc.path, tc.opt)
		switch {
		case tc.want == "" && err != nil, tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: got %v, want %s", tc.path, err, tc.want)
		case tc.want == "--force replaces it" && !errors.Is(err, atomicfile.ErrExists):
			t.Errorf("%s: %v is not ErrExists", tc.path, err)
		}
	}
	if got := folder(t, filepath.Join(dir, "full")) + ", " + folder(t, filepath.Join(dir, "spark")) + ", " + folder(t, dir); got != "part-00000.parquet part-00001.parquet, part-00000.parquet, deep full hidden home spark" {
		t.Errorf("the folders hold %s", got)
	}
	fields, _ := two()
	if _, err := Create(dir+"/new/", fields, WriteOptions{Rows: 1_000_001, RowsPerFile: 10}); err == nil || !strings.Contains(err.Error(), "more than 100000 files") {
		t.Errorf("too many files: %v", err)
	}
}

// TestFolderIsTheFile: the files of a folder hold the rows of the single file.
func TestFolderIsTheFile(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "n")
		fields, columns := drawTable(t, n, String, false)
		format := rapid.SampledFrom([]Format{CSV, CSVZstd, Parquet, Arrow}).Draw(t, "format")
		single, many := filepath.Join(dir, "single."+format.String()), filepath.Join(dir, "many")+"/"
		for _, path := range []string{single, many} {
			opt := WriteOptions{Rows: -1, Force: true, Format: format, RowsPerFile: int64(rapid.IntRange(1, n+1).Draw(t, "per file"))}
			w, err := Create(path, fields, opt)
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
		}
		want, err := Read(context.Background(), single, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(values(want), values(readFolder(t, many))); d != "" {
			t.Fatal(d)
		}
	})
}

// TestKillFolder kills a program that replaces a folder, at many moments: the folder
// is then absent or that of one run, and all else that is left has the name of a
// temporary one. On Linux, where folders change places, it is never absent again.
func TestKillFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t")
	was := false
	for moment := range 20 {
		killWriter(t, path+"/", time.Duration(20+7*moment)*time.Millisecond)
		for _, name := range strings.Fields(folder(t, dir)) {
			if ok, _ := filepath.Match(".nngmix-*.tmp", name); !ok && name != "t" {
				t.Fatalf("%s is left", name)
			}
		}
		if _, err := os.Stat(path); err != nil {
			if was && runtime.GOOS == "linux" {
				t.Fatal(err)
			}
			continue
		}
		was = true
		tab := readFolder(t, path)
		for i := range tab.Rows {
			if tab.Columns[0].Float(i) != tab.Columns[0].Float(0) {
				t.Fatalf("row %d is of another run", i)
			}
		}
		if tab.Rows != 100_000 {
			t.Fatalf("%d rows", tab.Rows)
		}
	}
	if !was {
		t.Skip("this machine is too slow: no folder was complete before the kill")
	}
}
