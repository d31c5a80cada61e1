package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/table"
)

// payment is a row of a table with numbers and categories.
type payment struct {
	amount   float64
	country  string
	online   bool
	merchant int64
	label    int
}

// randomPayments returns n rows, every 40th of which is labeled; merchants are too large
// for float32.
func randomPayments(n int, seed uint64) []payment {
	r := rand.New(rand.NewPCG(seed, 3))
	rows := make([]payment, n)
	for i := range rows {
		rows[i] = payment{100 * r.Float64(), []string{"FI", "at", "Mün", "x,y", "0"}[r.IntN(5)], r.IntN(2) == 1, 1<<40 + int64(r.IntN(200)), 0}
		if i%40 == 5 {
			rows[i].label = 1
		}
	}
	return rows
}

// writePayments writes rows as CSV and returns the path.
func writePayments(tb testing.TB, name string, rows []payment) string {
	tb.Helper()
	var text strings.Builder
	text.WriteString("amount,country,online,merchant,y\n")
	for _, p := range rows {
		fmt.Fprintf(&text, "%v,\"%s\",%v,%d,%d\n", p.amount, p.country, p.online, p.merchant, p.label)
	}
	return writeText(tb, name, text.String())
}

func writeText(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		tb.Fatal(err)
	}
	return path
}

// paymentHits returns the true neighbors by definition.
func paymentHits(tb testing.TB, rows, queries []payment, k int) *hits {
	tb.Helper()
	low, high := rows[0].amount, rows[0].amount
	for _, p := range rows {
		low, high = min(low, p.amount), max(high, p.amount)
	}
	codes := map[string]float32{}
	code := func(category string) float32 {
		if _, ok := codes[category]; !ok {
			codes[category] = float32(len(codes))
		}
		return codes[category]
	}
	matrix := func(rows []payment) (m []float32) {
		for _, p := range rows {
			m = append(m, float32((p.amount-low)/(high-low)), code(p.country), code(strconv.FormatBool(p.online)), code(strconv.FormatInt(p.merchant, 10)))
		}
		return m
	}
	res, _, err := exact.Search(tb.Context(), matrix(rows), 4, matrix(queries), k, exact.Options{Nominal: 3})
	if err != nil {
		tb.Fatal(err)
	}
	all := make([]int, len(rows))
	for i := range all {
		all[i] = i
	}
	return newHits(res, all)
}

func buildPayments(t *testing.T, in string, args ...string) (index string) {
	t.Helper()
	index = filepath.Join(t.TempDir(), "p.nngx")
	must(t, append([]string{"index", "build", "--quiet", "--in", in, "--label", "y", "--categorical", "merchant", "--out", index}, args...)...)
	return index
}

// TestIndexSearchCategories searches for rows whose categories come in another order
// than in the table, and for some that it does not have.
func TestIndexSearchCategories(t *testing.T) {
	rows, queries := randomPayments(3000, 1), randomPayments(50, 2)
	queries[0].country, queries[1].merchant = "Atlantis", 7
	queries[2] = payment{50, "nowhere", true, -1, 0}
	slices.Reverse(queries)
	index := buildPayments(t, writePayments(t, "in.csv", rows))
	out := filepath.Join(t.TempDir(), "hits.npz")
	want := paymentHits(t, rows, queries, 7)
	for _, how := range [][]string{{"--ef-search", "1000"}, {"--recall-target", "1"}} {
		must(t, append([]string{"index", "search", "--quiet", "--force", "--index", index, "--queries", writePayments(t, "q.csv", queries), "--k", "7", "--out", out}, how...)...)
		got := readHits(t, out)
		if diff := cmp.Diff(want.distances, got.distances); diff != "" {
			t.Errorf("%v: distances (-want +got):\n%s", how, diff)
		}
		if how[0] == "--recall-target" && !slices.Equal(want.ids, got.ids) {
			t.Errorf("%v: other rows", how)
		}
	}
	must(t, "index", "verify", index)
	info := strings.Join(strings.Fields(must(t, "index", "info", index)), " ")
	for _, line := range []string{"country string 5", "online bool 2", "merchant int64 200"} {
		if !strings.Contains(info, line) {
			t.Errorf("info lacks %q:\n%s", line, info)
		}
	}
}

