package tabletest

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

// Differences returns what is wrong with got where want is right: the kind, the
// number of rows, or the first cells that differ. It is empty when nothing is.
func Differences(got table.Column, want Column) []string {
	if got.Len() != len(want.Cells) {
		return []string{fmt.Sprintf("column %q has %d rows, want %d", want.Name, got.Len(), len(want.Cells))}
	}
	have := Of(got)
	if want.Kind == "raw" && got.Field().Temporal.Kind != table.NotTemporal {
		have = raw(got)
	}
	if want.Kind == "duration" && have.Kind == "int" {
		want = counted(have, want)
	}
	return Compare(have, want)
}

// Compare returns what is wrong with got where want is right, see Differences.
func Compare(have, want Column) []string {
	if !alike(have, want) {
		return []string{fmt.Sprintf("column %q is %s, want %s", want.Name, have.Kind, want.Kind)}
	}
	return unequal(have, want, equal)
}

// CompareText is Compare for a column that went through a CSV file, where types
// are found again from the texts.
func CompareText(have, want Column) []string {
	return unequal(have, want, func(gotKind string, got *string, wantKind string, want *string) bool {
		if got == nil || want == nil || gotKind == wantKind {
			return equal(gotKind, got, wantKind, want)
		}
		if wantKind == "time" {
			return clock(*got) == *want
		}
		a, okA := number(gotKind, *got)
		b, okB := number(wantKind, *want)
		return okA && okB && (a == b || wantKind == "float32" && float32(a) == float32(b))
	})
}

// clock returns the nanoseconds since midnight that a time of day stands for.
func clock(text string) string {
	at, err := time.Parse("15:04:05", text)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(int64(at.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC))), 10)
}

// number returns a cell as a number: of text too, and of times their count.
func number(kind, cell string) (float64, bool) {
	x, err := strconv.ParseFloat(cell, 64)
	if kind == "date" {
		x *= float64(24 * time.Hour)
	}
	if cell == "true" {
		return 1, true
	}
	return x, err == nil || cell == "false"
}

// unequal returns the first cells that differ.
func unequal(have, want Column, equal func(gotKind string, got *string, wantKind string, want *string) bool) []string {
	var wrong []string
	for i, cell := range want.Cells {
		if !equal(have.Kind, have.Cells[i], want.Kind, cell) {
			wrong = append(wrong, fmt.Sprintf("column %q (%s) row %d: got %s, want %s", want.Name, have.Kind, i, show(have.Cells[i]), show(cell)))
		}
	}
	if len(wrong) > 3 {
		wrong = append(wrong[:3], fmt.Sprintf("column %q: %d rows of %d differ", want.Name, len(wrong), len(want.Cells)))
	}
	return wrong
}

// raw returns a column of times as a CSV file shows them.
func raw(c table.Column) Column {
	out := Column{Name: c.Name(), Kind: "raw", Cells: make([]*string, c.Len())}
	one := make([]int64, 1)
	for i := range out.Cells {
		if !c.Missing(i) {
			c.Ints(one, i, i+1)
			text := csvText(c.Field(), one[0])
			out.Cells[i] = &text
		}
	}
	return out
}

// counted returns durations as the counts of the unit that makes them those of
// got: a Parquet file has no type for them.
func counted(got, want Column) Column {
	for _, unit := range []time.Duration{time.Nanosecond, time.Microsecond, time.Millisecond, time.Second} {
		counts := Column{Name: want.Name, Kind: "int"}
		same := true
		for i, cell := range want.Cells {
			if cell != nil {
				nanos, _ := strconv.ParseInt(*cell, 10, 64)
				same = same && nanos%int64(unit) == 0
				text := strconv.FormatInt(nanos/int64(unit), 10)
				cell = &text
			}
			counts.Cells = append(counts.Cells, cell)
			same = same && equal("int", got.Cells[i], "int", cell)
		}
		if same {
			return counts
		}
	}
	return want
}

// alike tells whether a column of got's kind may hold what want says. Only CSV
// files leave a choice.
func alike(got, want Column) bool {
	switch want.Kind {
	case "null":
		return true
	case "raw":
		return got.Kind == "raw" || got.Kind == "text" || got.Kind == "int"
	case "number":
		return got.Kind == "decimal" || got.Kind == "float64" || got.Kind == "text" || got.Kind == "int"
	case "bytes":
		return got.Kind == "text"
	case "float16": // is written as float32
		return got.Kind == "float16" || got.Kind == "float32"
	default:
		return got.Kind == want.Kind
	}
}

// equal compares a cell of one kind with that of another.
func equal(gotKind string, got *string, wantKind string, want *string) bool {
	if wantKind != "text" && wantKind != "bytes" && want != nil && isNaN(*want) {
		want = nil
	}
	if got == nil || want == nil {
		return got == want
	}
	switch {
	case strings.HasPrefix(wantKind, "float"), wantKind == "number" && gotKind == "float64":
		a, _ := strconv.ParseFloat(*got, 64)
		b, err := strconv.ParseFloat(*want, 64)
		return err == nil && math.Float64bits(a) == math.Float64bits(b)
	default:
		return *got == *want
	}
}

func isNaN(s string) bool { return s == "nan" }

func show(cell *string) string {
	if cell == nil {
		return "missing"
	}
	return strconv.Quote(*cell)
}
