package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/generate"
)

// csvFile writes lines to a file called in.csv.
func csvFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// made runs generate on a file and returns the CSV that it writes, and the report.
func made(t *testing.T, in string, args ...string) (header []string, rows [][]string, report generate.Report) {
	t.Helper()
	dir := t.TempDir()
	out, path := filepath.Join(dir, "out.csv"), filepath.Join(dir, "report.json")
	must(t, append([]string{"generate", "--quiet", "--in", in, "--out", out, "--report", path}, args...)...)
	if err := json.Unmarshal([]byte(readFile(t, path)), &report); err != nil {
		t.Fatal(err)
	}
	header, rows = records(t, out)
	return header, rows, report
}

func TestWideCategoriesAreThoseOfTheInput(t *testing.T) {
	lines, ids := []string{"merchant,amount,y"}, map[string]bool{}
	for i := range 200 {
		id := strconv.FormatInt(1582218195625938900+int64(i%40), 10)
		ids[id] = true
		lines = append(lines, fmt.Sprintf("%s,%d.5,%d", id, i*i%97, (i%10)/9))
	}
	in := csvFile(t, lines...)
	_, rows, _ := made(t, in, "--label", "y", "--categorical", "merchant", "--count", "300", "--append")
	seen := map[string]bool{}
	for i, row := range rows {
		if !ids[row[0]] {
			t.Fatalf("row %d has the merchant %s, whom no row has", i, row[0])
		}
		if i >= 200 {
			seen[row[0]] = true
		} else if want := strings.Split(lines[i+1], ","); row[0] != want[0] {
			t.Fatalf("input row %d became %v, want %v", i, row, want)
		}
	}
	if len(seen) < 10 {
		t.Errorf("samples have %d merchants", len(seen))
	}
	// As numbers copies are exact too.
	_, rows, _ = made(t, in, "--label", "y", "--method", "oversample", "--count", "50")
	for _, row := range rows {
		if !ids[row[0]] {
			t.Fatalf("a copy has the merchant %s", row[0])
		}
	}
}

func TestColumnsStayWhereTheyAre(t *testing.T) {
	lines := []string{"y,amount,age"}
	for i := range 60 {
		lines = append(lines, fmt.Sprintf("%d,%d.25,%d", (i%6)/5, i, 20+i%30))
	}
	in := csvFile(t, lines...)
	header, rows, _ := made(t, in, "--label", "y", "--append", "--count", "3", "--provenance")
	want := []string{"y", "amount", "age", "nngmix_synthetic", "nngmix_source_row", "nngmix_other_row", "nngmix_other_labeled", "nngmix_lambda"}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Error(diff)
	}
	for i, row := range rows {
		if text := strings.Join(row[:3], ","); i < 60 && text != lines[i+1] {
			t.Errorf("row %d became %s, was %s", i, text, lines[i+1])
		}
	}
	if !slices.Equal(rows[61][:1], []string{"1"}) {
		t.Errorf("a sample has the label %s", rows[61][0])
	}
}

func TestHiddenAnomaliesKeepTheirLabel(t *testing.T) {
	lines := []string{"bytes,attack"}
	for i := range 100 {
		lines = append(lines, fmt.Sprintf("%d.5,%s", i*37%101, []string{"BENIGN", "BENIGN", "DDoS", "PortScan"}[i%4]))
	}
	in := csvFile(t, lines...)
	header, rows, report := made(t, in, "--label", "attack", "--normal-value", "BENIGN", "--labeled-fraction", "0.3", "--append", "--count", "20", "--provenance")
	at := func(name string) int { return slices.Index(header, name) }
	hidden := 0
	for i, row := range rows {
		if i < 100 {
			if want := strings.Split(lines[i+1], ","); row[1] != want[1] {
				t.Fatalf("row %d is labeled %s, was %s", i, row[1], want[1])
			}
			if row[at("nngmix_hidden")] == "true" {
				hidden++
			}
			continue
		}
		source, err := strconv.Atoi(row[at("nngmix_source_row")])
		if err != nil || row[1] != rows[source][1] || rows[source][at("nngmix_hidden")] != "false" || row[at("nngmix_hidden")] != "false" {
			t.Fatalf("sample %v of row %d, %v: %v", row, source, rows[source], err)
		}
	}
	if hidden != 35 || report.Hidden != 35 || report.Labeled != 15 {
		t.Errorf("%d rows are hidden, %d in the report, %d labeled; want 35, 35, 15", hidden, report.Hidden, report.Labeled)
	}
}

