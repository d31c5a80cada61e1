package table

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestParseInstant compares with package time, on texts in the layouts of forms
// and on ones that are damaged.
func TestParseInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := form{
			separator: rapid.SampledFrom([]byte{0, 'T', ' '}).Draw(t, "separator"),
			point:     rapid.IntRange(0, 9).Draw(t, "digits"),
			zone:      rapid.SampledFrom([]string{"", "Z", "+02:00", "-0330", "+00"}).Draw(t, "zone"),
		}
		if f.separator == 0 {
			f = form{}
		}
		temporal := f.temporal()
		at := time.Unix(rapid.Int64Range(-9e9, 9e9).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanos")).In(temporal.location())
		text := at.Format(temporal.Layout)
		cell := []byte(text)
		if rapid.Bool().Draw(t, "damaged") {
			cell[rapid.IntRange(0, len(cell)-1).Draw(t, "at")] = rapid.SampledFrom([]byte("0123459:-+ TZ.")).Draw(t, "byte")
		}
		want, err := time.Parse(temporal.Layout, string(cell))
		canonical := err == nil && want.Format(temporal.Layout) == string(cell)
		got, ok := parseInstant(cell)
		if !ok && canonical {
			t.Fatalf("%q is no time, %v for package time", cell, want)
		}
		if !ok || got.form != f {
			return
		}
		unit := temporal.Unit
		if f.separator == 0 {
			unit = 24 * time.Hour
		}
		count, ok := got.count(unit)
		if !ok && unit == time.Nanosecond && (want.Year() < 1678 || want.Year() > 2261) {
			return
		}
		if !ok || !canonical {
			t.Fatalf("%q: counts %v, package time says %v", cell, ok, err)
		}
		back := time.Unix(count*86400, 0)
		if unit <= time.Second {
			per := int64(time.Second / unit)
			back = time.Unix(count/per, count%per*int64(unit))
		}
		if !back.Equal(want) {
			t.Fatalf("%q is %v, want %v", cell, back, want)
		}
	})
}

// TestTimesKeepTheirText reads times, and writes them as they were.
func TestTimesKeepTheirText(t *testing.T) {
	for _, tc := range []struct{ typ, cells string }{
		{"int32", "2024-02-29 1969-12-31 0001-01-01 9999-12-31"},
		{"int64", "2024-01-01T10:00:00 1969-12-31T23:59:59"},
		{"int64", "2024-01-01T10:00:00.50 1969-12-31T23:59:59.99"},
		{"int64", "2024-01-01T10:00:00.123456Z 1677-12-31T23:59:59.000000Z"},
		{"int64", "2024-01-01T10:00:00+05:30 2024-07-01T10:00:00+05:30"},
		{"int64", "2024-01-01T10:00:00.1-03 2024-07-01T10:00:00.0-03"},
		{"string", "2024-01-01T10:00:00+01:00 2024-07-01T10:00:00+02:00"},
		{"string", "2024-01-01T10:00:00.5 2024-07-01T10:00:00.25"},
		{"string", "2024-01-01 2024-07-01T10:00:00"},
		{"string", "2024-02-30 2024-01-01"},
		{"string", "2024-01-01T10:00:60 2024-01-01T24:00:00"},
		{"string", "2024-01-01T10:00:00-00:00 2024-01-01T10:00:00-00:00"},
		{"string", "0001-01-01T10:00:00.000000000 2024-01-01T10:00:00.000000000"},
		{"string", "01/02/2024 2024-01-01"},
	} {
		text := "when,b\n"
		for _, cell := range strings.Fields(tc.cells) {
			text += cell + ",1\n"
		}
		tab, err := readText(t, "t.csv", text, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := tab.Columns[0].Type().String(); got != tc.typ {
			t.Errorf("%s: %s, want %s", tc.cells, got, tc.typ)
		}
		var out strings.Builder
		writeAll(t, "-", []Field{tab.Columns[0].Field(), tab.Columns[1].Field()}, tab.Columns, WriteOptions{Rows: -1, Stdout: &out})
		if got := strings.ReplaceAll(out.String(), `"`, ""); got != text {
			t.Errorf("read\n%swritten\n%s", text, got)
		}
	}
}

// TestAskedTimes: forms may differ where the user says that they are times.
func TestAskedTimes(t *testing.T) {
	tab, err := readText(t, "t.csv", "a\n1970-01-01T00:00:01Z\n1970-01-01 01:00:00.25+01:00\n", ReadOptions{Kinds: map[string]Kind{"a": AsTime}})
	if err != nil {
		t.Fatal(err)
	}
	f := tab.Columns[0].Field()
	if got := show(tab); got != "a int64: 1000 250\n" || f.Temporal.Unit != time.Millisecond || f.Temporal.Zone != "UTC" {
		t.Errorf("got %s %+v", got, f.Temporal)
	}
}

// TestTimesOfOtherForms: a time of the first form counts as the others do once a
// finer one came.
func TestTimesOfOtherForms(t *testing.T) {
	tab, err := readText(t, "t.csv", "a\n1970-01-01T00:00:01\n1970-01-01T00:00:00.250\n1970-01-01T00:00:02\n", ReadOptions{Kinds: map[string]Kind{"a": AsTime}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(tab), "a int64: 1000 250 2000\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
