package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/table"
)

// mixedColumns returns n rows of every kind of column: floats with and without gaps, of
// two sizes, integers beyond 2^53, small ones, codes, texts, names of rows, truth
// values, times, decimals and a label.
func mixedColumns(n int) []table.Column {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	amount, short, wide, id := make([]float64, n), make([]float32, n), make([]int64, n), make([]int32, n)
	text, names, when, price := make([]uint32, n), make([]uint32, n), make([]int64, n), make([]int64, n)
	yes, label, gaps, none := make([]int64, n), make([]int64, n), make([]bool, n), make([]bool, n)
	dictionary := make([]string, n)
	for i := range n {
		amount[i], short[i] = rng.ExpFloat64()*100, float32(rng.NormFloat64())
		if rng.IntN(3) == 0 {
			amount[i] = 0
		}
		if gaps[i] = rng.IntN(20) == 0; gaps[i] {
			amount[i] = math.NaN()
		}
		wide[i], id[i] = 1<<60+rng.Int64N(1<<40), rng.Int32N(9)*1000+7
		text[i], names[i], dictionary[i] = uint32(rng.IntN(4)), uint32(i), fmt.Sprintf("row %d", i)
		when[i], price[i] = 1_700_000_000_000_000+rng.Int64N(1<<45), rng.Int64N(100_000)
		yes[i] = rng.Int64N(2)
		if rng.IntN(25) == 0 || i == n/2 {
			label[i] = 1
		}
	}
	return []table.Column{
		table.New("amount", amount),
		table.New("short", short),
		table.Live(table.Field{Name: "wide", Type: table.Int64}, wide, none),
		table.New("merchant", id),
		table.Codes("kind", text, []string{"a", "b c", "d,e", "ö"}),
		table.Codes("name", names, dictionary),
		table.Live(table.Field{Name: "yes", Type: table.Bool}, yes, gaps),
		table.Live(table.Field{Name: "when", Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: 1000}}, when, none),
		table.Live(table.Field{Name: "price", Type: table.Decimal, Precision: 12, Places: 2}, price, gaps),
		table.Live(table.Field{Name: "is_fraud", Type: table.Int64}, label, none),
	}
}

