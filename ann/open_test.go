package ann

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/exact"
)

// changed returns an index with several segments, copies, deleted rows and meta.
func changed(tb testing.TB, metric exact.Metric) *Index {
	tb.Helper()
	const dim = 5
	mode := QuantizeAuto // for so few rows: off
	if metric == exact.Cosine {
		mode = QuantizeOn
	}
	x := buildWith(tb, clustered(900, dim, 1), dim, metric, mode)
	if _, err := x.Add(tb.Context(), clustered(100, dim, 2), ChangeOptions{}); err != nil {
		tb.Fatal(err)
	}
	x.Delete(3, 4, 5, 950)
	x.SetMeta([]byte("columns"))
	return x
}

// fileOf returns what Save writes.
func fileOf(tb testing.TB, x *Index) []byte {
	tb.Helper()
	var b bytes.Buffer
	if n, err := x.WriteTo(&b); err != nil || n != int64(b.Len()) {
		tb.Fatalf("WriteTo: got %d, %v, want %d bytes", n, err, b.Len())
	}
	return b.Bytes()
}

// decodeCopy decodes an aligned copy of data.
func decodeCopy(data []byte) (*Index, error) {
	b := memory.Bytes(len(data))
	copy(b, data)
	return decode(image{data: b, free: func() {}})
}

func TestSaveAndOpen(t *testing.T) {
	for _, metric := range metrics {
		t.Run(metric.String(), func(t *testing.T) {
			x := changed(t, metric)
			path := filepath.Join(t.TempDir(), "index.nngx")
			for range 2 { // the second time over the first
				if err := x.Save(t.Context(), path); err != nil {
					t.Fatal(err)
				}
			}
			if err := Verify(t.Context(), path); err != nil {
				t.Errorf("Verify: %v", err)
			}
			for name, open := range openings(t) {
				y, err := open(path)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				sameIndex(t, name, x, y)
				if err := y.Set(t.Context(), []uint32{1, 950}, clustered(2, 5, 9), ChangeOptions{}); err != nil {
					t.Errorf("%s, then Set: %v", name, err)
				}
			}
		})
	}
}

// sameIndex compares all that can be seen of two indexes.
func sameIndex(t *testing.T, name string, x, y *Index) {
	t.Helper()
	queries := clustered(20, x.space.dim, 3)
	want, err := x.SearchBatch(t.Context(), queries, 7, SearchOptions{EfSearch: 20})
	if err != nil {
		t.Fatal(err)
	}
	got, err := y.SearchBatch(t.Context(), queries, 7, SearchOptions{EfSearch: 20})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-saved +opened):\n%s", name, diff)
	}
	if y.Stats().Links != 0 {
		t.Errorf("%s: opening it has counted the links", name)
	}
	if err := y.CountLinks(t.Context()); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if a, b := x.Stats(), y.Stats(); a.Rows != b.Rows || a.Deleted != b.Deleted || a.Unique != b.Unique || a.Links != b.Links || a.Segments != b.Segments {
		t.Errorf("%s: got %+v, want %+v", name, b, a)
	}
	if !bytes.Equal(y.Meta(), []byte("columns")) {
		t.Errorf("%s: meta is %q", name, y.Meta())
	}
	if !bytes.Equal(fileOf(t, x), fileOf(t, y)) {
		t.Errorf("%s: saved again, the file has other bytes", name)
	}
}

func TestSaveEmpty(t *testing.T) {
	x := mustBuild(t, clustered(10, 2, 1), 2, exact.L2Squared, small)
	x.Delete(sequence(0, 10)...)
	if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "index.nngx")
	if err := x.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	y, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if first, err := y.Add(t.Context(), []float32{1, 2}, ChangeOptions{}); err != nil || first != 10 {
		t.Errorf("Add: got %d, %v, want id 10", first, err)
	}
}

// TestDamage changes every byte of the header, in short tests every fifth, and
// some of every section, of a file: Verify must notice each change, and what Open lets pass must be safe to
// search.
func TestDamage(t *testing.T) {
	x := buildNominal(t, mixed(900, 3, []int{4, 100}, 1), 5, 2, nil)
	x.Delete(3)
	for name, data := range map[string][]byte{"numbers": fileOf(t, changed(t, exact.Cosine)), "categories": fileOf(t, x)} {
		t.Run(name, func(t *testing.T) { checkDamage(t, data) })
	}
}

func checkDamage(t *testing.T, data []byte) {
	t.Helper()
	if err := verifyCopy(data); err != nil {
		t.Fatalf("undamaged: %v", err)
	}
	step := 1
	if testing.Short() {
		step = 5
	}
	for at := 0; at < len(data); at += step {
		if at >= headerBytes {
			step = 211
		}
		damaged := bytes.Clone(data)
		damaged[at] ^= 0x41
		err := verifyCopy(damaged)
		if !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrVersion) {
			t.Errorf("byte %d of %d changed: got %v", at, len(data), err)
		}
		if at < headerBytes {
			if _, err := decodeCopy(damaged); err == nil {
				t.Errorf("byte %d of the header changed: Open takes it", at)
			}
		}
	}
}

// openings are all ways to open a file.
func openings(t *testing.T) map[string]func(path string) (*Index, error) {
	read := func(path string) []byte { return must(os.ReadFile(path)) }
	return map[string]func(string) (*Index, error){
		"Open":        Open,
		"Load":        func(path string) (*Index, error) { return Load(t.Context(), path) },
		"OpenBytes":   func(path string) (*Index, error) { return OpenBytes(read(path)) },
		"askew bytes": func(path string) (*Index, error) { return OpenBytes(append(make([]byte, 3), read(path)...)[3:]) },
		"OpenReader": func(path string) (*Index, error) {
			data := read(path)
			return OpenReader(t.Context(), bytes.NewReader(append(data, 1, 2, 3)), int64(len(data)))
		},
	}
}

