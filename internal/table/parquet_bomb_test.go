package table

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// mostMemory is what a small file may make the reader take, all in all, what was
// given back included.
const mostMemory = 300 << 20

// readWithin reads a file and fails where that takes too much memory.
func readWithin(t testing.TB, path string, opt ReadOptions) (*Table, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tab, err := Read(t.Context(), path, opt)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory {
		t.Errorf("%s took %d MB (%v)", path, used>>20, err)
	}
	return tab, err
}

// repeated returns a chunk of n equal pages of rows each.
func repeated(n int, rows int64, codec format.CompressionCodec, page []byte) madeChunk {
	c := madeChunk{rows: int64(n) * rows, codec: codec}
	for range n {
		c.pages = append(c.pages, page)
	}
	return c
}

// TestParquetBombs: files of some kilobytes that stand for gigabytes.
func TestParquetBombs(t *testing.T) {
	const huge = math.MaxInt32
	number, text := optional(format.Int64), optional(format.ByteArray)
	zeros := make([]byte, 64<<20)
	levels := run(huge, 1)
	for _, tc := range []struct {
		name  string
		e     format.SchemaElement
		chunk madeChunk
	}{
		{"nulls", number, repeated(1, huge, 0, pageV2(t, huge, format.Plain, run(huge, 0), 0, nil, false))},
		{"nulls of text", text, repeated(9, huge, 0, pageV2(t, huge, format.Plain, run(huge, 0), 0, nil, false))},
		{"nulls of another type", fixed(optional(0), 3), repeated(9, huge, 0, pageV2(t, huge, format.Plain, run(huge, 0), 0, nil, false))},
		{"one value of a dictionary", number, madeChunk{rows: huge, pages: [][]byte{
			dictionaryPage(t, 1, make([]byte, 8)), pageV2(t, huge, format.RLEDictionary, levels, 1, []byte{0}, false),
		}}},
		{"a dictionary that is not there", number, madeChunk{rows: huge, pages: [][]byte{dictionaryPage(t, huge, nil)}}},
		{"equal differences", number, madeChunk{rows: huge, pages: [][]byte{pageV2(t, huge, format.DeltaBinaryPacked, levels, 12, equalDifferences(huge), false)}}},
		{"empty texts", text, madeChunk{rows: huge, pages: [][]byte{pageV2(t, huge, format.DeltaLengthByteArray, levels, 12, equalDifferences(huge), false)}}},
		{"texts that repeat a long one", text, longTexts(t)},
		{"brotli", required(format.ByteArray), repeated(200, 1, format.Brotli, pageV1(t, 1, format.Plain, len(zeros), brotlied(t, zeros)))},
		{"zstd", required(format.ByteArray), repeated(200, 1, format.Zstd, pageV1(t, 1, format.Plain, 8<<20, zstandard(t, zeros[:8<<20])))},
		{"gzip of 8 KB", required(format.ByteArray), repeated(1, 1, format.Gzip, pageV1(t, 1, format.Plain, len(zeros), gzipped(t, zeros[:8<<20])))},
		{"a page of 2 GB", number, repeated(1, 1, format.Brotli, pageV1(t, 1, format.Plain, huge, brotlied(t, zeros)))},
		{"a page of 90 MB that is not there", number, repeated(3, 1, format.Zstd, pageV1(t, 1, format.Plain, 90<<20, zstandard(t, []byte{1})))},
		{"LZ4", number, repeated(1, 1, format.Lz4, pageV1(t, 1, format.Plain, huge, lz4Frame(t, zeros)))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			start := time.Now()
			if _, err := readWithin(t, saved(t, madeFile(t, tc.e, tc.chunk)), ReadOptions{}); err == nil {
				t.Error("it is read")
			} else {
				t.Logf("%v: %v", time.Since(start), err)
			}
		})
	}
}

// equalDifferences returns n zeros in DELTA_BINARY_PACKED: one block.
func equalDifferences(n uint64) (b []byte) {
	for _, x := range []uint64{1 << 31, 1, n, 0, 0} {
		b = binary.AppendUvarint(b, x)
	}
	return append(b, 0)
}

// longTexts returns texts of a megabyte in DELTA_BYTE_ARRAY, each but the first
// the one before.
func longTexts(t testing.TB) madeChunk {
	const n, size = 1 << 20, 1 << 20
	values := slices.Concat(oneStep(0, size, n), oneStep(size, -size, n), make([]byte, size))
	return madeChunk{rows: n, codec: format.Zstd, pages: [][]byte{
		pageV2(t, n, format.DeltaByteArray, run(n, 1), len(values), zstandard(t, values), true),
	}}
}