// writeParts writes columns to folder as so many files called part-0 and so on.
func writeParts(t *testing.T, folder, ext string, columns []table.Column, parts int) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	var fields []table.Field
	for _, c := range columns {
		fields = append(fields, c.Field())
	}
	n := columns[0].Len()
	for p := range parts {
		from, to := p*n/parts, (p+1)*n/parts
		w, err := table.Create(filepath.Join(folder, fmt.Sprintf("part-%d.%s", p, ext)), fields, table.WriteOptions{Rows: int64(to - from)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(columns, from, to); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The output is that of the table in memory, whatever the batches, the files and the
// threads, for every method and every format of input and output.
func TestBatchesGiveTheSameBytes(t *testing.T) {
	columns, folder := mixedColumns(1500), t.TempDir()
	methods := []string{"nng-mix", "mixup", "cutmix", "cutout", "gaussian", "smote", "oversample"}
	generate := func(in, out string, args ...string) string {
		path := filepath.Join(folder, "out."+out)
		must(t, append([]string{"generate", "--in", in, "--label", "is_fraud", "--out", path, "--count", "700", "--seed", "5", "--provenance", "--quiet", "--force"}, args...)...)
		return readFile(t, path)
	}
	for _, ext := range []string{"csv", "csv.zst", "parquet", "arrow"} {
		for _, parts := range []int{1, 2, 7} {
			writeParts(t, filepath.Join(folder, fmt.Sprint(ext, parts)), ext, columns, parts)
		}
		in := func(parts int) string { return filepath.Join(folder, fmt.Sprint(ext, parts)) }
		for i, method := range methods {
			missing := []string{"keep", "median", "drop"}[i%3]
			out := []string{"csv", "parquet", "arrow", "csv.gz"}[i%4]
			args := []string{"--method", method, "--missing", missing, "--categorical", "merchant"}
			if i%2 == 0 {
				args = append(args, "--append")
			}
			if i%4 == 1 {
				args = append(args, "--scale", "none")
			}
			if i%4 < 2 { // with and without --append, which tells what is hidden
				args = append(args, "--labeled-fraction", "0.5")
			}
			want := generate(in(1), out, args...)
			for j, batch := range []string{"1500", "97", "400"} {
				got := generate(in([]int{1, 2, 7}[j]), out, append(args, "--batch-rows", batch, "--threads", []string{"1", "2", "5"}[j])...)
				if got != want {
					t.Errorf("%s by %s, --missing %s, to %s: batches of %s rows give another file", ext, method, missing, out, batch)
				}
			}
		}
	}
}

// Errors are those of the table in memory.
func TestBatchesGiveTheSameErrors(t *testing.T) {
	folder := t.TempDir()
	writeParts(t, folder, "parquet", mixedColumns(300), 2)
	for _, args := range [][]string{
		{"--missing", "error"},
		{"--missing", "keep", "--label", "isfraud"},
		{"--missing", "keep", "--label", "amount"},
		{"--missing", "keep", "--anomaly-value", "7"},
		{"--missing", "keep", "--categorical", "merchants"},
		{"--missing", "keep", "--keep", "is_fraud,name"},
		{"--missing", "keep", "--out", filepath.Join(folder, "x.npz")},
	} {
		line := append([]string{"generate", "--in", folder, "--label", "is_fraud", "--out", filepath.Join(t.TempDir(), "x.csv"), "--quiet"}, args...)
		_, want := command(t, line...)
		_, got := command(t, append(line, "--batch-rows", "50")...)
		if want == nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, want %v", strings.Join(args, " "), got, want)
		}
	}
	_, err := command(t, "generate", "--in", folder, "--label", "is_fraud", "--out", filepath.Join(t.TempDir(), "x.csv"), "--missing", "keep", "--search", "hnsw", "--batch-rows", "50")
	if err == nil || !strings.Contains(err.Error(), "--search hnsw needs the table in memory") {
		t.Errorf("a graph in batches: %v", err)
	}
}

func TestInfoOfBatches(t *testing.T) {
	folder := t.TempDir()
	writeParts(t, folder, "parquet", mixedColumns(900), 3)
	want := must(t, "info", folder, "--label", "is_fraud", "--json")
	if got := must(t, "info", folder, "--label", "is_fraud", "--json", "--batch-rows", "70"); got != want {
		t.Errorf("in batches: %s, want %s", got, want)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if got := must(t, append([]string{"info", "--label", "is_fraud", "--json"}, files...)...); strings.Replace(got, files[0], folder, 1) != want {
		t.Errorf("of three files: %s, want %s", got, want)
	}
}

// The file of a parent and its row there are those of the row of the whole input.
func TestProvenanceNamesParts(t *testing.T) {
	folder, columns := t.TempDir(), mixedColumns(700)
	in := filepath.Join(folder, "in")
	writeParts(t, in, "csv", columns, 4)
	out := filepath.Join(folder, "out.csv")
	must(t, "generate", "--in", in, "--label", "is_fraud", "--missing", "keep", "--out", out, "--count", "300", "--provenance", "--provenance-parts", "--quiet", "--batch-rows", "60")
	header, rows := records(t, out)
	for _, row := range rows {
		cell := func(name string) string { return row[slices.Index(header, name)] }
		for _, parent := range []string{"nngmix_source", "nngmix_other"} {
			number, err := strconv.Atoi(cell(parent + "_row"))
			if err != nil {
				t.Fatal(err)
			}
			path, here := "", ""
			if number >= 0 {
				path, here = filepath.Join(in, fmt.Sprintf("part-%d.csv", number/175)), strconv.Itoa(number%175)
			}
			if cell(parent+"_part") != path || cell(parent+"_part_row") != here {
				t.Fatalf("row %d: got %s, row %s, want %s, row %s", number, cell(parent+"_part"), cell(parent+"_part_row"), path, here)
			}
		}
	}
}

// A damaged file is named once, with the fault that reading it whole meets.
func TestBatchesOfDamagedFiles(t *testing.T) {
	folder := t.TempDir()
	writeParts(t, folder, "parquet", mixedColumns(3000), 1)
	path := filepath.Join(folder, "part-0.parquet")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := len(data) / 3; at < len(data)/3+200; at++ {
		data[at] ^= 0x55
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, line := range [][]string{
		{"info", path},
		{"generate", "--in", path, "--label", "is_fraud", "--out", filepath.Join(folder, "x.csv"), "--quiet", "--missing", "keep"},
	} {
		_, want := command(t, line...)
		_, got := command(t, append(line, "--batch-rows", "100")...)
		if want == nil || fmt.Sprint(got) != fmt.Sprint(want) || strings.Count(got.Error(), path) != 1 {
			t.Errorf("%s: got %v, want %v", line[0], got, want)
		}
	}
}
