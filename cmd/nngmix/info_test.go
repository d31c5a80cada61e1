package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"
)

// readInfo is what info --json prints, as others read it.
type readInfo struct {
	Rows         int `json:"rows"`
	DistinctRows int `json:"distinct_rows"`
	Label        *struct {
		Name   string       `json:"name"`
		Counts []valueCount `json:"counts"`
	} `json:"label"`
	Columns []struct {
		Name, Type, Role, Why string
		Missing, Infinite     int
		Distinct              int
		More                  bool `json:"distinct_more"`
		Min, Max              json.RawMessage
		Markers               []table.Marker
	} `json:"columns"`
}

func infoOf(t *testing.T, text string) *readInfo {
	t.Helper()
	var info readInfo
	if err := json.Unmarshal([]byte(text), &info); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return &info
}

func (i *readInfo) names() (names []string) {
	for _, c := range i.Columns {
		names = append(names, c.Name)
	}
	return names
}

// TestInfoOfExactValues looks at integers that float64 rounds to two values.
func TestInfoOfExactValues(t *testing.T) {
	var text strings.Builder
	text.WriteString("id,big,y\n")
	for i := range 40 {
		fmt.Fprintf(&text, "%d,%d,%d\n", int64(1582218195625938945)+int64(i), uint64(math.MaxUint64)-uint64(i), i%2)
	}
	info := infoOf(t, must(t, "info", writeText(t, "in.csv", text.String()), "--label", "y", "--json"))
	if info.Rows != 40 || info.DistinctRows != 40 {
		t.Errorf("%d distinct rows of %d, want 40 of 40", info.DistinctRows, info.Rows)
	}
	id := info.Columns[0]
	if id.Distinct != 40 || string(id.Min) != "1582218195625938945" || string(id.Max) != "1582218195625938984" {
		t.Errorf("id has %d values, %s to %s", id.Distinct, id.Min, id.Max)
	}
	if len(info.Label.Counts) != 2 || info.Label.Counts[0] != (valueCount{"0", 20}) {
		t.Errorf("labels %v", info.Label.Counts)
	}
}

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
		c := describeColumn(tt.column)
		got := fmt.Sprintf("%s missing %d infinite %d values %s %s %s", c.Type, c.Missing, c.Infinite, c.valuesText(), orEmpty(c.Min), orEmpty(c.Max))
		if got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// TestDistinctRowsProperty compares with a count by the texts of rows, across the
// borders of chunks.
func TestDistinctRowsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2*chunkRows+5).Draw(t, "rows")
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
		got, err := distinctRows(t.Context(), columns, n)
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

// TestInfoRoles tells which columns are not searched and what changes it.
func TestInfoRoles(t *testing.T) {
	var text strings.Builder
	text.WriteString("name,code,empty,y\n")
	for i := range 120 {
		fmt.Fprintf(&text, "n%d,c%d,,%d\n", i, i%3, i%2)
	}
	in := writeText(t, "in.csv", text.String())
	for _, tt := range []struct{ args, want string }{
		{"", "left out, feature, left out"},
		{"--categorical=name", "feature, feature, left out"},
	} {
		info := infoOf(t, must(t, append([]string{"info", in, "--label", "y", "--json"}, strings.Fields(tt.args)...)...))
		var roles []string
		for _, c := range info.Columns {
			roles = append(roles, c.Role)
		}
		if got := strings.Join(roles, ", "); got != tt.want {
			t.Errorf("%s: roles %s, want %s", tt.args, got, tt.want)
		}
	}
	if out := must(t, "info", in, "--label", "y"); !strings.Contains(out, "name: not searched: text with 120 different values in 120 rows; --categorical name makes it a feature") {
		t.Errorf("info does not say why a column is left out:\n%s", out)
	}
}
