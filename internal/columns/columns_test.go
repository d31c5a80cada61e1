package columns

import (
	"fmt"
	"testing"
	"time"

	_ "github.com/nngmix/nngmix/internal/steady"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"
)

func TestTypeName(t *testing.T) {
	for _, tt := range []struct {
		field table.Field
		want  string
	}{
		{table.Field{Type: table.Float32}, "float32"},
		{table.Field{Type: table.Decimal, Precision: 9, Places: 2}, "decimal(9,2)"},
		{table.Field{Type: table.Int32, Temporal: table.Temporal{Kind: table.Date}}, "date"},
		{table.Field{Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Microsecond}}, "timestamp[us]"},
		{table.Field{Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Second, Zone: "UTC"}}, "timestamp[s, UTC]"},
		{table.Field{Type: table.Int64, Temporal: table.Temporal{Kind: table.TimeOfDay, Unit: time.Nanosecond}}, "time[ns]"},
		{table.Field{Type: table.Int64, Temporal: table.Temporal{Kind: table.Duration, Unit: time.Millisecond}}, "duration[ms]"},
	} {
		if got := TypeName(tt.field); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestSomeNames(t *testing.T) {
	var names []string
	for i, want := range map[int]string{0: "", 2: "c0, c1", 8: "c0, c1, c2, c3, c4, c5, c6, c7", 10: "c0, c1, c2, c3, c4, c5, c6, c7 and 2 more"} {
		names = nil
		for j := range i {
			names = append(names, fmt.Sprint("c", j))
		}
		if got := SomeNames(names); got != want {
			t.Errorf("of %d: got %q, want %q", i, got, want)
		}
	}
}

// TestExactTellsValuesApart: across the borders of chunks, two values of a
// column have equal bits just where they are equal, are in the order of the
// numbers, and have their texts.
func TestExactTellsValuesApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(1<<60, 1<<60+3)), 2, ChunkRows+9).Draw(t, "values")
		x, chunk := ExactOf(table.New("c", values)), new(Chunk)
		var bits []uint64
		for from := 0; from < len(values); from += ChunkRows {
			to := min(from+ChunkRows, len(values))
			x.Load(chunk, from, to)
			bits = append(bits, chunk.Bits[:to-from]...)
		}
		for i, v := range values[1:] {
			w, a, b := values[i], bits[i], bits[i+1]
			if (a == b) != (v == w) || x.Less(a, b) != (w < v) || x.Text(b) != fmt.Sprint(v) {
				t.Fatalf("%d and %d: bits %x and %x, text %s", w, v, a, b, x.Text(b))
			}
		}
	})
}

func TestExactTexts(t *testing.T) {
	x, chunk := ExactOf(table.Codes("c", []uint32{0, 1, 2}, []string{"a", "b", "a"})), new(Chunk)
	x.Load(chunk, 0, 3)
	if chunk.Bits[0] != chunk.Bits[2] || chunk.Bits[0] == chunk.Bits[1] || x.Text(chunk.Bits[1]) != "b" {
		t.Errorf("bits %v, want equal texts to have equal ones", chunk.Bits[:3])
	}
	zeros := ExactOf(table.New("c", []float64{0, -1 / 1e400, 0.5}))
	zeros.Load(chunk, 0, 3)
	if chunk.Bits[0] != chunk.Bits[1] || zeros.Text(chunk.Bits[2]) != "0.5" {
		t.Errorf("bits %x, want equal ones of both zeros", chunk.Bits[:3])
	}
}