func verifyCopy(data []byte) error {
	b := memory.Bytes(len(data))
	copy(b, data)
	return verify(context.Background(), b)
}

func TestOpenErrors(t *testing.T) {
	data := fileOf(t, changed(t, exact.L2Squared))
	edit := func(at int, b ...byte) []byte {
		c := bytes.Clone(data)
		copy(c[at:], b)
		return seal(c)
	}
	tests := []struct {
		name string
		data []byte
		want error
		text string
	}{
		{"empty", nil, ErrCorrupt, "0 bytes"},
		{"another file", bytes.Repeat([]byte("PAR1"), 2000), ErrCorrupt, "does not begin"},
		{"cut in the header", data[:1000], ErrCorrupt, "1000 bytes"},
		{"cut in a section", data[:len(data)-1], ErrCorrupt, "cut off"},
		{"longer", append(bytes.Clone(data), 0), ErrCorrupt, "added to"},
		{"big-endian", edit(8, 0x0a, 0x0b, 0x0c, 0x0d), ErrCorrupt, "big-endian"},
		{"newer", edit(12, 4), ErrVersion, "format version 4"},
		{"keys that are not there", edit(12, 3), ErrCorrupt, "ids: length"},
		{"no M", edit(32, 0), ErrCorrupt, "M is 0"},
		{"older", edit(12, 1), ErrVersion, "format version 1"},
		{"version 0", edit(12, 0), ErrCorrupt, "version 0"},
		{"metric", edit(24, 9), ErrCorrupt, "Metric"},
		{"no columns", edit(28, 0, 0, 0, 0), ErrCorrupt, "0 columns"},
		{"many columns", edit(28, 255, 255, 255, 255), ErrCorrupt, "columns"},
		{"M", edit(32, 255, 255), ErrCorrupt, "M is"},
		{"segments", edit(52, 200), ErrCorrupt, "200 segments"},
		{"nodes", edit(fixedBytes, 255, 255, 255, 255, 255, 255, 255, 255), ErrCorrupt, "nodes"},
		{"offset", edit(fixedBytes+48, 7), ErrCorrupt, "offset"},
		{"quantize", edit(80, 3), ErrCorrupt, "Quantize"},
		{"step without codes", edit(fixedBytes+40, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f), ErrCorrupt, "codes"},
		{"lossless", edit(fixedBytes+28, 2), ErrCorrupt, "unused"},
		{"unused byte", edit(fixedBytes-1, 1), ErrCorrupt, "unused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "index.nngx")
			if err := os.WriteFile(path, tt.data, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, err := range []error{second(Open(path)), second(Load(t.Context(), path)), Verify(t.Context(), path)} {
				if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), path) {
					t.Errorf("got %v, want %v with %q and the path", err, tt.want, tt.text)
				}
			}
		})
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("Open a folder: no error")
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open a file that is not there: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// seal makes the checksum of the header right.
func seal(data []byte) []byte {
	if len(data) >= headerBytes {
		binary.LittleEndian.PutUint32(data[headerBytes-4:], crc32.Checksum(data[:headerBytes-4], castagnoli))
	}
	return data
}

// TestOpenForgedNaN puts NaN into all vectors. Open does not read vectors, so a
// search has to end nevertheless; Verify has to notice.
func TestOpenForgedNaN(t *testing.T) {
	x := mustBuild(t, clustered(900, 5, 1), 5, exact.L2Squared, small)
	h, _, err := x.arrangeFile(t.Context(), x.state.Load(), nil)
	if err != nil {
		t.Fatal(err)
	}
	data := fileOf(t, x)
	vectors := h.segments[0].sections[sectionVectors].of(data)
	for i := 0; i < len(vectors); i += 4 {
		binary.LittleEndian.PutUint32(vectors[i:], 0x7fc00000)
	}
	y, err := decodeCopy(data)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := y.Search(t.Context(), make([]float32, 5), 10, SearchOptions{EfSearch: 20}); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Search: got %v", err)
	}
	if err := verifyCopy(data); !errors.Is(err, ErrCorrupt) {
		t.Errorf("Verify: got %v", err)
	}
}

// TestPreload expects answers as before, from an opened index, one with rows added in
// memory, and one that was built.
func TestPreload(t *testing.T) {
	const dim, k = 6, 5
	rows, queries := clustered(1500, dim, 1), clustered(20, dim, 2)
	built := mustBuild(t, rows, dim, exact.L2Squared, small)
	path := filepath.Join(t.TempDir(), "x.nngx")
	if err := built.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]*Index{"built": built, "opened": opened} {
		if _, err := x.Add(t.Context(), clustered(50, dim, 3), ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
		opt := SearchOptions{EfSearch: 20}
		want := must(x.SearchBatch(t.Context(), queries, k, opt))
		x.Preload(t.Context())
		if diff := cmp.Diff(want, must(x.SearchBatch(t.Context(), queries, k, opt))); diff != "" {
			t.Errorf("%s: (-before +after):\n%s", name, diff)
		}
	}
}

// overwrite fills the file behind its header in place.
func overwrite(t *testing.T, path string, data []byte, fill int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	changed := bytes.Clone(data[headerBytes:])
	for i := range changed {
		switch fill {
		case 0:
			changed[i] = 0
		case 1:
			changed[i] = 0xff
		case 2: // links that lead elsewhere, values that are others
			changed[i] ^= byte(i * 7 >> 3)
		case 3: // one bit in all
			if i == len(changed)/2 {
				changed[i] ^= 1
			}
		}
	}
	if _, err := f.WriteAt(changed, headerBytes); err != nil {
		t.Fatal(err)
	}
}