// TestGenerateWithIndexOfCategories expects the bytes of exact search from an index
// at a recall of 1, also for a copy of the table in another format.
func TestGenerateWithIndexOfCategories(t *testing.T) {
	rows := randomPayments(3000, 1)
	in := writePayments(t, "in.csv", rows)
	index := buildPayments(t, in)
	dir := t.TempDir()
	with, without := filepath.Join(dir, "with.csv"), filepath.Join(dir, "without.csv")
	generate := func(out string, args ...string) string {
		t.Helper()
		must(t, reading(in, args, "generate", "--quiet", "--force", "--label", "y", "--categorical", "merchant", "--provenance", "--out", out)...)
		return readFile(t, out)
	}
	want := generate(without, "--search", "brute")
	for _, how := range [][]string{
		{"--index", index, "--recall-target", "1"},
		{"--index", index, "--recall-target", "1", "--explain"},
		{"--search", "hnsw", "--recall-target", "1"},
	} {
		if generate(with, how...) != want {
			t.Errorf("%v: other pseudo-anomalies than with exact search", how)
		}
	}
	input, err := table.Read(t.Context(), in, table.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var fields []table.Field
	for _, c := range input.Columns {
		fields = append(fields, c.Field())
	}
	copied := filepath.Join(dir, "copy.parquet")
	w, err := table.Create(copied, fields, table.WriteOptions{Rows: int64(input.Rows)})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(input.Columns, 0, input.Rows), w.Close()); err != nil {
		t.Fatal(err)
	}
	if generate(with, "--in", copied, "--index", index, "--recall-target", "1") != want {
		t.Error("a copy of the table gives other pseudo-anomalies")
	}
	for _, how := range [][]string{ // they run
		{"--search", "hnsw", "--ef-search", "50"}, {"--search", "hnsw", "--recall-target", "0.9"},
		{"--recall-target", "0.9"}, {"--index", index, "--recall-target", "0.9", "--explain"},
	} {
		generate(with, how...)
	}
}

func TestIndexCategoriesErrors(t *testing.T) {
	rows := randomPayments(300, 1)
	in := writePayments(t, "in.csv", rows)
	index := buildPayments(t, in)
	changed := slices.Clone(rows)
	changed[7].country = "FR"
	other := writePayments(t, "other.csv", changed)
	dir := t.TempDir()
	search := func(text string) []string {
		return []string{"index", "search", "--quiet", "--index", index, "--queries", writeText(t, "q.csv", text), "--out", filepath.Join(dir, "h.npz")}
	}
	generate := func(args ...string) []string {
		return append([]string{"generate", "--quiet", "--label", "y", "--out", filepath.Join(dir, "o.csv")}, args...)
	}
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"text for a number", search("amount,country,online,merchant\nx,FI,true,3\n"), "column amount holds strings, in the index numbers"},
		{"text for a boolean", search("amount,country,online,merchant\n1,FI,maybe,3\n"), "column online holds strings, in the index categories of type bool"},
		{"text for codes", search("amount,country,online,merchant\n1,FI,true,shop\n"), "column merchant holds strings, in the index categories of type int64"},
		{"missing", search("amount,country,online,merchant\n1,FI,true,3\n1,,true,3\n"), "column country, row 1"},
		{"other category", generate("--in", other, "--categorical", "merchant", "--index", index), "the values in country are others"},
		{"numbers for categories", generate("--in", in, "--index", index), "it holds categories in merchant"},
		{"categories for numbers", generate("--in", in, "--categorical", "merchant,amount", "--index", index), "it holds numbers in amount"},
		{"coder-hnsw", generate("--in", in, "--search", "coder-hnsw"), "--drop country,online"},
		{"another metric", []string{"index", "build", "--quiet", "--in", in, "--label", "y", "--metric", "cosine", "--out", filepath.Join(dir, "o.nngx")}, "--metric l2squared"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := command(t, tt.args...)
			if exitCode(err) != exitFailure || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
