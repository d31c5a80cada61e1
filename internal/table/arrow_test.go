package table

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	f16 "github.com/apache/arrow-go/v18/arrow/float16"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// foreign returns a record with types that this package does not write.
func foreign() arrow.RecordBatch {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "half", Type: arrow.FixedWidthTypes.Float16, Nullable: true},
		{Name: "large", Type: arrow.BinaryTypes.LargeString, Nullable: true},
		{Name: "coded", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
		{Name: "seconds", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "Europe/Zurich"}},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	half := b.Field(0).(*array.Float16Builder)
	half.Append(f16.New(1.5))
	half.AppendNull()
	half.Append(f16.New(-2))
	b.Field(1).(*array.LargeStringBuilder).AppendValues([]string{"x", "y", "x"}, []bool{true, true, false})
	coded := b.Field(2).(*array.BinaryDictionaryBuilder)
	for _, s := range []string{"q", "p"} {
		if err := coded.AppendString(s); err != nil {
			panic(err)
		}
	}
	coded.AppendNull()
	b.Field(3).(*array.TimestampBuilder).AppendValues([]arrow.Timestamp{0, 1, -1}, nil)
	return b.NewRecordBatch()
}

// stream returns records as an IPC stream.
func stream(tb testing.TB, records ...arrow.RecordBatch) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(records[0].Schema()), ipc.WithZstd())
	for _, r := range records {
		if err := w.Write(r); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func TestReadArrowStream(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.arrow")
	whole := foreign()
	if err := os.WriteFile(path, stream(t, whole, whole.NewSlice(1, 3)), 0o666); err != nil {
		t.Fatal(err)
	}
	tab, err := Read(t.Context(), path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := `half float16: 1.5 - -2 - -2
large string: "x" "y" - "y" -
coded string: "q" "p" - "p" -
seconds int64: 0 1 -1 1 -1
`
	if got := show(tab); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}

	// Seconds and their zone survive in Arrow; Parquet has milliseconds.
	fields := []Field{tab.Columns[3].Field()}
	for name, want := range map[string]string{"t2.arrow": "seconds int64: 0 1 -1 1 -1\n", "t2.parquet": "seconds int64: 0 1000 -1000 1000 -1000\n"} {
		out := filepath.Join(t.TempDir(), name)
		writeAll(t, out, fields, tab.Columns[3:], WriteOptions{Rows: 5})
		again, err := Read(t.Context(), out, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := show(again); got != want {
			t.Errorf("%s: got %s", name, got)
		}
		if name == "t2.arrow" && again.Columns[0].Field().Temporal != fields[0].Temporal {
			t.Errorf("field %+v", again.Columns[0].Field())
		}
	}
}

func TestReadArrowErrors(t *testing.T) {
	one := func(typ arrow.DataType, fill func(array.Builder)) []byte {
		b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{{Name: "ok", Type: arrow.PrimitiveTypes.Int8}, {Name: "odd", Type: typ}}, nil))
		b.Field(0).(*array.Int8Builder).Append(1)
		fill(b.Field(1))
		return stream(t, b.NewRecordBatch())
	}
	for _, tc := range []struct {
		name  string
		bytes []byte
		is    error
		want  string
	}{
		{"list", one(arrow.ListOf(arrow.PrimitiveTypes.Int8), func(b array.Builder) { b.(*array.ListBuilder).Append(true) }), ErrUnsupported, `column "odd" is list<`},
		{"struct", one(arrow.StructOf(arrow.Field{Name: "a", Type: arrow.PrimitiveTypes.Int8}), func(b array.Builder) {
			b.(*array.StructBuilder).AppendValues([]bool{true})
			b.(*array.StructBuilder).FieldBuilder(0).AppendNull()
		}), ErrUnsupported, `column "odd" is struct<`},
		{"interval", one(arrow.FixedWidthTypes.MonthInterval, func(b array.Builder) { b.AppendNull() }), ErrUnsupported, `column "odd" is month_interval`},
		{"large decimal", one(&arrow.Decimal128Type{Precision: 38, Scale: 2}, func(b array.Builder) { b.(*array.Decimal128Builder).Append(decimal128.New(1, 0)) }), ErrUnsupported, `column "odd": table: kind of column that cannot be used: row 0 holds 184467440737095516.16, which does not fit 64 bits: cast the column to float64 before, or leave it out with --drop odd`},
		{"not UTF-8", one(arrow.BinaryTypes.String, func(b array.Builder) { b.(*array.StringBuilder).Append("\xff") }), ErrUnsupported, `column "odd": table: kind of column that cannot be used: row 0 holds "\xff", which is no UTF-8 text`},
		{"bytes", one(arrow.BinaryTypes.Binary, func(b array.Builder) { b.(*array.BinaryBuilder).Append([]byte{0xc3}) }), ErrUnsupported, "(the column is binary)"},
		{"feather 1", []byte("FEA1............"), ErrUnsupported, "Feather version 1"},
		{"text", []byte("a,b\n1,2\n"), ErrCorrupt, ""},
		{"short", []byte("A"), ErrCorrupt, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.feather")
			if err := os.WriteFile(path, tc.bytes, 0o666); err != nil {
				t.Fatal(err)
			}
			_, err := Read(t.Context(), path, ReadOptions{})
			if !errors.Is(err, tc.is) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
			if strings.Contains(tc.want, "odd") {
				tab, err := Read(t.Context(), path, ReadOptions{Drop: []string{"odd"}})
				if err != nil || show(tab) != "ok int8: 1\n" {
					t.Errorf("without the column: %v", err)
				}
			}
		})
	}
}
