package main

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/generate"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/testdata"
)

// records reads a CSV file.
func records(t *testing.T, path string) (header []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(readFile(t, path))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[0], all[1:]
}

func TestGenerateKeepsTypesAndParents(t *testing.T) {
	in := payments(t, "in.csv")
	out := filepath.Join(t.TempDir(), "out.csv")
	must(t, "generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", out, "--provenance", "--noise-std", "0", "--count", "500")
	header, made := records(t, out)
	_, source := records(t, in)
	at := func(name string) int { return slices.Index(header, name) }
	if len(made) != 500 {
		t.Fatalf("%d rows, want 500", len(made))
	}
	for i, row := range made {
		a, err := strconv.Atoi(row[at("nngmix_source_row")])
		if err != nil {
			t.Fatal(err)
		}
		b, err := strconv.Atoi(row[at("nngmix_other_row")])
		if err != nil {
			t.Fatal(err)
		}
		lambda, _ := strconv.ParseFloat(row[at("nngmix_lambda")], 64)
		if source[a][at("is_fraud")] != "1" || source[b][at("is_fraud")] == "1" != (row[at("nngmix_other_labeled")] == "true") {
			t.Fatalf("row %d: its parents %d and %d are not labeled as it says", i, a, b)
		}
		if row[at("is_fraud")] != "1" {
			t.Fatalf("row %d has label %s", i, row[at("is_fraud")])
		}
		for _, name := range []string{"merchant", "country", "channel", "card_present", "new_device"} {
			if v := row[at(name)]; v != source[a][at(name)] && v != source[b][at(name)] {
				t.Fatalf("row %d: %s is %q, its parents have %q and %q", i, name, v, source[a][at(name)], source[b][at(name)])
			}
		}
		mixed := func(name string) float64 {
			x, _ := strconv.ParseFloat(source[a][at(name)], 64)
			y, _ := strconv.ParseFloat(source[b][at(name)], 64)
			return lambda*x + (1-lambda)*y
		}
		if got, _ := strconv.ParseFloat(row[at("amount")], 64); math.Abs(got-mixed("amount")) > 1e-9*math.Abs(got)+1e-9 {
			t.Fatalf("row %d: amount is %v, want the mixture %v", i, got, mixed("amount"))
		}
		if got, err := strconv.Atoi(row[at("minute_of_day")]); err != nil || math.Abs(float64(got)-mixed("minute_of_day")) > 0.5+1e-9 {
			t.Fatalf("row %d: minute is %q, want %v rounded", i, row[at("minute_of_day")], mixed("minute_of_day"))
		}
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	in := payments(t, "in.csv")
	dir := t.TempDir()
	for _, format := range []string{"csv", "csv.zst", "parquet", "arrow"} {
		for _, method := range []string{"nng-mix", "mixup", "cutmix", "cutout", "gaussian", "smote", "oversample"} {
			var want string
			for i, threads := range []string{"1", "2", "7"} {
				out := filepath.Join(dir, method+threads+"."+format)
				must(t, "generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", out, "--method", method,
					"--multiplier", "50", "--seed", "3", "--threads", threads, "--provenance", "--append")
				if i == 0 {
					want = readFile(t, out)
				} else if readFile(t, out) != want {
					t.Errorf("%s to %s: %s threads give other bytes than 1", method, format, threads)
				}
			}
		}
	}
}

func TestAppendKeepsInput(t *testing.T) {
	in := payments(t, "in.csv")
	out := filepath.Join(t.TempDir(), "out.csv")
	must(t, "generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", out, "--append", "--count", "7")
	header, all := records(t, out)
	_, input := records(t, in)
	if len(all) != len(input)+7 {
		t.Fatalf("%d rows, want %d", len(all), len(input)+7)
	}
	mark := slices.Index(header, cli.SyntheticColumn)
	for i, row := range all {
		if got, want := row[mark] == "true", i >= len(input); got != want {
			t.Fatalf("row %d: synthetic %s", i, row[mark])
		}
		if i < len(input) && !slices.Equal(row[:mark], input[i]) {
			t.Fatalf("row %d is %v, the input has %v", i, row[:mark], input[i])
		}
	}
}

func TestFormatsAgree(t *testing.T) {
	csvIn := payments(t, "in.csv")
	dir := t.TempDir()
	var want string
	for _, format := range []string{"csv", "csv.gz", "parquet", "arrow"} {
		in := filepath.Join(dir, "in."+format)
		must(t, "synth", "--out", in, "--rows", "2000", "--anomaly-share", "0.02", "--labeled-share", "0.5", "--seed", "1", "--quiet")
		out := filepath.Join(dir, format+".csv")
		must(t, "generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", out)
		if want == "" {
			want = readFile(t, out)
		} else if readFile(t, out) != want {
			t.Errorf("the table as %s gives other pseudo-anomalies than as CSV", format)
		}
	}
	if in, err := table.Read(t.Context(), csvIn, table.ReadOptions{}); err != nil || in.Rows != 2000 {
		t.Error("the CSV table does not read back:", err)
	}
}

func TestReport(t *testing.T) {
	in := payments(t, "in.csv")
	dir := t.TempDir()
	path := filepath.Join(dir, "r.json")
	must(t, "generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", filepath.Join(dir, "o.csv"), "--report", path, "--seed", "4", "--labeled-fraction", "0.5")
	var report generate.Report
	if err := json.Unmarshal([]byte(readFile(t, path)), &report); err != nil {
		t.Fatal(err)
	}
	for _, stage := range []string{"read", "scale", "dedupe", "search", "generate", "write"} {
		if s, ok := report.Seconds[stage]; !ok || s < 0 {
			t.Errorf("seconds of %s: %v", stage, s)
		}
	}
	if report.Seed != 4 || report.Rows != 2000 || report.Labeled != 10 || report.Hidden != 10 || report.Unlabeled != 1990 || report.Generated != 100 {
		t.Errorf("report says %+v", report)
	}
	if report.Search.Method == "" || report.Search.Reason == "" || report.SIMD == "" || report.PeakRSSBytes == 0 {
		t.Errorf("report lacks the search method and reason, the instruction set or the memory: %+v", report)
	}
	plan := report.Search.Plan
	if plan == nil || len(plan.Estimates) != 3 || plan.Outcome == nil || plan.Outcome.Total <= 0 {
		t.Errorf("report lacks what was planned and measured: %+v", plan)
	}
}

// TestExplain looks at what --explain prints, which must not change the output.
func TestExplain(t *testing.T) {
	in, dir := payments(t, "in.csv"), t.TempDir()
	numeric := testdata.Path(t, "adbench", "Classical", "45_wine.npz")
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"auto", []string{"--in", in, "--label", "is_fraud"}, []string{"table     in memory: at most about", "brute", "kdtree", "hnsw", "chosen", "measured"}},
		{"batches", []string{"--in", in, "--label", "is_fraud", "--batch-rows", "500"}, []string{"table     in batches: --batch-rows asks for it", "each batch is compared"}},
		{"kdtree", []string{"--in", in, "--label", "is_fraud", "--search", "kdtree"}, []string{"chosen    kdtree: the request asks for it"}},
		{"hnsw", []string{"--in", numeric, "--search", "hnsw", "--recall-target", "0.9"}, []string{"chosen    hnsw", "tuned"}},
		{"no search", []string{"--in", in, "--label", "is_fraud", "--method", "smote"}, []string{"searches no neighbors"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkExplain(t, tt.args, tt.want)
		})
	}
	for _, search := range []string{"hnsw", "coder-hnsw"} {
		_, err := command(t, "generate", "--in", numeric, "--out", filepath.Join(dir, "x.csv"), "--search", search, "--explain")
		if err == nil || !strings.Contains(err.Error(), "--explain") {
			t.Errorf("%s: got %v", search, err)
		}
	}
}

