package table

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// allTypes returns a batch of a column for each of arrowTypes, and some of them out
// of a dictionary and in runs.
func allTypes(t testing.TB) arrow.RecordBatch {
	var arrays []arrow.Array
	for _, tc := range arrowTypes {
		values := fromJSON(t, tc.typ, tc.json)
		arrays = append(arrays, values)
		switch tc.typ.ID() {
		case arrow.INT32, arrow.STRING, arrow.STRING_VIEW, arrow.BOOL:
			arrays = append(arrays,
				array.NewDictionaryArray(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: tc.typ}, fromJSON(t, arrow.PrimitiveTypes.Int8, `[1, 0, null]`), values),
				array.NewRunEndEncodedArray(fromJSON(t, arrow.PrimitiveTypes.Int16, `[1, 2, 3]`), values, 3, 0))
		}
	}
	return record(arrays...)
}

// mutant changes a copy of content as a fault or a stranger would: bits, bytes,
// lengths, pieces that are lost or stand twice.
func mutant(r *rand.Rand, content []byte) []byte {
	b := append([]byte{}, content...)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(b))
		switch r.IntN(8) {
		case 0, 1:
			b[at] ^= 1 << r.IntN(8)
		case 2, 3:
			b[at] = byte(r.IntN(256))
		case 4:
			extreme := []byte{0xff, 0x7f, 0x80, 0}[r.IntN(4)]
			for i := at; i < min(at+1+r.IntN(8), len(b)); i++ {
				b[i] = extreme
			}
		case 5:
			copy(b[at:], b[r.IntN(len(b)):])
		case 6:
			b = append(b[:at], b[min(at+r.IntN(16), len(b)):]...)
		case 7:
			b = b[:at]
		}
		if len(b) == 0 {
			return []byte{0}
		}
	}
	return b
}

// checkRead reads content: what comes is an error or a table that holds together,
// no panic, and it takes no more than ceiling bytes, those that were freed included.
func checkRead(t testing.TB, path string, content []byte, opt ReadOptions, ceiling uint64) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o666); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tab, err := Read(t.Context(), path, opt)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > ceiling {
		t.Errorf("%d bytes of a file took %d bytes (%v)", len(content), used, err)
	}
	if err != nil {
		return
	}
	for _, c := range tab.Columns {
		for i := range c.Len() {
			_ = cell(c, i)
		}
		if c.Len() != tab.Rows || tab.Rows == 0 {
			t.Errorf("column %q has %d rows, the table %d", c.Name(), c.Len(), tab.Rows)
		}
	}
}

// TestMutants reads 2,000 damaged copies of each of some files.
func TestMutants(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 100
	}
	delta, err := os.ReadFile("testdata/delta.arrow")
	if err != nil {
		t.Fatal(err)
	}
	types, changes := allTypes(t), dictionaries(t, `["b", "a"]`, `["b", "a", "c"]`)
	batches := []arrow.RecordBatch{types, types}
	for name, content := range map[string][]byte{
		"file.arrow":     ipcBytes(t, true, batches),
		"zstd.arrow":     ipcBytes(t, true, batches, ipc.WithZstd()),
		"lz4.arrow":      ipcBytes(t, true, batches, ipc.WithLZ4()),
		"stream.arrow":   ipcBytes(t, false, batches),
		"zstreams.arrow": ipcBytes(t, false, batches, ipc.WithZstd()),
		"grows.arrow":    ipcBytes(t, false, changes, ipc.WithDictionaryDeltas(true)),
		"delta.arrow":    delta,
		"own.arrow":      seed(t, "t.arrow", mixed...),
		"own.npz":        seed(t, "t.npz", Float64, Uint8),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for i := range rounds {
				r := rand.New(rand.NewPCG(uint64(i), 1))
				checkRead(t, path, mutant(r, content), ReadOptions{}, 100<<20)
				if t.Failed() {
					t.Fatalf("mutant %d", i)
				}
			}
		})
	}
}

// fuzzBounded reads damaged files under the ceiling of TestMutants.
func fuzzBounded(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 {
			checkRead(t, filepath.Join(dir, name), data, ReadOptions{}, 100<<20)
		}
	})
}

func FuzzReadArrow(f *testing.F) {
	types := allTypes(f)
	batches := []arrow.RecordBatch{types, types}
	fuzzBounded(f, "t.arrow",
		seed(f, "t.arrow", mixed...), seed(f, "t.arrow", String), stream(f, foreign()),
		ipcBytes(f, true, batches), ipcBytes(f, false, batches), ipcBytes(f, true, batches, ipc.WithLZ4()), ipcBytes(f, false, batches, ipc.WithZstd()))
}

func FuzzReadNPZ(f *testing.F) {
	fuzzBounded(f, "t.npz", seed(f, "t.npz", Float64, Uint8))
}

// FuzzReadAny lets the content say what it is.
func FuzzReadAny(f *testing.F) {
	fuzzBounded(f, "t", seed(f, "t.arrow", mixed...), seed(f, "t.npz", Float64, Uint8), []byte("a,b\n1,2\n"), []byte("PK\x03\x04"), []byte("\x50\x2a\x4d\x18\x00\x00\x00\x00"))
}