// oneStep returns n numbers in DELTA_BINARY_PACKED, of which all but the first
// are first + step.
func oneStep(first, step int64, n int) (b []byte) {
	for _, x := range []int{128, 1, n} {
		b = binary.AppendUvarint(b, uint64(x))
	}
	b = binary.AppendVarint(b, first)
	least := min(step, 0)
	b = append(binary.AppendVarint(b, least), 32)
	b = binary.LittleEndian.AppendUint32(b, uint32(step-least))
	for range 127 {
		b = binary.LittleEndian.AppendUint32(b, uint32(-least))
	}
	for at := 129; at < n; at += 128 {
		b = append(b, 0, 0)
	}
	return b
}

// TestParquetListsThatAreNotThere: lengths of lists are claims.
func TestParquetListsThatAreNotThere(t *testing.T) {
	for name, footer := range map[string][]byte{
		"schema":     {0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07},
		"row groups": {0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07},
		"a string":   {0x68, 0xff, 0xff, 0xff, 0xff, 0x07},
		"skipped":    {0xf9, 0xf1, 0xff, 0xff, 0xff, 0xff, 0x07},
		"nested":     bytes.Repeat([]byte{0x1c}, 100000),
	} {
		data := append([]byte("PAR1"), footer...)
		data = append(binary.LittleEndian.AppendUint32(data, uint32(len(footer))), "PAR1"...)
		if _, err := readWithin(t, saved(t, data), ReadOptions{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// damagedSeeds are small files of all kinds of pages.
func damagedSeeds(t testing.TB) map[string][]byte {
	values := make([]byte, 8*300)
	for i := range values {
		values[i] = byte(i * i)
	}
	seeds := map[string][]byte{}
	for _, codec := range parquetCodecs {
		var file bytes.Buffer
		w := parquet.NewGenericWriter[oddRow](&file, parquet.Compression(codec), parquet.MaxRowsPerRowGroup(60), parquet.PageBufferSize(200))
		v := 2.5
		for i := range 100 {
			row := oddRow{Plain: int16(i), Text: string(rune('a' + i%7)), Bytes: values[:i%9], Decimal: int64(i) << 30}
			if i%3 == 0 {
				row.Maybe = &v
			}
			if _, err := w.Write([]oddRow{row}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		seeds[codec.String()] = file.Bytes()
	}
	seeds["LZ4 of Hadoop"] = madeFile(t, required(format.Int64), madeChunk{rows: 300, codec: format.Lz4, pages: [][]byte{pageV1(t, 300, format.Plain, len(values), hadoop(t, values, []int{1000, 1400}))}})
	seeds["old LZ4 frame"] = madeFile(t, required(format.Int64), madeChunk{rows: 300, codec: format.Lz4, pages: [][]byte{pageV1(t, 300, format.Plain, len(values), lz4Frame(t, values))}})
	seeds["V2"] = madeFile(t, optional(format.Int32), madeChunk{rows: 6, pages: [][]byte{
		dictionaryPage(t, 2, ints32(10, 20)),
		pageV2(t, 4, format.RLEDictionary, threeOfFour, 3, append([]byte{1}, run(3, 1)...), false),
		pageV2(t, 2, format.Plain, run(2, 1), 8, ints32(30, 40), false),
	}})
	return seeds
}

// mutated returns data with some bytes changed, cut out or put in.
func mutated(r *rand.Rand, data []byte) []byte {
	data = bytes.Clone(data)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(data))
		switch r.IntN(6) {
		case 0:
			data[at] = byte(r.Uint32())
		case 1:
			data[at] = 255
		case 2:
			data = slices.Delete(data, at, min(at+1+r.IntN(4), len(data)))
		case 3:
			data = slices.Insert(data, at, data[at], byte(r.Uint32()))
		default:
			data[at] ^= 1 << r.IntN(8)
		}
	}
	return data
}

// mutations is how many damaged files are made of each.
func mutations() int {
	if testing.Short() {
		return 200
	}
	return 2000
}

// TestDamagedParquet: files with some bytes changed give an error or a table that
// holds together, and take no more memory than small files do.
func TestDamagedParquet(t *testing.T) {
	for name, data := range damagedSeeds(t) {
		t.Run(name, func(t *testing.T) {
			var opt ReadOptions
			if bytes.Contains(data, []byte("nested")) {
				opt.Drop = []string{"list", "many", "nested"}
			}
			r := rand.New(rand.NewPCG(7, 11))
			path := filepath.Join(t.TempDir(), "t.parquet")
			for range mutations() {
				bad := mutated(r, data)
				if err := os.WriteFile(path, bad, 0o666); err != nil {
					t.Fatal(err)
				}
				if tab, err := readWithin(t, path, opt); err == nil {
					checkTogether(t, tab)
				}
			}
		})
	}
}