// gapsFile is a table with a number, a text and a mostly missing number; every
// third row is an anomaly.
func gapsFile(t *testing.T) (in string, lines []string) {
	lines = []string{"a,kind,rare,y"}
	for i := range 120 {
		a, kind, rare := fmt.Sprint(i*7%50, ".5"), []string{"x", "y"}[i%2], ""
		if i%10 == 3 {
			rare = fmt.Sprint(i)
		}
		if i%8 == 5 {
			a = ""
		}
		if i%7 == 1 {
			kind = ""
		}
		lines = append(lines, fmt.Sprintf("%s,%s,%s,%d", a, kind, rare, (i%3)/2))
	}
	return csvFile(t, lines...), lines
}

func TestAppendWritesRowsThatAreNotUsed(t *testing.T) {
	in, lines := gapsFile(t)
	header, rows, report := made(t, in, "--label", "y", "--drop", "rare", "--missing", "drop", "--append", "--count", "9", "--provenance")
	if len(rows) != 129 || report.Dropped == 0 || report.DroppedLabeled == 0 {
		t.Fatalf("%d rows; %d dropped, %d of them labeled", len(rows), report.Dropped, report.DroppedLabeled)
	}
	for i, row := range rows {
		if i < 120 {
			want := strings.Split(lines[i+1], ",")
			if row[0] != want[0] || row[1] != want[1] || row[2] != want[3] {
				t.Fatalf("row %d became %v, was %v", i, row, want)
			}
			continue
		}
		source, err := strconv.Atoi(row[slices.Index(header, "nngmix_source_row")])
		if err != nil || rows[source][2] != "1" || rows[source][0] == "" || rows[source][1] == "" {
			t.Fatalf("sample %v is of row %d, %v", row, source, rows[source])
		}
	}
	if n := report.Notes; len(n) == 0 || n[0].Kind != "not used" {
		t.Errorf("notes %v", n)
	}
}

func TestMissingKeepLacksValuesAsRowsDo(t *testing.T) {
	in, _ := gapsFile(t)
	for _, method := range []string{"nng-mix", "mixup", "cutmix", "cutout", "gaussian", "smote", "oversample"} {
		var want [][]string
		for _, threads := range []string{"1", "3"} {
			_, rows, _ := made(t, in, "--label", "y", "--missing", "keep", "--method", method, "--count", "2000", "--threads", threads)
			if want == nil {
				want = rows
			}
			if !cmp.Equal(rows, want) {
				t.Errorf("%s: %s threads give other rows", method, threads)
			}
		}
		for j, share := range []float64{0.125, 0.14, 0.9} {
			lack := 0.0
			for _, row := range want {
				if row[j] == "" {
					lack += 1. / 2000
				}
			}
			if lack < share/2-0.02 || lack > share*1.6 {
				t.Errorf("%s: column %d is missing in %.3f of samples, in %.3f of rows", method, j, lack, share)
			}
		}
	}
}

func TestNoiseKeepKeepsZerosOfATable(t *testing.T) {
	lines := []string{"paid,age,y"}
	for i := range 400 {
		paid := "0"
		if i%20 == 7 {
			paid = fmt.Sprint(i, ".75")
		}
		lines = append(lines, fmt.Sprintf("%s,%d,%d", paid, 20+i*13%50, (i%20)/18))
	}
	in := csvFile(t, lines...)
	zeros := func(args ...string) (zero, negative int, report generate.Report) {
		_, rows, report := made(t, in, append([]string{"--label", "y", "--count", "1000"}, args...)...)
		for _, row := range rows {
			if x, err := strconv.ParseFloat(row[0], 64); err != nil || x < 0 {
				negative++
			} else if x == 0 {
				zero++
			}
		}
		return zero, negative, report
	}
	if zero, negative, report := zeros("--noise", "keep"); zero < 900 || negative > 0 || len(report.Notes) > 0 {
		t.Errorf("keep: %d of 1000 are zero, %d negative; notes %v", zero, negative, report.Notes)
	}
	zero, negative, report := zeros()
	if zero > 100 || negative < 300 {
		t.Errorf("gaussian: %d of 1000 are zero, %d negative: this test shows nothing", zero, negative)
	}
	if n := report.Notes; len(n) != 1 || n[0].Column != "paid" || n[0].Text != "95 % of rows are 0" || !strings.Contains(n[0].Cure, "--noise keep") {
		t.Errorf("notes %v", n)
	}
}

