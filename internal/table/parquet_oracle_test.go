package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding"
	"pgregory.net/rapid"
)

// The writer of parquet-go is the oracle here: what it was given is known.

// oracleType is a type as it is written and as it shows in a table.
type oracleType struct {
	name      string
	node      parquet.Node
	encodings []encoding.Encoding
	draw      func(t *rapid.T) (parquet.Value, string)
}

var (
	wordEncodings  = []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary, &parquet.DeltaBinaryPacked, &parquet.ByteStreamSplit}
	floatEncodings = []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary, &parquet.ByteStreamSplit}
	textEncodings  = []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary, &parquet.DeltaLengthByteArray, &parquet.DeltaByteArray}
	fixedEncodings = []encoding.Encoding{&parquet.Plain, &parquet.RLEDictionary, &parquet.DeltaByteArray}
	parquetCodecs  = []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw}
)

// wholes draws whole numbers, close to each other or far apart.
func wholes(lo, hi int64) *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(max(lo, -9), min(hi, 9)), rapid.Int64Range(lo, hi))
}

func oracle32(lo, hi int64) func(t *rapid.T) (parquet.Value, string) {
	return func(t *rapid.T) (parquet.Value, string) {
		v := wholes(lo, hi).Draw(t, "value")
		return parquet.Int32Value(int32(v)), fmt.Sprint(v)
	}
}

func oracle64(t *rapid.T) (parquet.Value, string) {
	v := wholes(math.MinInt64, math.MaxInt64).Draw(t, "value")
	return parquet.Int64Value(v), fmt.Sprint(v)
}

// wide returns v in two's complement of n bytes, the highest first.
func wide(v int64, n int) []byte {
	b := binary.BigEndian.AppendUint64(bytes.Repeat([]byte{byte(v >> 63)}, 16), uint64(v))
	return b[len(b)-n:]
}

var oracleTypes = []oracleType{
	{"bool", parquet.Leaf(parquet.BooleanType), []encoding.Encoding{&parquet.Plain, &parquet.RLE}, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.Bool().Draw(t, "value")
		return parquet.BooleanValue(v), map[bool]string{false: "0", true: "1"}[v]
	}},
	{"int8", parquet.Int(8), wordEncodings, oracle32(math.MinInt8, math.MaxInt8)},
	{"int16", parquet.Int(16), wordEncodings, oracle32(math.MinInt16, math.MaxInt16)},
	{"int32", parquet.Int(32), wordEncodings, oracle32(math.MinInt32, math.MaxInt32)},
	{"int64", parquet.Int(64), wordEncodings, oracle64},
	{"uint8", parquet.Uint(8), wordEncodings, oracle32(0, math.MaxUint8)},
	{"uint16", parquet.Uint(16), wordEncodings, oracle32(0, math.MaxUint16)},
	{"uint32", parquet.Uint(32), wordEncodings, oracle32(0, math.MaxUint32)},
	{"uint64", parquet.Uint(64), wordEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.Uint64().Draw(t, "value")
		return parquet.Int64Value(int64(v)), fmt.Sprint(v)
	}},
	{"float32", parquet.Leaf(parquet.FloatType), floatEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.Float32().Draw(t, "value")
		return parquet.FloatValue(v), fmt.Sprintf("%x", float64(v))
	}},
	{"float64", parquet.Leaf(parquet.DoubleType), floatEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.Float64().Draw(t, "value")
		return parquet.DoubleValue(v), fmt.Sprintf("%x", v)
	}},
	{"text", parquet.String(), textEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.SampledFrom([]string{"", "a", "abc", "abd", "prefix-1", "prefix-22", "ü"}).Draw(t, "value") + rapid.StringN(0, 3, -1).Draw(t, "end")
		return parquet.ByteArrayValue([]byte(v)), fmt.Sprintf("%q", v)
	}},
	{"uuid", parquet.UUID(), fixedEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "value")
		return parquet.FixedLenByteArrayValue(v), fmt.Sprintf(`"%x-%x-%x-%x-%x"`, v[:4], v[4:6], v[6:8], v[8:10], v[10:])
	}},
	{"decimal in INT32", parquet.Decimal(2, 9, parquet.Int32Type), wordEncodings, oracle32(-999999999, 999999999)},
	{"decimal in INT64", parquet.Decimal(2, 18, parquet.Int64Type), wordEncodings, oracle64},
	{"decimal in 5 bytes", parquet.Decimal(3, 11, parquet.FixedLenByteArrayType(5)), fixedEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := wholes(-1<<39, 1<<39-1).Draw(t, "value")
		return parquet.FixedLenByteArrayValue(wide(v, 5)), fmt.Sprint(v)
	}},
	{"decimal in 16 bytes", parquet.Decimal(3, 38, parquet.FixedLenByteArrayType(16)), fixedEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := wholes(math.MinInt64, math.MaxInt64).Draw(t, "value")
		return parquet.FixedLenByteArrayValue(wide(v, 16)), fmt.Sprint(v)
	}},
	{"decimal in bytes", parquet.Decimal(3, 20, parquet.ByteArrayType), textEncodings, func(t *rapid.T) (parquet.Value, string) {
		v := wholes(-1<<23, 1<<23-1).Draw(t, "value")
		return parquet.ByteArrayValue(wide(v, rapid.IntRange(3, 12).Draw(t, "bytes"))), fmt.Sprint(v)
	}},
	{"date", parquet.Date(), wordEncodings, oracle32(math.MinInt32, math.MaxInt32)},
	{"time", parquet.Time(parquet.Nanosecond), wordEncodings, oracle64},
	{"timestamp", parquet.Timestamp(parquet.Microsecond), wordEncodings, oracle64},
}

