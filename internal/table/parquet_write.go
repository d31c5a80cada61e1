package table

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
)

// parquetEncoder writes row groups of snappy-compressed columns, all of them
// nullable, as pandas and Spark do. NaN, which is a missing value in a table, is
// written as null.
type parquetEncoder struct {
	w       *parquet.GenericWriter[any]
	columns []*parquet.ColumnWriter
	stored  []storedField
	values  []parquet.Value
	rows    int   // in the open row group
	most    int   // rows of a row group
	done    int64 // rows written
}

// groupValues bounds the values of a row group, which is kept in memory until it
// is complete.
const groupValues = 4 << 20

func newParquetEncoder(w io.Writer, fields []Field) (encoder, error) {
	schema := orderedGroup{Group: parquet.Group{}}
	e := &parquetEncoder{most: max(groupValues/len(fields), chunkRows)}
	for _, f := range fields {
		if err := checkUTF8(&f); err != nil {
			return nil, err
		}
		s := storedAs(f)
		for _, text := range f.Dictionary {
			s.texts = append(s.texts, []byte(text))
		}
		schema.Group[f.Name] = parquet.Optional(s.node)
		schema.names = append(schema.names, f.Name)
		e.stored = append(e.stored, s)
	}
	options := []parquet.WriterOption{parquet.NewSchema("table", schema), parquet.Compression(&parquet.Snappy)}
	note, err := noteArrow(fields)
	if err != nil {
		return nil, err
	}
	if note != "" {
		options = append(options, parquet.KeyValueMetadata(arrowNote, note))
	}
	e.w = parquet.NewGenericWriter[any](w, options...)
	e.columns = e.w.ColumnWriters()
	return e, nil
}

// checkUTF8 finds text that no reader of Parquet could read.
func checkUTF8(f *Field) error {
	if !utf8.ValidString(f.Name) {
		return fmt.Errorf("%w: the column name %q is not UTF-8: set --encoding to that of the input", ErrUnsupported, f.Name)
	}
	for _, text := range f.Dictionary {
		if !utf8.ValidString(text) {
			return fmt.Errorf("%w: column %q holds %.60q, which is not UTF-8: set --encoding to that of the input", ErrUnsupported, f.Name, text)
		}
	}
	return nil
}

func (e *parquetEncoder) write(v []vector, n int) error {
	for j := range v {
		e.values = e.values[:0]
		for i := range n {
			value, level := parquet.NullValue(), 0
			if v[j].has(i) {
				var ok bool
				if value, ok = e.stored[j].value(&v[j], i); !ok {
					return fmt.Errorf("%w: column %q, row %d: %d is beyond what %s holds", ErrUnsupported, v[j].field.Name, e.done+int64(i)+1, v[j].ints[i], e.stored[j].node)
				}
				level = 1
			}
			e.values = append(e.values, value.Level(0, level, j))
		}
		if _, err := e.columns[j].WriteRowValues(e.values); err != nil {
			return fmt.Errorf("column %q: %w", v[j].field.Name, err)
		}
	}
	e.done += int64(n)
	if e.rows += n; e.rows < e.most {
		return nil
	}
	e.rows = 0
	return e.w.Flush()
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
