package table

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/atomicfile"
)

// TestWriteObjects: an object is the bytes of the file.
func TestWriteObjects(t *testing.T) {
	fields, columns := two()
	onShelf.put(nil)
	for format := CSV; format < NPY; format++ {
		name := "t." + format.String()
		path := filepath.Join(t.TempDir(), name)
		writeAll(t, path, fields, columns, WriteOptions{Rows: 3})
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		writeAll(t, "mem://b/"+name+"?a=b", fields, columns, WriteOptions{Rows: 3})
		if got := onShelf.objects["b/"+name]; !bytes.Equal([]byte(got), want) {
			t.Errorf("%v: %d bytes, want %d", format, len(got), len(want))
		}
		if _, err := Create("mem://b/"+name, fields, WriteOptions{Rows: 3}); !errors.Is(err, atomicfile.ErrExists) {
			t.Errorf("%v once more: %v", format, err)
		}
	}
	w, err := Create("mem://b/u.csv", fields, WriteOptions{Rows: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(columns, 0, 2); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil || onShelf.objects["b/u.csv"] != "" {
		t.Errorf("two rows of three: %v, %q", err, onShelf.objects["b/u.csv"])
	}
}

// TestWriteObjectFolder: in which order objects come and go.
func TestWriteObjectFolder(t *testing.T) {
	const all = "+o/part-00000.csv +o/part-00001.csv +o/_SUCCESS"
	for _, tc := range []struct {
		name, path, old, fail, log, fault string
		force                             bool
	}{
		{name: "new", log: all},
		{name: "new, with parameters", path: "mem://b/o.csv/?a=b", log: strings.ReplaceAll(all, "+o", "+o.csv")},
		{name: "a whole bucket", path: "mem://b", log: strings.ReplaceAll(all, "+o/", "+")},
		{name: "the folder has an object of its own", old: "o/", log: all},
		{name: "something is there", old: "o/part-00000.csv", fault: "there are objects in the folder; --force"},
		{name: "replaced", old: "o/part-00000.csv o/part-00007.csv o/_SUCCESS", force: true, log: "-o/_SUCCESS +o/part-00000.csv +o/part-00001.csv -o/part-00007.csv +o/_SUCCESS"},
		{name: "a stranger", old: "o/part-00000.csv o/readme.txt", force: true, fault: "such as readme.txt, which is no part of a table"},
		{name: "a folder below", old: "o/part-00000/x.csv", force: true, fault: "which is no part of a table"},
		{name: "a part fails", fail: "part-00001.csv", log: "+o/part-00000.csv -o/part-00000.csv", fault: "the shelf is full"},
		{name: "the last fails", fail: "_SUCCESS", log: "+o/part-00000.csv +o/part-00001.csv -o/part-00000.csv -o/part-00001.csv", fault: "the shelf is full"},
		{name: "another folder begins so", old: "o2/part-00000.csv", log: all},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old := map[string]string{}
			for _, name := range strings.Fields(tc.old) {
				old["b/"+name] = "x"
			}
			onShelf.put(old)
			onShelf.fail = tc.fail
			path := "mem://b/o/"
			if tc.path != "" {
				path = tc.path
			}
			err := writeThree(path, WriteOptions{RowsPerFile: 2, Force: tc.force, Format: CSV})
			if tc.fault == "" && err != nil || tc.fault != "" && (err == nil || !strings.Contains(err.Error(), tc.fault)) {
				t.Errorf("got %v, want %q", err, tc.fault)
			}
			log := strings.Join(onShelf.log, " ")
			if tc.name == "the last fails" { // in any order
				log = strings.Replace(log, "-o/part-00001.csv -o/part-00000.csv", "-o/part-00000.csv -o/part-00001.csv", 1)
			}
			if diff := cmp.Diff(tc.log, log); diff != "" {
				t.Error(diff)
			}
			if err == nil && tc.path == "" {
				if got := readFolder(t, path); got.Rows != 3 {
					t.Errorf("%d rows", got.Rows)
				}
			}
		})
	}
}

// TestFileURLs: file:// is a path, for reading and writing.
func TestFileURLs(t *testing.T) {
	dir := filepath.ToSlash(t.TempDir())
	fields, columns := two()
	writeAll(t, "file://"+dir+"/a%20b.csv", fields, columns, WriteOptions{Rows: 3})
	if _, err := os.Stat(filepath.Join(dir, "a b.csv")); err != nil {
		t.Fatal(err)
	}
	if tab, err := Read(t.Context(), "file://"+dir+"/a%20b.csv", ReadOptions{}); err != nil || tab.Rows != 3 {
		t.Error(err)
	}
	if err := writeThree("file://"+dir+"/out/", WriteOptions{RowsPerFile: 2}); err != nil {
		t.Fatal(err)
	}
	for _, in := range []string{"/out/", "/out", "/out/part-*.parquet"} {
		if got := readFolder(t, "file://"+dir+in); got.Rows != 3 {
			t.Errorf("%s: %d rows", in, got.Rows)
		}
	}
}