func TestColumnsThatNameRowsAreMissingInSamples(t *testing.T) {
	lines := []string{"id,amount,y"}
	for i := range 150 {
		lines = append(lines, fmt.Sprintf("t%d,%d.5,%d", i, i, (i%6)/5))
	}
	in := csvFile(t, lines...)
	_, rows, report := made(t, in, "--label", "y", "--append", "--count", "5")
	want := []cli.ColumnReport{{Name: "id", Type: "string", Part: "none"}, {Name: "amount", Type: "float64", Part: "number"}, {Name: "y", Type: "int64", Part: "label"}}
	for at := range report.Table {
		report.Table[at].Reading = nil
	}
	if diff := cmp.Diff(want, report.Table); diff != "" {
		t.Error(diff)
	}
	if report.Columns != 1 || len(report.Notes) != 1 || report.Notes[0].Kind != "left out" {
		t.Errorf("%d features, notes %v", report.Columns, report.Notes)
	}
	for i, row := range rows {
		if want := fmt.Sprint("t", i); i < 150 && row[0] != want || i >= 150 && row[0] != "" {
			t.Fatalf("row %d has the id %q", i, row[0])
		}
	}
	_, rows, _ = made(t, in, "--label", "y", "--categorical", "id", "--count", "5")
	if rows[0][0] == "" {
		t.Error("asked for as a category, the id is missing in a sample")
	}
}

// TestArraysOfWideIntegersAreNotRounded: X of an NPZ file written has float64.
func TestArraysOfWideIntegersAreNotRounded(t *testing.T) {
	var lines []string
	lines = append(lines, "id,y")
	for i := range 30 {
		lines = append(lines, fmt.Sprintf("%d,%d", 9007199254740993+2*int64(i), (i%6)/5))
	}
	out := filepath.Join(t.TempDir(), "o.npz")
	_, err := command(t, "generate", "--quiet", "--in", csvFile(t, lines...), "--label", "y", "--out", out)
	if err == nil || !strings.Contains(err.Error(), "column id holds integers beyond 2^53") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the file is there")
	}
}

// TestHostileNumbersAreRefused: every one ends soon, in an error that names the
// option.
func TestHostileNumbersAreRefused(t *testing.T) {
	in, out := payments(t, "in.csv"), filepath.Join(t.TempDir(), "o.csv")
	refused := map[string][]string{
		"multiplier":       {"NaN", "Inf", "-Inf", "-1", "0", "1e300", "1e18", "x"},
		"count":            {"0", "-1", "1000000000000000000", "99999999999999999999", "1e18", "NaN", "2.5"},
		"balance":          {"NaN", "Inf", "-0.5", "0", "1e300", "1e18"},
		"k":                {"0", "-1", "1e18", "NaN", "99999999999999999999"},
		"k-factor":         {"-1", "NaN"},
		"k-labeled":        {"0", "-1", "NaN"},
		"k-labeled-share":  {"NaN", "Inf", "-0.1", "1.1"},
		"alpha":            {"NaN", "Inf", "0", "-1"},
		"beta":             {"NaN", "Inf", "0", "-1"},
		"noise-std":        {"NaN", "Inf", "-0.1", "1e300"},
		"noise":            {"", "none", "0"},
		"labeled-fraction": {"NaN", "Inf", "0", "-1", "1.01"},
		"recall-target":    {"NaN", "Inf", "-1", "1.5"},
		"ef-search":        {"-1", "NaN", "1e18"},
		"seed":             {"-1", "NaN", "1e18"},
		"threads":          {"-1", "1000000000000000000", "NaN"},
	}
	for flag, values := range refused {
		for _, value := range values {
			args := []string{"generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", out, "--" + flag + "=" + value}
			if flag == "recall-target" || flag == "ef-search" {
				args = append(args, "--search", "hnsw")
			}
			_, err := command(t, args...)
			if err == nil || exitCode(err) != exitUsage || !strings.Contains(err.Error(), flag) {
				t.Errorf("--%s %s: exit code %d, error %v", flag, value, exitCode(err), err)
			}
		}
	}
	for flag, value := range map[string]string{"k": "1000000000000000000", "k-factor": "1000000000000000000", "k-labeled": "1000000000000000000", "balance": "0.2"} {
		must(t, "generate", "--quiet", "--force", "--in", in, "--label", "is_fraud", "--out", out, "--"+flag, value)
	}
}
