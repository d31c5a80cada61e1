package table

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// seed returns the bytes of a small table written under name.
func seed(f testing.TB, name string, types ...Type) []byte {
	f.Helper()
	var fields []Field
	var columns []Column
	for _, t := range types {
		field := Field{Name: t.String(), Type: t}
		if t == String {
			field.Dictionary = []string{"a", "b"}
		}
		gaps := New("", []uint8{0, 1, 1, 0}).(*dense[uint8])
		if filepath.Ext(name) != ".npz" {
			gaps.gaps.set(2)
		}
		fields, columns = append(fields, field), append(columns, gaps)
	}
	if types[0] == Int64 {
		fields[0].Temporal = Temporal{Kind: Timestamp, Unit: time.Millisecond, Zone: "UTC"}
	}
	path := filepath.Join(f.TempDir(), name)
	w, err := Create(path, fields, WriteOptions{Rows: 4})
	if err != nil {
		f.Fatal(err)
	}
	if err := w.Write(columns, 0, 4); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// fuzzRead reads damaged files: an error or a table that holds together, never a
// panic, and no more memory than a small multiple of the file.
func fuzzRead(f *testing.F, name string, opt ReadOptions) {
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
		var tab *Table
		var err error
		used := allocated(func() { tab, err = Read(t.Context(), path, opt) })
		if used > 1<<28 || used > 1<<24+4096*uint64(len(data)) && filepath.Ext(name) == ".csv" {
			t.Errorf("%d bytes of a file took %d bytes (%v)", len(data), used, err)
		}
		if err != nil {
			return
		}
		checkTogether(t, tab)
	})
}

// checkTogether looks at every cell, and compares the lengths of the columns.
func checkTogether(t testing.TB, tab *Table) {
	t.Helper()
	for _, c := range tab.Columns {
		for i := range c.Len() {
			_ = cell(c, i)
		}
		if c.Len() != tab.Rows || tab.Rows == 0 {
			t.Errorf("column %q has %d rows, the table %d", c.Name(), c.Len(), tab.Rows)
		}
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

var mixed = []Type{Int64, Float64, Bool, String, Uint8, Float32}

func FuzzReadCSV(f *testing.F) {
	f.Add(seed(f, "t.csv", mixed...))
	f.Add([]byte("a;b\n1;2\n"))
	f.Add([]byte("sep=;\na;b;\n1,5;\"x\";\n"))
	f.Add([]byte("when a\n2024-01-01T10:00:00.5Z 007\n"))
	f.Add([]byte("\"a\",\"b\"\n\"1,234\",\"NA\"\n\"$5\",\"5 kg\"\n"))
	f.Add([]byte("\xff\xfea\x00,\x00b\x00\n\x00"))
	f.Add([]byte("\xef\xbb\xbfa,\"b\"\"\"\r\n1,\"x\ny\"\n,NA\n"))
	fuzzRead(f, "t.csv", ReadOptions{})
}

func FuzzReadZstd(f *testing.F) {
	f.Add(seed(f, "t.csv.zst", mixed...))
	fuzzRead(f, "t.csv.zst", ReadOptions{})
}

func FuzzReadParquet(f *testing.F) {
	f.Add(seed(f, "t.parquet", mixed...))
	f.Add(seed(f, "t.parquet", String))
	for _, data := range damagedSeeds(f) {
		f.Add(data)
	}
	fuzzRead(f, "t.parquet", ReadOptions{})
}

func FuzzReadNPY(f *testing.F) {
	f.Add(seed(f, "t.npz", Float64, Uint8))
	stored := seed(f, "t.npz", Float32)
	f.Add(stored[bytes.Index(stored, []byte("\x93NUMPY")):])
	f.Add([]byte("\x93NUMPY\x01\x00\x46\x00{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999, 3), }  \n"))
	fuzzRead(f, "t.npy", ReadOptions{})
}
