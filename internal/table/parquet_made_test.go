package table

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	wire "github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"pgregory.net/rapid"
)

// Parquet files made by hand, for what no writer at hand writes.

// some returns v as a field that is there.
func some[T any](v T) wire.Null[T] { return wire.Null[T]{V: v, Valid: true} }

// marshal returns v as Thrift writes it.
func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := wire.Marshal(new(wire.CompactProtocol), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// optional returns the schema of a nullable column called c.
func optional(physical format.Type) format.SchemaElement {
	return format.SchemaElement{Name: "c", Type: some(physical), RepetitionType: some(format.Optional)}
}

// required returns the schema of a column without gaps called c.
func required(physical format.Type) format.SchemaElement {
	return format.SchemaElement{Name: "c", Type: some(physical), RepetitionType: some(format.Required)}
}

func converted(e format.SchemaElement, c deprecated.ConvertedType) format.SchemaElement {
	e.ConvertedType = some(c)
	return e
}

func logical(e format.SchemaElement, l format.LogicalTypeValue) format.SchemaElement {
	e.LogicalType.Value = l
	return e
}

func fixed(e format.SchemaElement, length int32) format.SchemaElement {
	e.Type, e.TypeLength = some(format.FixedLenByteArray), some(length)
	return e
}

// madeChunk is a column chunk: its rows, and its pages with their headers.
type madeChunk struct {
	rows  int64
	codec format.CompressionCodec
	pages [][]byte
	edit  func(*format.ColumnChunk) // nil: nothing
}

// madeFile returns a file of one column, and a row group for each chunk.
func madeFile(t testing.TB, e format.SchemaElement, chunks ...madeChunk) []byte {
	file := []byte("PAR1")
	meta := format.FileMetaData{
		Version: 1,
		Schema:  []format.SchemaElement{{Name: "root", NumChildren: some(int32(1))}, e},
	}
	for _, c := range chunks {
		pages := bytes.Join(c.pages, nil)
		chunk := format.ColumnChunk{MetaData: format.ColumnMetaData{
			Type: e.Type.V, PathInSchema: []string{e.Name}, Codec: c.codec, NumValues: c.rows,
			TotalCompressedSize: int64(len(pages)), DataPageOffset: int64(len(file)),
		}}
		if c.edit != nil {
			c.edit(&chunk)
		}
		meta.NumRows += c.rows
		meta.RowGroups = append(meta.RowGroups, format.RowGroup{Columns: []format.ColumnChunk{chunk}, NumRows: c.rows})
		file = append(file, pages...)
	}
	return finishFile(t, file, meta)
}

// finishFile adds the footer.
func finishFile(t testing.TB, file []byte, meta format.FileMetaData) []byte {
	footer := marshal(t, &meta)
	file = append(file, footer...)
	return append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), "PAR1"...)
}

// pageV1 returns a page of n rows: body as stored, unpacked bytes in all.
func pageV1(t testing.TB, n int32, encoding format.Encoding, unpacked int, body []byte) []byte {
	return page(t, format.PageHeader{
		Type: format.DataPage, UncompressedPageSize: int32(unpacked),
		DataPageHeader: some(format.DataPageHeader{NumValues: n, Encoding: encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE}),
	}, body)
}

func dictionaryPage(t testing.TB, n int32, body []byte) []byte {
	return page(t, format.PageHeader{
		Type: format.DictionaryPage, UncompressedPageSize: int32(len(body)),
		DictionaryPageHeader: some(format.DictionaryPageHeader{NumValues: n, Encoding: format.Plain, IsSorted: true}),
	}, body)
}

// pageV2 returns a page of n rows: levels, then values as stored, which are
// unpacked bytes without the levels.
func pageV2(t testing.TB, n int32, encoding format.Encoding, levels []byte, unpacked int, values []byte, compressed bool) []byte {
	return page(t, format.PageHeader{
		Type: format.DataPageV2, UncompressedPageSize: int32(len(levels) + unpacked),
		DataPageHeaderV2: some(format.DataPageHeaderV2{
			NumValues: n, NumRows: n, Encoding: encoding, DefinitionLevelsByteLength: int32(len(levels)), IsCompressed: some(compressed),
		}),
	}, append(bytes.Clone(levels), values...))
}

func page(t testing.TB, h format.PageHeader, body []byte) []byte {
	h.CompressedPageSize = int32(len(body))
	return append(marshal(t, &h), body...)
}

// checked is page with the checksum sum bytes off.
func checked(t testing.TB, h format.PageHeader, body []byte, off uint32) []byte {
	h.CRC = int32(crc32.ChecksumIEEE(body) + off)
	return page(t, h, body)
}

// prefixed returns b behind its length.
func prefixed(b ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// run returns n times value as a run of a hybrid encoding.
func run(n uint64, value ...byte) []byte { return append(binary.AppendUvarint(nil, n<<1), value...) }

// ints32 returns INT32 values.
func ints32(values ...int32) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// saved returns the path of a file that holds data.
func saved(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// readRapid is readBytes for property tests.
func readRapid(t *rapid.T, data []byte) (*Table, error) {
	dir, err := os.MkdirTemp("", "parquet-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "t.parquet")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return Read(context.Background(), path, ReadOptions{})
}
