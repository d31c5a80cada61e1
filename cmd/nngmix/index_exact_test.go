package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

// writeColumns writes columns of whole numbers, as Live takes them, and returns the
// path.
func writeColumns(tb testing.TB, name string, fields []table.Field, columns [][]int64) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	n := len(columns[0])
	w, err := table.Create(path, fields, table.WriteOptions{Rows: int64(n)})
	if err != nil {
		tb.Fatal(err)
	}
	var live []table.Column
	for j, f := range fields {
		live = append(live, table.Live(f, columns[j], make([]bool, n)))
	}
	if err := errors.Join(w.Write(live, 0, n), w.Close()); err != nil {
		tb.Fatal(err)
	}
	return path
}

// selfHits builds an index of the table in and searches it for the rows of queries,
// each of which is the row of the table with its number. Every one has to find it at
// distance 0, unless args say otherwise, and nothing else.
func selfHits(t *testing.T, in, queries string, args ...string) {
	t.Helper()
	dir := t.TempDir()
	index, out := filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
	must(t, append([]string{"index", "build", "--quiet", "--in", in, "--out", index}, args...)...)
	must(t, "index", "search", "--quiet", "--index", index, "--queries", queries, "--k", "2", "--recall-target", "1", "--out", out)
	h := readHits(t, out)
	for q := range h.queries {
		if h.ids[2*q] != int64(q) || h.distances[2*q] != 0 || h.distances[2*q+1] == 0 {
			t.Fatalf("query %d: rows %v at %v, want itself at 0 and no other", q, h.ids[2*q:][:2], h.distances[2*q:][:2])
		}
	}
}

// TestIndexOfWideIntegers indexes whole numbers that float64 does not tell apart, as
// numbers and as categories.
func TestIndexOfWideIntegers(t *testing.T) {
	const n = 300
	ids, big, label := make([]int64, n), make([]int64, n), make([]int64, n)
	for i := range n {
		ids[i], big[i], label[i] = 1582218195625938945+int64(i), -1-int64(i), int64(i%2) // the second by the bits of uint64
	}
	fields := []table.Field{{Name: "id", Type: table.Int64}, {Name: "big", Type: table.Uint64}, {Name: "y", Type: table.Int64}}
	columns := [][]int64{ids, big, label}
	for _, name := range []string{"in.parquet", "in.arrow"} {
		in := writeColumns(t, name, fields, columns)
		selfHits(t, in, in, "--label", "y")
		selfHits(t, in, in, "--label", "y", "--drop", "big")
		selfHits(t, in, in, "--label", "y", "--drop", "id")
		selfHits(t, in, in, "--label", "y", "--categorical", "id,big")
	}
	in := writeColumns(t, "in.parquet", fields, columns)
	index := filepath.Join(t.TempDir(), "t.nngx")
	ids[7]++ // to what row 8 has: the same float64
	other := writeColumns(t, "other.parquet", fields, columns)
	for _, how := range [][]string{nil, {"--categorical", "id"}} {
		must(t, append([]string{"index", "build", "--quiet", "--force", "--in", in, "--label", "y", "--out", index}, how...)...)
		generate := func(in string) []string {
			return append([]string{"generate", "--quiet", "--force", "--in", in, "--label", "y", "--index", index, "--out", filepath.Join(t.TempDir(), "o.csv")}, how...)
		}
		must(t, generate(in)...)
		failsWith(t, exitFailure, "the values in id are others", generate(other))
	}
}

// TestIndexOfTimes gives queries times in other units than the index has.
func TestIndexOfTimes(t *testing.T) {
	const n = 200
	r := rand.New(rand.NewPCG(1, 2))
	seconds := make([]int64, n)
	for i := range seconds {
		seconds[i] = 1_700_000_000 + r.Int64N(1<<30)
	}
	at := func(unit time.Duration) table.Field {
		return table.Field{Name: "at", Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: unit, Zone: "UTC"}}
	}
	write := func(unit time.Duration) string {
		counts := make([]int64, n)
		for i, s := range seconds {
			counts[i] = s * int64(time.Second/unit)
		}
		return writeColumns(t, "t.arrow", []table.Field{at(unit)}, [][]int64{counts})
	}
	files := []string{write(time.Millisecond), write(time.Microsecond), write(time.Nanosecond)}
	for _, in := range files {
		for _, queries := range files {
			selfHits(t, in, queries)
			selfHits(t, in, queries, "--scale", "none")
		}
	}
	dir := t.TempDir()
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", files[0], "--out", index)
	numbers := writeColumns(t, "n.arrow", []table.Field{{Name: "at", Type: table.Int64}}, [][]int64{seconds})
	failsWith(t, exitFailure, "column at holds int64s, in the index times (timestamp)", []string{"index", "search", "--quiet", "--index", index, "--queries", numbers, "--out", filepath.Join(dir, "h.npz")})
	must(t, "index", "build", "--quiet", "--force", "--in", numbers, "--out", index)
	failsWith(t, exitFailure, "column at holds times (timestamp[us, UTC]), in the index numbers", []string{"index", "search", "--quiet", "--index", index, "--queries", files[1], "--out", filepath.Join(dir, "h.npz")})
}