// drawNode returns o as a column that may be nullable and has a drawn encoding.
func (o *oracleType) drawNode(t *rapid.T) (node parquet.Node, nullable bool) {
	node = parquet.Encoded(o.node, rapid.SampledFrom(o.encodings).Draw(t, "encoding"))
	if nullable = rapid.Bool().Draw(t, "nullable"); nullable {
		node = parquet.Optional(node)
	}
	return node, nullable
}

// drawValues draws n values and what they show as; runs of nulls are common.
func (o *oracleType) drawValues(t *rapid.T, n int, nullable bool) (values []parquet.Value, cells []string) {
	share := rapid.SampledFrom([]int{0, 1, 9, 10}).Draw(t, "nulls of 10")
	for range n {
		if nullable && rapid.IntRange(0, 9).Draw(t, "null") < share {
			values, cells = append(values, parquet.NullValue().Level(0, 0, 0)), append(cells, "missing")
			continue
		}
		v, cell := o.draw(t)
		level := 0
		if nullable {
			level = 1
		}
		values, cells = append(values, v.Level(0, level, 0)), append(cells, cell)
	}
	return values, cells
}

// TestParquetOracle: columns of every type in every encoding and codec, on pages
// and in row groups of every size, nullable or not.
func TestParquetOracle(t *testing.T) {
	for _, o := range oracleTypes {
		t.Run(o.name, rapid.MakeCheck(func(t *rapid.T) {
			node, nullable := o.drawNode(t)
			schema := parquet.NewSchema("t", orderedGroup{parquet.Group{"c": node}, []string{"c"}})
			var file bytes.Buffer
			w := parquet.NewGenericWriter[any](&file, schema,
				parquet.Compression(rapid.SampledFrom(parquetCodecs).Draw(t, "codec")),
				parquet.DataPageVersion(rapid.IntRange(1, 2).Draw(t, "version")),
				parquet.PageBufferSize(rapid.SampledFrom([]int{1, 8, 64, 1 << 20}).Draw(t, "page size")))
			var want []string
			for range rapid.IntRange(1, 3).Draw(t, "row groups") {
				values, cells := o.drawValues(t, rapid.IntRange(1, 150).Draw(t, "rows"), nullable)
				for len(values) > 0 {
					n := rapid.IntRange(1, len(values)).Draw(t, "rows at once")
					if _, err := w.ColumnWriters()[0].WriteRowValues(values[:n]); err != nil {
						t.Fatal(err)
					}
					values = values[n:]
				}
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
				want = append(want, cells...)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			checkCells(t, file.Bytes(), want)
		}))
	}
}

// checkCells compares the only column of a file.
func checkCells(t *rapid.T, file []byte, want []string) {
	tab, err := readRapid(t, file)
	if err != nil {
		t.Fatal(err)
	}
	if tab.Rows != len(want) {
		t.Fatalf("%d rows, want %d", tab.Rows, len(want))
	}
	for i := range want {
		if got := cell(tab.Columns[0], i); got != want[i] {
			t.Fatalf("row %d: %s, want %s", i, got, want[i])
		}
	}
}
