package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// threeOfFour are the levels of four rows, of which the second has no value.
var threeOfFour = []byte{1<<1 | 1, 0b1101}

// lz4Block returns b as one LZ4 block.
func lz4Block(t testing.TB, b []byte) []byte {
	t.Helper()
	var c lz4.Compressor
	dst := make([]byte, lz4.CompressBlockBound(len(b)))
	n, err := c.CompressBlock(b, dst)
	if err != nil || n == 0 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	return dst[:n]
}

// hadoop returns the blocks of sizes that Hadoop makes of b, each in pieces.
func hadoop(t testing.TB, b []byte, blocks ...[]int) (out []byte) {
	for _, pieces := range blocks {
		size := 0
		for _, n := range pieces {
			size += n
		}
		out = binary.BigEndian.AppendUint32(out, uint32(size))
		for _, n := range pieces {
			packed := lz4Block(t, b[:n])
			out = append(binary.BigEndian.AppendUint32(out, uint32(len(packed))), packed...)
			b = b[n:]
		}
	}
	return out
}

func gzipped(t testing.TB, parts ...[]byte) []byte {
	var out bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&out)
		if _, err := w.Write(part); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func zstandard(t testing.TB, parts ...[]byte) (out []byte) {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		out = w.EncodeAll(part, out)
	}
	return out
}

