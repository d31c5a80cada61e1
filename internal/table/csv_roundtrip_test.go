package table

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// nasty are texts that look like something else in a CSV file.
var nasty = []string{"NA", "", "null", "NULL", "007", "+5", "1e5", "1,5", "1.5", " x ", "\"", "\"\"", "true", "False", "2024-01-01",
	"2024-01-01 10:00:00", "#x", "#N/A", "-", "é", "a,b", "a;b", "a|b", "tab\tb", "line\nline", "cr\rcr", "crlf\r\ncrlf", "12", "5 kg", "$5",
	"6 %", "1,234.50", "1.234,50", "inf", "-nan", "?", "None", "plain", "two words", "\ufeffx", "sep=;", "18446744073709551616", "1.#IND", "0x1F", "\x00", "N/A", "nil", "'", "\\N"}

var zones = []Temporal{
	{Kind: Timestamp, Unit: time.Second, Zone: "UTC"}, {Kind: Timestamp, Unit: time.Millisecond, Zone: "UTC"},
	{Kind: Timestamp, Unit: time.Microsecond}, {Kind: Timestamp, Unit: time.Nanosecond, Zone: "UTC"},
	form{' ', 0, ""}.temporal(), form{'T', 3, "+05:30"}.temporal(), form{' ', 6, "-08"}.temporal(),
}

// drawCSVColumn draws a column of any type that a file can have.
func drawCSVColumn(t *rapid.T, name string, n int) Column {
	f := Field{Name: name, Type: Type(rapid.IntRange(int(Int8), int(Decimal)).Draw(t, "type"))}
	switch f.Type {
	case Float16:
		f.Type = Float64
	case String:
		f.Dictionary = rapid.SliceOfNDistinct(rapid.SampledFrom(nasty), 1, 4, rapid.ID).Draw(t, "texts")
		return drawn(t, f, n, false, rapid.Uint32Range(0, uint32(len(f.Dictionary)-1)))
	case Decimal:
		f.Precision, f.Places = 18, rapid.IntRange(0, 6).Draw(t, "places")
		return drawn(t, f, n, false, rapid.Int64Range(-1e15, 1e15))
	case Int64:
		if rapid.Bool().Draw(t, "temporal") {
			f.Temporal = rapid.SampledFrom(zones).Draw(t, "zone")
			return drawn(t, f, n, false, rapid.Int64Range(-1e10, 1e10))
		}
	case Int32:
		if rapid.Bool().Draw(t, "temporal") {
			f.Temporal = Temporal{Kind: Date}
			return drawn(t, f, n, false, rapid.Int32Range(-7e5, 2e6))
		}
	}
	return drawColumn(t, f, n, false)
}

// csvOptions are what a reader of a file in style cannot know, and whether that is
// all.
func csvOptions(style Style, columns []Column) (ReadOptions, bool) {
	opt := ReadOptions{Header: HeaderYes, Kinds: map[string]Kind{}}
	if style.NoHeader {
		opt.Header = HeaderNo
	}
	few := style.NoHeader && columns[0].Len() < 3 // to tell a delimiter from text
	if few || len(columns) == 1 || style.Delimiter == ' ' || style.Delimiter == ':' {
		opt.Delimiter = style.Delimiter
	}
	if few || style.Delimiter == ',' && style.Decimal == ',' {
		opt.Decimal = style.Decimal
	}
	for j, c := range columns {
		// A text that is a number and has the delimiter in it, such as 1,5, is in
		// quotes whatever it means.
		if f := c.Field(); slices.ContainsFunc(f.Dictionary, func(s string) bool {
			return bytes.ContainsRune([]byte(s), style.Delimiter) && (&rules{decimal: '.'}).classify([]byte(s)) != words
		}) {
			name := f.Name
			if style.NoHeader {
				name = numbered(j)
			}
			if opt.Kinds[name] = AsText; c.CountMissing(0, c.Len()) > 0 && (len(columns) == 1 || style.Delimiter == ' ') {
				return opt, false // NULL would be text
			}
		}
	}
	return opt, true
}

