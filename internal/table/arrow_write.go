package table

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowEncoder writes an Arrow IPC file, one record batch for some chunks.
type arrowEncoder struct {
	w      *ipc.FileWriter
	schema *arrow.Schema
}

func newArrowEncoder(w io.Writer, fields []Field) (encoder, error) {
	list := make([]arrow.Field, len(fields))
	for j, f := range fields {
		list[j] = arrow.Field{Name: f.Name, Type: arrowType(f), Nullable: true}
	}
	e := &arrowEncoder{schema: arrow.NewSchema(list, nil)}
	var err error
	e.w, err = ipc.NewFileWriter(w, ipc.WithSchema(e.schema))
	return e, err
}

// arrowType returns the type under which f is stored.
func arrowType(f Field) arrow.DataType {
	switch {
	case f.Temporal.Kind == Date:
		return arrow.FixedWidthTypes.Date32
	case f.Temporal.Kind == Timestamp:
		return &arrow.TimestampType{Unit: arrowUnit(f.Temporal.Unit), TimeZone: f.Temporal.Zone}
	}
	return map[Type]arrow.DataType{
		Int8: arrow.PrimitiveTypes.Int8, Int16: arrow.PrimitiveTypes.Int16, Int32: arrow.PrimitiveTypes.Int32, Int64: arrow.PrimitiveTypes.Int64,
		Uint8: arrow.PrimitiveTypes.Uint8, Uint16: arrow.PrimitiveTypes.Uint16, Uint32: arrow.PrimitiveTypes.Uint32, Uint64: arrow.PrimitiveTypes.Uint64,
		Float32: arrow.PrimitiveTypes.Float32, Float64: arrow.PrimitiveTypes.Float64, Bool: arrow.FixedWidthTypes.Boolean, String: arrow.BinaryTypes.String,
	}[f.Type]
}

func (e *arrowEncoder) write(v []vector, n int) error {
	arrays := make([]arrow.Array, len(v))
	for j := range v {
		arrays[j] = arrowArray(&v[j], n)
		defer arrays[j].Release()
	}
	record := array.NewRecordBatch(e.schema, arrays, int64(n))
	defer record.Release()
	return e.w.Write(record)
}

// arrowArray returns the first n values of v. Those of fixed width go into their
// buffer as they are.
func arrowArray(v *vector, n int) arrow.Array {
	var values []byte
	switch v.field.Type {
	case String:
		return arrowStrings(v, n)
	case Bool:
		values = packBits(n, func(i int) bool { return v.ints[i] != 0 })
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
	data := array.NewData(arrowType(*v.field), n, []*memory.Buffer{valid, memory.NewBufferBytes(values)}, nil, missing, 0)
	defer data.Release()
	return array.MakeFromData(data)
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
