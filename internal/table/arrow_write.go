package table

import (
	"cmp"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// arrowEncoder writes an Arrow IPC file, one record batch for some chunks.
type arrowEncoder struct {
	w      *ipc.FileWriter
	schema *arrow.Schema
	texts  []map[int64]bool // of String fields: codes of texts that are not UTF-8
	rows   int              // written
}

func newArrowEncoder(w io.Writer, fields []Field) (encoder, error) {
	e := &arrowEncoder{texts: make([]map[int64]bool, len(fields))}
	list := make([]arrow.Field, len(fields))
	for j, f := range fields {
		if !utf8.ValidString(f.Name) {
			return nil, fmt.Errorf("%w: the name of column %d, %q, is not UTF-8: read the input with the right --encoding", ErrUnsupported, j+1, f.Name)
		}
		list[j] = arrow.Field{Name: f.Name, Type: arrowType(f), Nullable: true}
		e.texts[j] = badTexts(f.Dictionary)
	}
	e.schema = arrow.NewSchema(list, nil)
	var err error
	e.w, err = ipc.NewFileWriter(w, ipc.WithSchema(e.schema))
	return e, err
}

// badTexts returns the codes of texts that are not UTF-8, nil where all are.
func badTexts(texts []string) (codes map[int64]bool) {
	for code, s := range texts {
		if !utf8.ValidString(s) {
			if codes == nil {
				codes = map[int64]bool{}
			}
			codes[int64(code)] = true
		}
	}
	return codes
}

// arrowType returns the type under which f is stored.
func arrowType(f Field) arrow.DataType {
	unit := arrowUnit(f.Temporal.Unit)
	switch f.Temporal.Kind {
	case Date:
		if f.Type == Int64 {
			return arrow.FixedWidthTypes.Date64
		}
		return arrow.FixedWidthTypes.Date32
	case Timestamp:
		return &arrow.TimestampType{Unit: unit, TimeZone: f.Temporal.Zone}
	case TimeOfDay:
		if unit == arrow.Second || unit == arrow.Millisecond {
			return &arrow.Time32Type{Unit: unit}
		}
		return &arrow.Time64Type{Unit: unit}
	case Duration:
		return &arrow.DurationType{Unit: unit}
	}
	if f.Type == Decimal {
		return &arrow.Decimal128Type{Precision: int32(cmp.Or(f.Precision, 18)), Scale: int32(f.Places)}
	}
	return map[Type]arrow.DataType{
		Int8: arrow.PrimitiveTypes.Int8, Int16: arrow.PrimitiveTypes.Int16, Int32: arrow.PrimitiveTypes.Int32, Int64: arrow.PrimitiveTypes.Int64,
		Uint8: arrow.PrimitiveTypes.Uint8, Uint16: arrow.PrimitiveTypes.Uint16, Uint32: arrow.PrimitiveTypes.Uint32, Uint64: arrow.PrimitiveTypes.Uint64,
		Float32: arrow.PrimitiveTypes.Float32, Float64: arrow.PrimitiveTypes.Float64, Bool: arrow.FixedWidthTypes.Boolean, String: arrow.BinaryTypes.String,
	}[f.Type]
}

// arrowUnit returns the unit of a count of time.
func arrowUnit(unit time.Duration) arrow.TimeUnit {
	switch unit {
	case time.Nanosecond:
		return arrow.Nanosecond
	case time.Microsecond:
		return arrow.Microsecond
	case time.Millisecond:
		return arrow.Millisecond
	default:
		return arrow.Second
	}
}

func (e *arrowEncoder) write(v []vector, n int) error {
	for j := range v {
		if err := e.checkTexts(&v[j], e.texts[j], n); err != nil {
			return err
		}
	}
	arrays := make([]arrow.Array, len(v))
	for j := range v {
		arrays[j] = arrowArray(&v[j], n)
		defer arrays[j].Release()
	}
	record := array.NewRecordBatch(e.schema, arrays, int64(n))
	defer record.Release()
	e.rows += n
	return e.w.Write(record)
}

// checkTexts finds text that no reader of the file could read.
func (e *arrowEncoder) checkTexts(v *vector, bad map[int64]bool, n int) error {
	if len(bad) == 0 {
		return nil
	}
	for i, code := range v.ints[:n] {
		if bad[code] && v.has(i) {
			return fmt.Errorf("%w: column %q, row %d: %.40q is not UTF-8: read the input with the right --encoding, or leave the column out with --drop", ErrUnsupported, v.field.Name, e.rows+i, v.field.Dictionary[code])
		}
	}
	return nil
}

// arrowArray returns the first n values of v. Those of fixed width go into their
// buffer as they are.
func arrowArray(v *vector, n int) arrow.Array {
	typ := arrowType(*v.field)
	var values []byte
	switch id := typ.ID(); {
	case id == arrow.STRING:
		return arrowStrings(v, n)
	case id == arrow.BOOL:
		values = packBits(n, func(i int) bool { return v.ints[i] != 0 })
	case id == arrow.DECIMAL128:
		for _, x := range v.ints[:n] {
			values = append(values, npy.Bytes([]int64{x, x >> 63})...) // low half first
		}
	case id == arrow.DATE64:
		for _, x := range v.ints[:n] {
			values = append(values, npy.Bytes([]int64{wholeDays(x, cmp.Or(v.field.Temporal.Unit, time.Millisecond)) * 86400_000})...)
		}
	case id == arrow.TIME32:
		values = appendAs[int32](nil, v.ints[:n])
	case id == arrow.TIME64:
		values = append(values, npy.Bytes(v.ints[:n])...)
	default:
		values = v.appendBytes(nil, n)
	}
	missing := 0
	for i := range n {
		if !v.has(i) {
			missing++
		}
	}
	var valid *memory.Buffer
	if missing > 0 {
		valid = memory.NewBufferBytes(packBits(n, v.has))
	}
	data := array.NewData(typ, n, []*memory.Buffer{valid, memory.NewBufferBytes(values)}, nil, missing, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// wholeDays returns the day on which count x of a unit since 1970 lies.
func wholeDays(x int64, unit time.Duration) int64 {
	perDay := int64(24 * time.Hour / unit)
	days := x / perDay
	if x%perDay < 0 {
		days--
	}
	return days
}

func arrowStrings(v *vector, n int) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	for i := range n {
		if v.has(i) {
			b.Append(v.field.Dictionary[v.ints[i]])
		} else {
			b.AppendNull()
		}
	}
	return b.NewArray()
}

// packBits returns bit(0), bit(1), ... bit(n-1), lowest bit first.
func packBits(n int, bit func(int) bool) []byte {
	packed := make([]byte, (n+7)/8)
	for i := range n {
		if bit(i) {
			packed[i/8] |= 1 << (i % 8)
		}
	}
	return packed
}

func (e *arrowEncoder) close() error { return e.w.Close() }
func (e *arrowEncoder) abort()       {}
