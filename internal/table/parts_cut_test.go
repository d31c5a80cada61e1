package table

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
		whole := save(t, filepath.Join(dir, "whole."+formats[0]), prepared(columns)...)
		var parts []Part
		for k := range count {
			var some []Column
			for _, c := range prepared(columns) {
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
		sameInStream(t, parts, ReadOptions{})
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

// prepared returns columns that come back the same from all formats: a float32 is
// another number when it comes from text, and text has years of four digits.
func prepared(columns []Column) []Column {
	var out []Column
	for _, c := range columns {
		f := c.Field()
		if f.Type == Float32 {
			f.Type = Float64
		}
		switch d := c.(type) {
		case *dense[int64]:
			if f.Temporal.Kind == Timestamp {
				c = recent(*d, 1e13)
			}
		case *dense[int32]:
			if f.Temporal.Kind == Date {
				c = recent(*d, 1e5)
			}
		}
		out = append(out, gather(f, []piece{{part: &part{}, column: c, n: c.Len()}}))
	}
	return out
}

// recent returns d with times nearer to 1970 than limit.
func recent[T int32 | int64](d dense[T], limit T) Column {
	d.data = slices.Clone(d.data)
	for i := range d.data {
		d.data[i] %= limit
	}
	return &d
}

// values shows a table without its types.
func values(t *Table) string {
	var b strings.Builder
	for _, c := range t.Columns {
		text := asText(c)
		one := make([]int64, 1)
		fmt.Fprintf(&b, "%q", c.Name())
		if c.CountMissing(0, t.Rows) < t.Rows {
			fmt.Fprintf(&b, " %d %s", c.Field().Temporal.Kind, c.Field().Temporal.Zone)
		}
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
	return spell(c, new(dictionary))
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

// TestCutCSV: a CSV file cut into parts is read as the file, types, dictionaries and
// markers included.
func TestCutCSV(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "n")
		var columns []Column
		var fields []Field
		for j := range rapid.IntRange(2, 4).Draw(t, "columns") {
			c := drawCSVColumn(t, fmt.Sprintf("c%d", j), n)
			columns, fields = append(columns, c), append(fields, c.Field())
		}
		style := Style{Delimiter: rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "delimiter"), NoHeader: rapid.Bool().Draw(t, "headless")}
		opt, ok := csvOptions(style, columns)
		if !ok {
			t.Skip()
		}
		opt.Delimiter = style.Delimiter // of a row alone it cannot be told
		write := func(path string, from, to int) Part {
			w, err := Create(path, fields, WriteOptions{Rows: -1, Force: true, Style: style})
			if err == nil {
				err = w.Write(columns, from, to)
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			return Part{Path: path}
		}
		var parts []Part
		for from := 0; from < n; {
			to := rapid.IntRange(from+1, n).Draw(t, "to")
			parts = append(parts, write(filepath.Join(dir, fmt.Sprintf("%d.csv", len(parts))), from, to))
			from = to
		}
		want, wrong := Read(context.Background(), write(filepath.Join(dir, "whole.csv"), 0, n).Path, opt)
		got, err := ReadParts(context.Background(), parts, opt)
		if (wrong == nil) != (err == nil) {
			t.Fatalf("got %v, want %v", err, wrong)
		}
		if wrong != nil {
			return
		}
		for j, c := range got.Columns {
			f, g := c.Field(), want.Columns[j].Field()
			if f.Name != g.Name || f.Type != g.Type || f.Temporal != g.Temporal || !slices.Equal(f.Dictionary, g.Dictionary) {
				t.Fatalf("column %+v, want %+v", f, g)
			}
			if r, s := f.Reading, g.Reading; (r == nil) != (s == nil) || r != nil && (!slices.Equal(r.Markers, s.Markers) || r.Odd != s.Odd) {
				t.Fatalf("column %s: %+v, want %+v", f.Name, r, s)
			}
		}
		if d := cmp.Diff(values(want), values(got)); d != "" || got.Style != want.Style {
			t.Fatal(d, got.Style, want.Style)
		}
	})
}