// checkExplain runs generate with and without --explain and looks for texts in what
// is printed.
func checkExplain(t *testing.T, args, want []string) {
	t.Helper()
	dir := t.TempDir()
	silent, loud := filepath.Join(dir, "silent.csv"), filepath.Join(dir, "loud.csv")
	must(t, append([]string{"generate", "--quiet", "--out", silent}, args...)...)
	var told strings.Builder
	root := rootCommand()
	root.SetArgs(append([]string{"generate", "--quiet", "--explain", "--out", loud}, args...))
	root.SetErr(&told)
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range want {
		if !strings.Contains(told.String(), text) {
			t.Errorf("%q is missing:\n%s", text, told.String())
		}
	}
	if readFile(t, silent) != readFile(t, loud) {
		t.Error("--explain changes the output")
	}
}

func TestProvenanceFromOutside(t *testing.T) {
	check := testdata.Path(t, "..", "checks", "provenance_check.py")
	const python = "/usr/bin/python3"
	if err := exec.Command(python, "-c", "import numpy, scipy").Run(); err != nil {
		t.Skip("the check needs python3 with numpy and scipy:", err)
	}
	// Few values would miss the check's bound on the mean of the noise by chance.
	sets := map[string]string{"23_mammography": "50", "33_skin": "1", "45_wine": "1000", "20_letter": "50"}
	for set, multiplier := range sets {
		in := testdata.Path(t, "adbench", "Classical", set+".npz")
		index := filepath.Join(t.TempDir(), "t.nngx")
		must(t, "index", "build", "--quiet", "--in", in, "--out", index)
		for std, search := range map[string][]string{"0": {"--search", "auto"}, "0.3": {"--index", index, "--recall-target", "0.9995"}} {
			out := filepath.Join(t.TempDir(), "o.npz")
			must(t, append([]string{"generate", "--quiet", "--in", in, "--out", out, "--provenance", "--noise-std", std, "--k", "5", "--k-labeled", "4", "--multiplier", multiplier, "--seed", "9"}, search...)...)
			if text, err := exec.Command(python, check, in, out, "5", "4", std, multiplier).CombinedOutput(); err != nil {
				t.Errorf("%s, noise %s: %s", set, std, text)
			}
		}
	}
}
