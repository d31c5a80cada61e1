package tools

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

func TestDescribeColumn(t *testing.T) {
	day := table.Temporal{Kind: table.Date}
	utc := table.Temporal{Kind: table.Timestamp, Unit: time.Millisecond, Zone: "UTC"}
	live := func(f table.Field, v ...int64) table.Column {
		gaps := make([]bool, len(v))
		gaps[0] = true
		return table.Live(f, v, gaps)
	}
	many := make([]int64, 3000)
	for i := range many {
		many[i] = int64(i)
	}
	for _, tt := range []struct {
		column table.Column
		want   string
	}{
		{table.New("c", []float64{0, 0.5, math.Inf(1), -1e300}), "float64 missing 0 infinite 1 values 4 -1e+300 0.5"},
		{table.New("c", []float32{0.1, 0.1, 0.2}), "float32 missing 0 infinite 0 values 2 0.1 0.2"},
		{live(table.Field{Type: table.Uint64}, 0, -1, 3), "uint64 missing 1 infinite 0 values 2 3 18446744073709551615"},
		{live(table.Field{Type: table.Decimal, Precision: 9, Places: 2}, 0, -5, 1050), "decimal(9,2) missing 1 infinite 0 values 2 -0.05 10.50"},
		{live(table.Field{Type: table.Int32, Temporal: day}, 0, 1, 19000), "date missing 1 infinite 0 values 2 1970-01-02 2022-01-08"},
		{live(table.Field{Type: table.Int64, Temporal: utc}, 0, 1500, 0), "timestamp[ms, UTC] missing 1 infinite 0 values 2 1970-01-01T00:00:00Z 1970-01-01T00:00:01.5Z"},
		{live(table.Field{Type: table.Bool}, 0, 1, 0), "bool missing 1 infinite 0 values 2 false true"},
		{table.Codes("c", []uint32{0, 1, 2}, []string{"a", "b", "a"}), "string missing 0 infinite 0 values 2  "},
		{live(table.Field{Type: table.Int64, Role: table.Index}, 0, 1), "int64 missing 1 infinite 0 values 1 1 1"},
		{table.New("c", many), "int64 missing 0 infinite 0 values > 1000 0 2999"},
		{live(table.Field{Type: table.Int64}, 0), "int64 missing 1 infinite 0 values 0  "},
	} {
		scan := newColumnScan(tt.column.Field())
		for i := range tt.column.Len() {
			scan.add(table.Rows(tt.column, i, i+1))
		}
		c := scan.info()
		got := fmt.Sprintf("%s missing %d infinite %d values %s %s %s", c.Type, c.Missing, c.Infinite, c.valuesText(), orEmpty(c.Min), orEmpty(c.Max))
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestDistinctRowsProperty compares with a count by the texts of rows, across
// the borders of chunks.
func TestDistinctRowsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2*columns.ChunkRows+5).Draw(t, "rows")
		of := rapid.Int64Range(1, 50).Draw(t, "values")
		seed := rapid.Int64().Draw(t, "seed")
		ints, floats, codes, gaps := make([]int64, n), make([]float64, n), make([]uint32, n), make([]bool, n)
		rows := map[string]bool{}
		for i := range n {
			x := (int64(i)*seed%of + of) % of
			ints[i], floats[i], codes[i], gaps[i] = 1<<60+x/2, float64(x%3), uint32(x%4), x%7 == 0
			row := fmt.Sprint(ints[i], gaps[i], floats[i], "aab"[min(2, codes[i])])
			if gaps[i] {
				row = fmt.Sprint(floats[i], "aab"[min(2, codes[i])])
			}
			rows[row] = true
		}
		columns := []table.Column{table.Live(table.Field{Name: "i", Type: table.Int64}, ints, gaps), table.New("f", floats), table.Codes("t", codes, []string{"a", "a", "b", "b"})}
		whole := &table.Table{Columns: columns, Rows: n}
		batches := whole.InBatches(rapid.IntRange(n/9+1, n).Draw(t, "batch"))
		got, err := distinctRows(t.Context(), batches, []int{0, 1, 2}, int64(n)*rapid.Int64Range(20, 100).Draw(t, "bytes a row"))
		if err != nil || got != len(rows) {
			t.Fatalf("%d distinct rows (%v), want %d", got, err, len(rows))
		}
	})
}

func TestReadingLines(t *testing.T) {
	r := readingOf(table.Field{Reading: &table.Reading{
		Why:     "007 in row 3 would lose its zeros as a number",
		Markers: []table.Marker{{Text: "?", Count: 3, Row: 17}, {Text: "n/a", Count: 1, Row: 2}},
	}})
	want := []string{"007 in row 3 would lose its zeros as a number", `taken as missing: "?" in 3 rows, the first in row 17; "n/a" in 1 row, the first in row 2`}
	if diff := cmp.Diff(want, r.lines()); diff != "" {
		t.Error(diff)
	}
}