func brotlied(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := brotli.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func lz4Frame(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := lz4.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestParquetPages reads pages of all shapes.
func TestParquetPages(t *testing.T) {
	number, always := optional(format.Int32), required(format.Int32)
	plain := append(prefixed(threeOfFour...), ints32(5, -6, 7)...)
	old := append([]byte{0b10110000}, ints32(5, -6, 7)...)
	zeros := make([]byte, 4000)
	for _, tc := range []struct {
		name  string
		e     format.SchemaElement
		chunk []madeChunk
		want  string
	}{
		{"V1", number, []madeChunk{{rows: 4, pages: [][]byte{pageV1(t, 4, format.Plain, len(plain), plain)}}}, "int32: 5 - -6 7"},
		{"V1, required", always, []madeChunk{{rows: 2, pages: [][]byte{pageV1(t, 2, format.Plain, 8, ints32(1, 2))}}}, "int32: 1 2"},
		{"V1, levels of the old kind", number, []madeChunk{{rows: 4, pages: [][]byte{page(t, format.PageHeader{
			Type: format.DataPage, UncompressedPageSize: int32(len(old)),
			DataPageHeader: some(format.DataPageHeader{NumValues: 4, DefinitionLevelEncoding: format.BitPacked}),
		}, old)}}}, "int32: 5 - -6 7"},
		{"V2", number, []madeChunk{{rows: 4, pages: [][]byte{pageV2(t, 4, format.Plain, threeOfFour, 12, ints32(5, -6, 7), false)}}}, "int32: 5 - -6 7"},
		{"V2, not compressed among compressed", number, []madeChunk{{rows: 5, codec: format.Snappy, pages: [][]byte{
			pageV2(t, 4, format.Plain, threeOfFour, 12, ints32(5, -6, 7), false),
			pageV2(t, 1, format.Plain, run(1, 1), 4, s2.EncodeSnappy(nil, ints32(8)), true),
		}}}, "int32: 5 - -6 7 8"},
		{"V2, nulls alone", number, []madeChunk{{rows: 3, codec: format.Snappy, pages: [][]byte{pageV2(t, 3, format.Plain, run(3, 0), 0, nil, true)}}}, "int32: - - -"},
		{"V2, nulls in two runs", number, []madeChunk{{rows: 3, codec: format.Zstd, pages: [][]byte{pageV2(t, 3, format.Plain, append(run(2, 0), run(7, 0)...), 0, nil, true)}}}, "int32: - - -"},
		{"dictionary, then none", number, []madeChunk{{rows: 6, pages: [][]byte{
			dictionaryPage(t, 2, ints32(10, 20)),
			pageV2(t, 4, format.RLEDictionary, threeOfFour, 3, append([]byte{1}, run(3, 1)...), false),
			pageV2(t, 2, format.Plain, run(2, 1), 8, ints32(30, 40), false),
		}}}, "int32: 20 - 20 20 30 40"},
		{"a dictionary of one value", number, []madeChunk{{rows: 2, pages: [][]byte{
			dictionaryPage(t, 1, ints32(10)), pageV2(t, 2, plainDictionary, run(2, 1), 1, []byte{0}, false),
		}}}, "int32: 10 10"},
		{"a dictionary in each row group", number, []madeChunk{
			{rows: 1, pages: [][]byte{dictionaryPage(t, 1, ints32(10)), pageV2(t, 1, format.RLEDictionary, run(1, 1), 3, append([]byte{1}, run(1, 0)...), false)}},
			{rows: 1, pages: [][]byte{dictionaryPage(t, 1, ints32(20)), pageV2(t, 1, format.RLEDictionary, run(1, 1), 3, append([]byte{1}, run(1, 0)...), false)}},
		}, "int32: 10 20"},
		{"an index page, an empty page", always, []madeChunk{{rows: 1, pages: [][]byte{
			page(t, format.PageHeader{Type: format.IndexPage}, nil), pageV1(t, 0, format.Plain, 0, nil), pageV1(t, 1, format.Plain, 4, ints32(3)),
		}}}, "int32: 3"},
		{"a checksum", always, []madeChunk{{rows: 1, pages: [][]byte{checked(t, format.PageHeader{
			Type: format.DataPage, UncompressedPageSize: 4, DataPageHeader: some(format.DataPageHeader{NumValues: 1}),
		}, ints32(3), 0)}}}, "int32: 3"},
		{"gzip of two members", always, []madeChunk{{rows: 2, codec: format.Gzip, pages: [][]byte{pageV1(t, 2, format.Plain, 8, gzipped(t, ints32(1), ints32(2)))}}}, "int32: 1 2"},
		{"zstd of two frames", always, []madeChunk{{rows: 2, codec: format.Zstd, pages: [][]byte{pageV1(t, 2, format.Plain, 8, zstandard(t, ints32(1), ints32(2)))}}}, "int32: 1 2"},
		{"LZ4 of Hadoop", always, []madeChunk{{rows: 2, codec: format.Lz4, pages: [][]byte{pageV1(t, 2, format.Plain, 4000, hadoop(t, zeros, []int{1000, 2000}, []int{1000}))}}}, "int32: 0 0"},
		{"LZ4 as a block", always, []madeChunk{{rows: 2, codec: format.Lz4, pages: [][]byte{pageV1(t, 2, format.Plain, 4000, lz4Block(t, zeros))}}}, "int32: 0 0"},
		{"LZ4 as a frame", always, []madeChunk{{rows: 2, codec: format.Lz4, pages: [][]byte{pageV1(t, 2, format.Plain, 4000, lz4Frame(t, zeros))}}}, "int32: 0 0"},
		{"the header of a dictionary that is not counted", number, []madeChunk{{rows: 2, edit: func(c *format.ColumnChunk) { c.MetaData.TotalCompressedSize -= 9 }, pages: [][]byte{
			dictionaryPage(t, 1, ints32(10)), pageV2(t, 2, plainDictionary, run(2, 1), 1, []byte{0}, false),
		}}}, "int32: 10 10"},
		{"no text at all", optional(format.ByteArray), []madeChunk{{rows: 2, pages: [][]byte{pageV2(t, 2, format.Plain, run(2, 0), 0, nil, false)}}}, "string: - -"},
		{"an interval without values", converted(fixed(optional(0), 12), deprecated.Interval), []madeChunk{{rows: 2, pages: [][]byte{pageV2(t, 2, format.Plain, run(2, 0), 0, nil, false)}}}, "float64: - -"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab, err := Read(t.Context(), saved(t, madeFile(t, tc.e, tc.chunk...)), ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSpace(show(tab)); got != "c "+tc.want {
				t.Errorf("got %s, want c %s", got, tc.want)
			}
		})
	}
}

// TestParquetErrors: what is wrong is said, and whether the file is damaged or
// only of a kind that is not read.
func TestParquetErrors(t *testing.T) {
	number := required(format.Int32)
	one := pageV1(t, 1, format.Plain, 4, ints32(1))
	for _, tc := range []struct {
		name  string
		e     format.SchemaElement
		chunk madeChunk
		want  error
		text  string
	}{
		{"a codec that is not read", number, madeChunk{rows: 1, codec: format.LZO, pages: [][]byte{one}}, ErrUnsupported, "LZO"},
		{"an unknown codec", number, madeChunk{rows: 1, codec: 99, pages: [][]byte{one}}, ErrUnsupported, "codec 99"},
		{"an unknown encoding", number, madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, 77, 4, ints32(1))}}, ErrUnsupported, "encoding 77"},
		{"another file", number, madeChunk{rows: 1, pages: [][]byte{one}, edit: func(c *format.ColumnChunk) { c.FilePath = "x" }}, ErrUnsupported, "another file"},
		{"an encrypted column", number, madeChunk{rows: 1, pages: [][]byte{one}, edit: func(c *format.ColumnChunk) { c.CryptoMetadata.Value = &format.EncryptionWithFooterKey{} }}, errEncrypted, "decrypt it first"},
		{"a repeated column", format.SchemaElement{Name: "c", Type: some(format.Int32), RepetitionType: some(format.Repeated)}, madeChunk{}, ErrUnsupported, "--drop c"},
		{"an interval", converted(fixed(required(0), 12), deprecated.Interval), madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, format.Plain, 12, make([]byte, 12))}}, ErrUnsupported, "INTERVAL: leave it out with --drop c"},
		{"a geometry", logical(required(format.ByteArray), &format.GeometryType{}), madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, format.Plain, 5, prefixed('a'))}}, ErrUnsupported, "GEOMETRY"},
		{"bytes that are no text", required(format.ByteArray), madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, format.Plain, 5, prefixed(255))}}, ErrUnsupported, "BYTE_ARRAY and no text: leave it out with --drop c"},
		{"text that is not UTF-8", logical(optional(format.ByteArray), &format.StringType{}), madeChunk{rows: 4, pages: [][]byte{
			pageV2(t, 4, format.Plain, threeOfFour, 15, append(append(prefixed('a'), prefixed('b')...), prefixed(0xe9)...), false),
		}}, ErrUnsupported, `column "c", row 4: `},
		{"text that is not UTF-8 in a dictionary", logical(optional(format.ByteArray), &format.StringType{}), madeChunk{rows: 4, pages: [][]byte{
			dictionaryPage(t, 2, append(prefixed(0xe9), prefixed('b')...)), pageV2(t, 4, format.RLEDictionary, threeOfFour, 3, []byte{1, 3, 0b011}, false),
		}}, ErrUnsupported, `column "c", row 4: `},
		{"a decimal of 9 bytes", logical(fixed(required(0), 9), &format.DecimalType{Precision: 20, Scale: 2}), madeChunk{rows: 1, pages: [][]byte{
			pageV1(t, 1, format.Plain, 9, []byte{1, 0, 0, 0, 0, 0, 0, 0, 0}),
		}}, ErrUnsupported, "row 1: table: kind of column that cannot be used: a decimal has more digits than 64 bits hold: write the column as double"},
		{"a byte of two", logical(required(format.Int32), &format.IntType{BitWidth: 8, IsSigned: true}), madeChunk{rows: 2, pages: [][]byte{pageV1(t, 2, format.Plain, 8, ints32(1, 300))}}, ErrCorrupt, "row 2: "},
		{"rows that are missing", number, madeChunk{rows: 2, pages: [][]byte{one}}, ErrCorrupt, "lacks 1 of 2 rows"},
		{"rows too many", number, madeChunk{rows: 1, pages: [][]byte{pageV1(t, 2, format.Plain, 8, ints32(1, 2))}}, ErrCorrupt, "more than its 1 rows"},
		{"values that are missing", number, madeChunk{rows: 2, pages: [][]byte{pageV1(t, 2, format.Plain, 4, ints32(1))}}, ErrCorrupt, "end early"},
		{"no dictionary", number, madeChunk{rows: 1, pages: [][]byte{pageV1(t, 1, format.RLEDictionary, 3, append([]byte{1}, run(1, 0)...))}}, ErrCorrupt, "not there"},
		{"an index beyond the dictionary", number, madeChunk{rows: 1, pages: [][]byte{dictionaryPage(t, 1, ints32(1)), pageV1(t, 1, format.RLEDictionary, 3, append([]byte{1}, run(1, 1)...))}}, ErrCorrupt, "index 1"},
		{"a level of 2", optional(format.Int32), madeChunk{rows: 1, pages: [][]byte{pageV2(t, 1, format.Plain, run(1, 2), 4, ints32(1), false)}}, ErrCorrupt, "level 2"},
		{"a wrong checksum", number, madeChunk{rows: 1, pages: [][]byte{checked(t, format.PageHeader{
			Type: format.DataPage, UncompressedPageSize: 4, DataPageHeader: some(format.DataPageHeader{NumValues: 1}),
		}, ints32(3), 1)}}, ErrCorrupt, "checksum"},
		{"another type", number, madeChunk{rows: 1, pages: [][]byte{one}, edit: func(c *format.ColumnChunk) { c.MetaData.Type = format.Int64 }}, ErrCorrupt, "INT64"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Read(t.Context(), saved(t, madeFile(t, tc.e, tc.chunk)), ReadOptions{})
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || errors.Is(err, ErrCorrupt) != (tc.want == ErrCorrupt) {
				t.Errorf("got %v, want %v with %q", err, tc.want, tc.text)
			}
		})
	}
}

