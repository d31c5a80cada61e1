package table

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// smallSegments has segments of a spool end with each block of text.
func smallSegments(t *testing.T) {
	was := spoolValues
	spoolValues = 1
	t.Cleanup(func() { spoolValues = was })
}

// turning is a column of a CSV file whose values are of one sort up to a row, and of
// another from there on.
type turning struct {
	name          string
	before, after func(i int) string
	kind          Kind
}

func whole12(i int) string { return fmt.Sprint(i % 1000 * 37) }

var turnings = []turning{
	{"unknown to integer", func(int) string { return "" }, whole12, KindAuto},
	{"unknown to floating", func(int) string { return "NA" }, func(i int) string { return fmt.Sprint(float64(i) / 8) }, KindAuto},
	{"unknown to text", func(int) string { return "" }, func(i int) string { return fmt.Sprintf("w%d", i%5) }, KindAuto},
	{"weak markers to text", func(int) string { return "NA" }, func(i int) string { return fmt.Sprintf("w%d", i%5) }, KindAuto},
	{"integer to floating", whole12, func(i int) string { return fmt.Sprint(float64(i) / 8) }, KindAuto},
	{"integer to beyond int64", whole12, func(i int) string { return fmt.Sprint(uint64(1)<<63 + uint64(i)) }, KindAuto},
	{"even beyond to floating", func(i int) string { return fmt.Sprint(uint64(1)<<63 + uint64(i)<<12) }, func(i int) string { return "0.5" }, KindAuto},
	{"integer to code", whole12, func(i int) string { return fmt.Sprintf("%05d", i%7) }, KindAuto},
	{"integer to gaps", whole12, func(int) string { return "NULL" }, KindAuto},
	{"floating to cut", func(i int) string { return fmt.Sprint(float64(i) / 8) }, func(i int) string { return fmt.Sprintf("99999999999999.%04d", i%10000) }, KindAuto},
	{"floating to cut and an exponent", func(i int) string { return fmt.Sprint(float64(i) / 8) }, func(i int) string {
		if i%3 == 0 {
			return "1e5"
		}
		return fmt.Sprintf("99999999999999.%04d", i%10000)
	}, KindAuto},
	{"truths to words", func(i int) string { return fmt.Sprint(i%2 == 0) }, func(i int) string { return "perhaps" }, KindAuto},
	{"truths to gaps", func(i int) string { return fmt.Sprint(i%2 == 0) }, func(i int) string { return "NA" }, KindAuto},
	{"days", func(i int) string { return fmt.Sprintf("2024-01-%02d", 1+i%28) }, func(i int) string { return fmt.Sprintf("1969-12-%02d", 1+i%28) }, KindAuto},
	{"days to stamps", func(i int) string { return fmt.Sprintf("2024-01-%02d", 1+i%28) }, func(i int) string { return "2024-01-01T00:00:00" }, KindAuto},
	{"seconds to milliseconds", func(i int) string { return fmt.Sprintf("2024-01-01T00:00:%02d", i%60) }, func(i int) string { return fmt.Sprintf("2024-01-01T00:00:%02d.25%d", i%60, i%10) }, AsTime},
	{"milliseconds to seconds", func(i int) string { return fmt.Sprintf("2024-01-01T00:00:%02d.250", i%60) }, func(i int) string { return fmt.Sprintf("2024-01-01T00:00:%02d", i%60) }, AsTime},
	{"integers asked for numbers", whole12, func(i int) string { return fmt.Sprintf("$%d.5", i) }, AsNumber},
	{"codes as text", func(i int) string { return fmt.Sprintf("%03d", i%100) }, func(i int) string { return "NA" }, AsText},
	{"categories", whole12, func(i int) string { return fmt.Sprint(i % 3) }, AsCategory},
	{"categories to fractions", whole12, func(i int) string { return ".5" }, AsCategory},
	{"quoted missing", func(i int) string { return `"x"` }, func(i int) string { return `"gone"` }, KindAuto},
	{"quoted numbers", func(i int) string { return fmt.Sprintf(`"%d"`, i%9) }, func(i int) string { return `"1"` }, KindAuto},
	{"rare words among numbers", whole12, func(i int) string {
		if i%1000 == 0 {
			return "odd"
		}
		return "1"
	}, KindAuto},
	{"numbers among words", func(i int) string { return fmt.Sprintf("w%d", i%3) }, whole12, KindAuto},
	{"missing numbers", whole12, func(i int) string { return fmt.Sprint(-999 + i%2) }, KindAuto},
}

// TestTurningColumns: what a column turns out to be late, it is from its first row,
// wherever segments end.
func TestTurningColumns(t *testing.T) {
	smallSegments(t)
	const rows = 40_000
	for _, turn := range turnings {
		t.Run(turn.name, func(t *testing.T) {
			for _, at := range []int{1, rows / 2, rows - 1} {
				var text strings.Builder
				text.WriteString("c,row,filler\n")
				r := rand.New(rand.NewPCG(1, 2))
				for i := range rows {
					cell := turn.before
					if i >= at {
						cell = turn.after
					}
					value := cell(i)
					if r.IntN(50) == 0 {
						value = ""
					}
					fmt.Fprintf(&text, "%s,%d,1%014d\n", value, i, r.IntN(10))
				}
				path := filepath.Join(t.TempDir(), "t.csv")
				if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
					t.Fatal(err)
				}
				sameInStream(t, []Part{{Path: path}}, ReadOptions{Kinds: map[string]Kind{"c": turn.kind}, Missing: []string{"gone", "-999"}})
			}
		})
	}
}

// TestIndexOfStreams: a nameless first column is an index where its values tell the
// rows of each file apart.
func TestIndexOfStreams(t *testing.T) {
	smallSegments(t)
	const rows = 30_000
	shuffled := rand.New(rand.NewPCG(3, 4)).Perm(rows)
	for _, tc := range []struct {
		name  string
		value func(i int) string
		index bool
	}{
		{"rising", func(i int) string { return fmt.Sprint(i) }, true},
		{"shuffled", func(i int) string { return fmt.Sprint(shuffled[i]) }, true},
		{"twice", func(i int) string { return fmt.Sprint(max(shuffled[i], 1)) }, false},
		{"words", func(i int) string { return fmt.Sprintf("w%d", shuffled[i]) }, true},
		{"words twice", func(i int) string { return fmt.Sprintf("w%d", max(shuffled[i], 1)) }, false},
		{"late words", func(i int) string { return strings.Repeat("0", i/(rows-5)) + fmt.Sprint(i) }, true},
		{"gaps", func(i int) string { return strings.TrimPrefix(fmt.Sprint(i), "77") }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			var parts []Part
			for k := range 2 {
				var text strings.Builder
				text.WriteString(",a,b\n")
				for i := range rows {
					fmt.Fprintf(&text, "%s,%d,filler of some length\n", tc.value(i), i)
				}
				path := filepath.Join(dir, fmt.Sprintf("%d.csv", k))
				if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
					t.Fatal(err)
				}
				parts = append(parts, Part{Path: path})
			}
			for _, some := range [][]Part{parts[:1], parts} {
				sameInStream(t, some, ReadOptions{})
				s, err := OpenStream(t.Context(), some, StreamOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if got := s.Fields[0].Role == Index; got != tc.index {
					t.Errorf("%d parts: an index: %v, want %v", len(some), got, tc.index)
				}
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
