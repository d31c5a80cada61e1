package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReportPageErrors(t *testing.T) {
	empty := t.TempDir()
	out := filepath.Join(t.TempDir(), "report.html")
	for _, c := range []struct {
		name string
		args []string
		code int
	}{
		{"no folder", []string{"report", "--out", out}, exitUsage},
		{"two folders", []string{"report", empty, empty, "--out", out}, exitUsage},
		{"no page", []string{"report", empty}, exitUsage},
		{"not a page", []string{"report", empty, "--out", "report.csv"}, exitUsage},
		{"foreign folder", []string{"report", empty, "--out", out}, exitFailure},
	} {
		t.Run(c.name, func(t *testing.T) {
			if code := run(t.Context(), c.args); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
		})
	}
}

// TestReportNumbers gives the report numbers that no run measures, which once made
// it draw ticks without end.
func TestReportNumbers(t *testing.T) {
	for name, text := range map[string]string{
		"recall.csv":   "engine,parameter,recall,qps\nhnsw,a,0.9,100000000000000000\nhnsw,b,0.8,100000000000000016\n",
		"recall.csv ":  "engine,parameter,recall,qps\nhnsw,a,100000000000000000,5\nhnsw,b,100000000000000016,5\n",
		"tradeoff.csv": "group,detector,labeled,search,ef_search,share,recall,auroc,gain_over_exact,ci_low,ci_high,sets,seeds\ng,mlp,0.1,hnsw,10,0,1e17,0.5,0,,,1,1\n",
	} {
		dir := t.TempDir()
		name = strings.TrimSpace(name)
		os.WriteFile(filepath.Join(dir, "run.json"), []byte(`{"machine": {"go": "go1.26.0", "cpu": "Chip 9"}}`), 0o666)
		os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666)
		_, err := command(t, "report", dir, "--out", filepath.Join(dir, "report.html"))
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "want") {
			t.Errorf("%s: got %v, want an error that names the file and the bound", name, err)
		}
	}
}

func TestReportPage(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"run.json":   `{"options": {"k": 10}, "machine": {"go": "go1.26.0", "cpu": "Chip 9"}}`,
		"recall.csv": "engine,parameter,recall,qps\nhnsw,ef_search=10,0.9,1000\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "report.html")
	args := []string{"report", dir, "--out", out, "--figures", filepath.Join(dir, "figures"), "--title", "One engine"}
	for i, want := range []int{0, exitFailure} { // the second time the page exists
		if code := run(t.Context(), args); code != want {
			t.Fatalf("run %d: exit code %d, want %d", i+1, code, want)
		}
	}
	page, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(page), "<title>One engine</title>") || !strings.Contains(string(page), "Chip 9") {
		t.Errorf("%v; page: %.300s", err, page)
	}
	if _, err := os.Stat(filepath.Join(dir, "figures", "recall.svg")); err != nil {
		t.Error(err)
	}
}