// TestDecompressExactly: every codec fills what is declared, no byte less or
// more.
func TestDecompressExactly(t *testing.T) {
	text := bytes.Repeat([]byte("abcdefgh, and so on. "), 100)
	for codec, packed := range map[format.CompressionCodec][]byte{
		format.Uncompressed: text,
		format.Snappy:       s2.EncodeSnappy(nil, text),
		format.Gzip:         gzipped(t, text[:7], text[7:]),
		format.Brotli:       brotlied(t, text),
		format.Zstd:         zstandard(t, text[:7], text[7:]),
		format.Lz4:          hadoop(t, text, []int{1000}, []int{len(text) - 1000}),
		format.Lz4Raw:       lz4Block(t, text),
	} {
		dst := make([]byte, len(text))
		if err := decompress(codec, dst, packed); err != nil || !bytes.Equal(dst, text) {
			t.Errorf("%v: %v, equal %t", codec, err, bytes.Equal(dst, text))
		}
		for _, off := range []int{-len(text), -1, 1, 100} {
			guarded := bytes.Repeat([]byte{0xa5}, len(text)+off+64)
			if err := decompress(codec, guarded[:len(text)+off], packed); err == nil {
				t.Errorf("%v: no error for %d bytes more than there are", codec, off)
			}
			if bytes.Count(guarded[len(text)+off:], []byte{0xa5}) != 64 {
				t.Errorf("%v: written beyond the end", codec)
			}
		}
		for _, cut := range []int{1, len(packed) / 2, len(packed)} {
			if err := decompress(codec, dst, packed[:len(packed)-cut]); err == nil {
				t.Errorf("%v: no error without the last %d bytes", codec, cut)
			}
		}
	}
}