// TestQueriesHaveTypesOfIndex searches for rows of a table in files that look
// otherwise by themselves: codes that are all digits, markers of missing values,
// quoted numbers, numbers that are all whole.
func TestQueriesHaveTypesOfIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	codes := []string{"A1", "012", "007", "B2", "NA", "1e5", "NULL"}
	var rows []string
	for range 400 {
		amount := fmt.Sprintf("%.4f", r.NormFloat64())
		if len(rows)%9 == 0 {
			amount = "?"
		}
		rows = append(rows, fmt.Sprintf("%s,%s,%d", codes[r.IntN(len(codes))], amount, r.IntN(50)))
	}
	in := writeText(t, "in.csv", "code,amount,day\n"+strings.Join(rows, "\n")+"\n")
	dir := t.TempDir()
	index, out := filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
	must(t, "index", "build", "--quiet", "--in", in, "--missing", "median", "--out", index)
	for name, choose := range map[string]func(row string) bool{
		"all rows":        func(string) bool { return true },
		"codes of digits": func(row string) bool { return strings.HasPrefix(row, "0") },
		"codes like 1e5":  func(row string) bool { return strings.HasPrefix(row, "1e5") },
		"NA alone":        func(row string) bool { return strings.HasPrefix(row, "NA") },
		"missing codes":   func(row string) bool { return strings.HasPrefix(row, "NULL") },
		"missing numbers": func(row string) bool { return strings.Contains(row, "?") },
		"one row":         func(row string) bool { return row == rows[3] },
	} {
		var numbers []int64
		var text strings.Builder
		for i, row := range rows {
			if choose(row) {
				numbers = append(numbers, int64(i))
				text.WriteString(row + "\n")
			}
		}
		queries := writeText(t, "q.csv", "code,amount,day\n"+text.String())
		must(t, "index", "search", "--quiet", "--force", "--index", index, "--queries", queries, "--header", "yes", "--k", "1", "--recall-target", "1", "--out", out)
		h := readHits(t, out)
		if h.queries != len(numbers) {
			t.Fatalf("%s: %d queries, want %d", name, h.queries, len(numbers))
		}
		for q, row := range numbers {
			if h.distances[q] != 0 || rows[h.ids[q]] != rows[row] && !strings.Contains(rows[row]+rows[h.ids[q]], "NULL") {
				t.Errorf("%s: %s found %s at %v", name, rows[row], rows[h.ids[q]], h.distances[q])
			}
		}
	}
	odd := writeText(t, "odd.csv", "code,amount,day\nA1,abc,3\n")
	failsWith(t, exitFailure, "abc", []string{"index", "search", "--quiet", "--force", "--index", index, "--queries", odd, "--out", out})
}

// TestCosineIndex builds an index under cosine without scaling, which moves the zero
// that directions start from, and searches it for its own rows.
func TestCosineIndex(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	text := "a,b,c\n0,0,0\n1e-20,1e-20,1e-20\n1e25,1e25,1e25\n1,1,1\n"
	for range 200 {
		text += fmt.Sprintf("%v,%v,%v\n", r.NormFloat64(), r.NormFloat64(), r.NormFloat64())
	}
	in := writeText(t, "in.csv", text)
	dir := t.TempDir()
	index, out := filepath.Join(dir, "t.nngx"), filepath.Join(dir, "hits.npz")
	must(t, "index", "build", "--quiet", "--in", in, "--metric", "cosine", "--out", index)
	if info := must(t, "index", "info", index); !strings.Contains(info, "scale     none") {
		t.Errorf("an index under cosine is scaled:\n%s", info)
	}
	for _, how := range [][]string{{"--recall-target", "1"}, {"--ef-search", "300"}} {
		must(t, append([]string{"index", "search", "--quiet", "--force", "--index", index, "--queries", in, "--k", "3", "--out", out}, how...)...)
		h := readHits(t, out)
		for q := range h.queries {
			for i, d := range h.distances[3*q:][:3] {
				switch {
				case q == 0 && d != 1:
					t.Fatalf("%v: zeros are at %v from row %d, want 1", how, d, h.ids[3*q+i])
				case q > 0 && (d < 0 || i == 0 && d > 1e-13): // float32 rounds the values of the rows
					t.Fatalf("%v: query %d finds row %d at %v", how, q, h.ids[3*q+i], d)
				}
			}
		}
	}
}

// TestIndexOfDecimals gives queries decimals of other places, and floats.
func TestIndexOfDecimals(t *testing.T) {
	const n = 200
	cents, mills := make([]int64, n), make([]int64, n)
	for i := range n {
		cents[i] = int64(i*i) - 5000
		mills[i] = 10 * cents[i]
	}
	field := func(places int) []table.Field {
		return []table.Field{{Name: "price", Type: table.Decimal, Precision: 18, Places: places}}
	}
	in := writeColumns(t, "in.parquet", field(2), [][]int64{cents})
	selfHits(t, in, in)
	selfHits(t, in, writeColumns(t, "q.parquet", field(3), [][]int64{mills}))
	var text strings.Builder
	text.WriteString("price\n")
	for _, c := range cents {
		fmt.Fprintf(&text, "%.2f\n", float64(c)/100)
	}
	selfHits(t, in, writeText(t, "q.csv", text.String()))
}
