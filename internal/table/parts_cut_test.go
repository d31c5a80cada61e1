package table

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// narrower returns rows from ≤ i < to of c in a type that holds them, drawn.
func narrower(t *rapid.T, c Column, from, to int) Column {
	field, all := c.Field(), []piece{{part: &part{}, column: c, from: from, n: to - from}}
	if field.Type != Int64 || field.Temporal.Kind != NotTemporal || !rapid.Bool().Draw(t, "narrow") {
		return gather(field, all)
	}
	for _, typ := range []Type{Int8, Uint8, Int16, Uint16, Int32, Uint32} {
		lo, hi := typ.bounds()
		if all[0].all(func(v int64) bool { return float64(v) >= lo && float64(v) <= hi }) {
			field.Type = typ
			break
		}
	}
	return gather(field, all)
}

// TestCutTable: a table cut into parts of any formats is the table.
func TestCutTable(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(7, 60).Draw(t, "n")
		_, columns := drawTable(t, n, String, false)
		formats := rapid.SampledFrom([][]string{{"csv", "csv.gz", "csv.zst"}, {"parquet", "arrow"}, {"csv", "parquet", "arrow"}}).Draw(t, "formats")
		count := rapid.SampledFrom([]int{1, 2, 7}).Draw(t, "parts")
		cuts := []int{0, n}
		for len(cuts) <= count {
			cuts = append(cuts, rapid.IntRange(0, n).Draw(t, "cut"))
		}
		slices.Sort(cuts)
		whole := save(t, filepath.Join(dir, "whole."+formats[0]), prepared(columns, formats)...)
		var parts []Part
		for k := range count {
			var some []Column
			for _, c := range prepared(columns, formats) {
				if cuts[k] == cuts[k+1] && formats[0] == "parquet" {
					some = append(some, gather(c.Field(), nil))
				} else {
					some = append(some, narrower(t, c, cuts[k], cuts[k+1]))
				}
			}
			format := rapid.SampledFrom(formats).Draw(t, "format")
			parts = append(parts, Part{Path: save(t, filepath.Join(dir, fmt.Sprintf("%d.%s", k, format)), some...)})
		}
		want, err := Read(context.Background(), whole, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, threads := range []int{1, 2, 5} {
			got, err := ReadParts(context.Background(), parts, ReadOptions{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			if got.Rows != n || len(got.Columns) != len(want.Columns) {
				t.Fatalf("%d rows of %d columns, want %d of %d", got.Rows, len(got.Columns), n, len(want.Columns))
			}
			if a, b := values(got), values(want); a != b {
				t.Fatalf("got\n%s\nwant\n%s", a, b)
			}
		}
	})
}

// prepared returns columns that come back the same from all of the formats: a
// float32 is another number when it comes from text.
func prepared(columns []Column, formats []string) []Column {
	var out []Column
	for _, c := range columns {
		f := c.Field()
		if f.Type == Float32 {
			f.Type = Float64
		}
		out = append(out, gather(f, []piece{{part: &part{}, column: c, n: c.Len()}}))
	}
	return out
}

// values shows a table without its types.
func values(t *Table) string {
	var b strings.Builder
	for _, c := range t.Columns {
		text := asText(c)
		one := make([]int64, 1)
		fmt.Fprintf(&b, "%q %d %s:", c.Name(), c.Field().Temporal.Kind, c.Field().Temporal.Zone)
		for i := range t.Rows {
			text.Ints(one, i, i+1)
			switch {
			case c.Missing(i):
				b.WriteString(" _")
			case c.Type().Float(), c.Type().Integer() && c.Field().Temporal.Kind == NotTemporal:
				fmt.Fprintf(&b, " %v", exactly(c, i))
			default:
				fmt.Fprintf(&b, " %q", text.Dictionary()[one[0]])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func asText(c Column) Column {
	if c.Type() == String {
		return c
	}
	return spell(c)
}

// exactly returns the number in row i of c, the same text for the same number.
func exactly(c Column, i int) string {
	one := make([]int64, 1)
	c.Ints(one, i, i+1)
	switch x := c.Float(i); {
	case c.Type() == Uint64:
		return fmt.Sprint(uint64(one[0]))
	case c.Type().Float() && (x != float64(one[0]) || x >= 1<<63):
		return fmt.Sprint(x)
	default:
		return fmt.Sprint(one[0])
	}
}