// TestCSVRoundTrip writes tables of every type in every style and reads them back:
// numbers come back as numbers, text as text, missing values as such.
func TestCSVRoundTrip(t *testing.T) {
	for _, format := range []string{"csv", "csv.gz", "csv.zst"} {
		path := filepath.Join(t.TempDir(), "t."+format)
		t.Run(format, rapid.MakeCheck(func(t *rapid.T) {
			n := rapid.IntRange(1, 30).Draw(t, "n")
			var columns []Column
			var fields []Field
			for j := range rapid.IntRange(1, 5).Draw(t, "columns") {
				c := drawCSVColumn(t, fmt.Sprintf("%s%d", rapid.SampledFrom([]string{"c", "#", "a b", "x;y", "say \"", "é,", "1"}).Draw(t, "name"), j), n)
				columns, fields = append(columns, c), append(fields, c.Field())
			}
			style := Style{
				Delimiter: rapid.SampledFrom([]rune{',', ';', '\t', '|', ' ', ':', '§'}).Draw(t, "delimiter"),
				Decimal:   rapid.SampledFrom([]rune{0, ','}).Draw(t, "decimal"),
				NoHeader:  rapid.Bool().Draw(t, "headless"), CRLF: rapid.Bool().Draw(t, "crlf"),
			}
			opt, ok := csvOptions(style, columns)
			if !ok {
				t.Skip()
			}
			if style.Delimiter == '§' {
				opt.Delimiter = '§'
			}
			opt.Threads = rapid.IntRange(1, 3).Draw(t, "threads")
			w, err := Create(path, fields, WriteOptions{Rows: int64(n), Force: true, Style: style})
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Write(columns, 0, n); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			tab, err := Read(t.Context(), path, opt)
			if err != nil {
				t.Fatal(err)
			}
			if tab.Rows != n || len(tab.Columns) != len(columns) {
				t.Fatalf("%d rows and %d columns, want %d and %d", tab.Rows, len(tab.Columns), n, len(columns))
			}
			for j, got := range tab.Columns {
				if !style.NoHeader && got.Name() != fields[j].Name {
					t.Fatalf("column %q, want %q", got.Name(), fields[j].Name)
				}
				for i := range n {
					if err := sameCell(got, columns[j], i); err != nil {
						t.Fatalf("column %d (%+v) row %d: %v", j, got.Field(), i, err)
					}
				}
			}
		}))
	}
}

// sameCell compares a value with what was written.
func sameCell(got, want Column, i int) error {
	g, w := []int64{0}, []int64{0}
	got.Ints(g, i, i+1)
	want.Ints(w, i, i+1)
	gf, wf := got.Field(), want.Field()
	ok, x, y := false, got.Float(i), want.Float(i)
	switch {
	case got.Missing(i) || want.Missing(i):
		ok = got.Missing(i) == want.Missing(i)
	case wf.Type == String:
		ok = gf.Type == String && gf.Dictionary[g[0]] == wf.Dictionary[w[0]]
	case wf.Temporal.Kind == Timestamp:
		ok = gf.Temporal.Kind == Timestamp && gf.Temporal.Zone == wf.Temporal.Zone &&
			time.Unix(0, 0).Add(time.Duration(g[0])*gf.Temporal.Unit).Equal(time.Unix(0, 0).Add(time.Duration(w[0])*wf.Temporal.Unit)) ||
			gf.Type == Int64 && wf.Temporal.Unit >= time.Millisecond && g[0]*int64(gf.Temporal.Unit/wf.Temporal.Unit+0) == w[0]
	case wf.Temporal.Kind == Date:
		ok = gf.Temporal.Kind == Date && g[0] == w[0]
	case wf.Type == Float32:
		ok = gf.Type == Float64 && float32(x) == float32(y) || float32(x) == float32(y) && gf.Type.Integer()
	case wf.Type == Decimal:
		text := string(appendDecimal(nil, w[0], wf.Places))
		y, _ = strconv.ParseFloat(text, 64)
		ok = x == y && gf.Type != String
	case wf.Type.Float():
		ok = gf.Type == Float64 && math.Float64bits(x) == math.Float64bits(y)
	case wf.Type == Bool:
		ok = gf.Type == Bool && g[0] == w[0]
	default:
		ok = gf.Type.Integer() && gf.Temporal.Kind == NotTemporal && g[0] == w[0] && (gf.Type == Uint64 || wf.Type != Uint64 || w[0] >= 0)
	}
	if !ok {
		return fmt.Errorf("%v, want %v", cell(got, i), cell(want, i))
	}
	return nil
}
