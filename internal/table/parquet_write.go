package table

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes row groups of snappy-compressed columns, all of them
// nullable, as pandas and Spark do.
type parquetEncoder struct {
	w       *parquet.GenericWriter[any]
	columns []*parquet.ColumnWriter
	texts   [][][]byte // of String fields: the dictionary
	values  []parquet.Value
	rows    int // in the open row group
	most    int // rows of a row group
}

// groupValues bounds the values of a row group, which is kept in memory until it
// is complete.
const groupValues = 4 << 20

func newParquetEncoder(w io.Writer, fields []Field) (encoder, error) {
	schema := orderedGroup{Group: parquet.Group{}}
	e := &parquetEncoder{texts: make([][][]byte, len(fields)), most: max(groupValues/len(fields), chunkRows)}
	for j, f := range fields {
		schema.Group[f.Name] = parquet.Optional(parquetNode(f))
		schema.names = append(schema.names, f.Name)
		for _, s := range f.Dictionary {
			e.texts[j] = append(e.texts[j], []byte(s))
		}
	}
	e.w = parquet.NewGenericWriter[any](w, parquet.NewSchema("table", schema), parquet.Compression(&parquet.Snappy))
	e.columns = e.w.ColumnWriters()
	return e, nil
}

// parquetNode returns the type under which f is stored.
func parquetNode(f Field) parquet.Node {
	switch {
	case f.Type == String:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case f.Type == Bool:
		return parquet.Leaf(parquet.BooleanType)
	case f.Type == Float32:
		return parquet.Leaf(parquet.FloatType)
	case f.Type == Float64:
		return parquet.Leaf(parquet.DoubleType)
	case f.Temporal.Kind == Date:
		return parquet.Date()
	case f.Temporal.Kind == Timestamp:
		return parquet.TimestampAdjusted(parquetUnit(f.Temporal.Unit), f.Temporal.Zone != "")
	case f.Type >= Uint8:
		return parquet.Uint(8 * f.Type.size())
	default:
		return parquet.Int(8 * f.Type.size())
	}
}

// parquetUnit returns the unit of a timestamp. Parquet has no seconds: they
// become milliseconds.
func parquetUnit(unit time.Duration) parquet.TimeUnit {
	switch unit {
	case time.Nanosecond:
		return parquet.Nanosecond
	case time.Microsecond:
		return parquet.Microsecond
	default:
		return parquet.Millisecond
	}
}

func (e *parquetEncoder) write(v []vector, n int) error {
	for j := range v {
		e.values = e.values[:0]
		for i := range n {
			value, level := parquet.NullValue(), 0
			if v[j].has(i) {
				value, level = e.value(&v[j], i, e.texts[j]), 1
			}
			e.values = append(e.values, value.Level(0, level, j))
		}
		if _, err := e.columns[j].WriteRowValues(e.values); err != nil {
			return fmt.Errorf("column %q: %w", v[j].field.Name, err)
		}
	}
	if e.rows += n; e.rows < e.most {
		return nil
	}
	e.rows = 0
	return e.w.Flush()
}

func (e *parquetEncoder) value(v *vector, i int, texts [][]byte) parquet.Value {
	switch f := v.field; {
	case f.Type == Float64:
		return parquet.DoubleValue(v.floats[i])
	case f.Type == Float32:
		return parquet.FloatValue(float32(v.floats[i]))
	case f.Type == String:
		return parquet.ByteArrayValue(texts[v.ints[i]])
	case f.Type == Bool:
		return parquet.BooleanValue(v.ints[i] != 0)
	case f.Temporal.Unit == time.Second:
		return parquet.Int64Value(1000 * v.ints[i])
	case f.Type.size() == 8:
		return parquet.Int64Value(v.ints[i])
	default:
		return parquet.Int32Value(int32(v.ints[i]))
	}
}

func (e *parquetEncoder) close() error { return e.w.Close() }
func (e *parquetEncoder) abort()       {}

// orderedGroup is a group whose fields keep their order; those of parquet.Group
// stand sorted by name.
type orderedGroup struct {
	parquet.Group
	names []string
}

// Fields returns the fields in the order of the table.
func (g orderedGroup) Fields() []parquet.Field {
	fields := g.Group.Fields()
	at := make(map[string]int, len(g.names))
	for j, name := range g.names {
		at[name] = j
	}
	slices.SortFunc(fields, func(a, b parquet.Field) int { return at[a.Name()] - at[b.Name()] })
	return fields
}

// GoType returns a type for the group, which is never filled.
func (g orderedGroup) GoType() reflect.Type { return reflect.TypeFor[struct{}]() }
