package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/generate"
)

// TestGenerateWithIndexEqualsExact makes pseudo-anomalies with an index whose
// searches find all neighbors: not a byte may differ from exact search, whichever
// rows are labeled.
func TestGenerateWithIndexEqualsExact(t *testing.T) {
	in := randomNumbers(6000, 1, true)
	other := &numbers{rows: in.rows, labels: make([]int, len(in.rows))}
	for i := range other.labels {
		if i%100 < 3 {
			other.labels[i] = 1
		}
	}
	path, relabeled := in.write(t, "in.csv"), other.write(t, "other.csv")
	for _, missing := range []string{"drop", "median"} {
		dir := t.TempDir()
		index := filepath.Join(dir, "t.nngx")
		must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--missing", missing, "--out", index)
		before := readFile(t, index)
		tests := []struct {
			name string
			args []string
		}{
			{"wide", []string{"--in", path, "--ef-search", "500"}},
			{"recall of 1", []string{"--in", path, "--recall-target", "1"}},
			{"named", []string{"--in", path, "--search", "hnsw", "--ef-search", "500", "--seed", "7"}},
			{"hidden labels", []string{"--in", path, "--ef-search", "500", "--labeled-fraction", "0.3"}},
			{"other labels", []string{"--in", relabeled, "--ef-search", "500"}},
			{"other method", []string{"--in", relabeled, "--method", "smote"}},
		}
		for _, tt := range tests {
			t.Run(missing+", "+tt.name, func(t *testing.T) {
				with, without := filepath.Join(dir, "with.csv"), filepath.Join(dir, "without.csv")
				args := append([]string{"generate", "--quiet", "--force", "--label", "y", "--missing", missing, "--provenance", "--k", "6"}, tt.args...)
				must(t, append(args, "--index", index, "--out", with)...)
				exactly := make([]string, 0, len(args))
				for i := 0; i < len(args); i++ {
					switch args[i] {
					case "--ef-search", "--recall-target", "--search":
						i++
					default:
						exactly = append(exactly, args[i])
					}
				}
				must(t, append(exactly, "--search", "brute", "--out", without)...)
				if readFile(t, with) != readFile(t, without) {
					t.Error("the index gives other pseudo-anomalies than exact search")
				}
			})
		}
		if readFile(t, index) != before {
			t.Error("generate changed the index file")
		}
	}
}

// manyLabels labels every fourth row: more anomalies than tuning needs to see.
func manyLabels(n int) *numbers {
	t := randomNumbers(n, 1, false)
	for i := range t.labels {
		t.labels[i] = i % 4 / 3
	}
	return t
}

// TestGenerateApproximatelySameBytes compares numbers of threads where neighbors are
// not the true ones.
func TestGenerateApproximatelySameBytes(t *testing.T) {
	path, dir := manyLabels(6000).write(t, "in.csv"), t.TempDir()
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--out", index)
	for _, how := range [][]string{{"--index", index, "--ef-search", "1"}, {"--index", index, "--recall-target", "0.9"}, {"--search", "hnsw", "--recall-target", "0.9"}} {
		var want string
		for _, threads := range []string{"1", "5"} {
			out := filepath.Join(dir, threads+".csv")
			must(t, append([]string{"generate", "--quiet", "--force", "--in", path, "--label", "y", "--out", out, "--threads", threads}, how...)...)
			if want == "" {
				want = readFile(t, out)
			} else if readFile(t, out) != want {
				t.Errorf("%v: %s threads give other bytes than 1", how, threads)
			}
		}
	}
}

func TestGenerateReportsApproximateSearch(t *testing.T) {
	path, dir := manyLabels(6000).write(t, "in.csv"), t.TempDir()
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--out", index)
	tests := []struct {
		name, method, reason string
		tuned                bool
		args                 []string
	}{
		{"index", "hnsw", "recall was not measured", false, []string{"--index", index}},
		{"index, tuned", "hnsw", "for a target of 0.95", true, []string{"--index", index, "--recall-target", "0.95"}},
		{"index, exact", "exact", "a recall of 1 is asked for", true, []string{"--index", index, "--recall-target", "1"}},
		{"index, few anomalies", "exact", "so few queries", true, []string{"--index", index, "--recall-target", "0.95", "--labeled-fraction", "0.01"}},
		{"hnsw, tuned", "hnsw", "for a target of 0.95", true, []string{"--search", "hnsw", "--recall-target", "0.95"}},
		{"hnsw", "hnsw", "recall was not measured", false, []string{"--search", "hnsw"}},
		{"coder-hnsw", "coder-hnsw", "differ from run to run", false, []string{"--search", "coder-hnsw", "--m", "4", "--labeled-fraction", "0.01"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := filepath.Join(dir, "r.json")
			must(t, append([]string{"generate", "--quiet", "--force", "--in", path, "--label", "y", "--out", filepath.Join(dir, "o.csv"), "--count", "10", "--report", report}, tt.args...)...)
			var r generate.Report
			if err := json.Unmarshal([]byte(readFile(t, report)), &r); err != nil {
				t.Fatal(err)
			}
			s := r.Search
			if s.Method != tt.method || !strings.Contains(s.Reason, tt.reason) || s.K != 10 || s.IndexBytes == 0 && tt.method != "coder-hnsw" {
				t.Errorf("the report says %+v", s)
			}
			if tt.tuned != (s.Tuned != nil) || tt.tuned && s.Tuned.LowerBound < 0.95 || (s.EfSearch > 0) != (tt.method == "hnsw") {
				t.Errorf("the report says %+v, tuned %+v", s, s.Tuned)
			}
			if strings.HasPrefix(tt.name, "index") != (s.Index == index) {
				t.Errorf("the report says index %q", s.Index)
			}
		})
	}
}

// TestExplainIndex looks at what --explain prints of a search of an index.
func TestExplainIndex(t *testing.T) {
	path, dir := manyLabels(6000).write(t, "in.csv"), t.TempDir()
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--out", index)
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"forced", nil, []string{"ef 64,", "chosen    hnsw: forced by --index", "measured  hnsw", "kdtree"}},
		{"width", []string{"--ef-search", "9", "--search", "hnsw"}, []string{"ef 9,", "efSearch 9 as asked", "measured  hnsw"}},
		{"target", []string{"--recall-target", "0.95"}, []string{"recall 0.95", "chosen    hnsw: --index decides", "the estimates are for", "measured  hnsw", "tuned     ef", "with tuning"}},
		{"target of 1", []string{"--recall-target", "1"}, []string{"chosen    brute", "a recall of 1 is asked for", "measured  brute"}},
		{"few anomalies", []string{"--recall-target", "0.95", "--labeled-fraction", "0.01"}, []string{"chosen    brute", "so few queries"}},
		{"no search", []string{"--method", "smote"}, []string{"searches no neighbors"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := filepath.Join(t.TempDir(), "r.json")
			args := append([]string{"--in", path, "--label", "y", "--index", index, "--report", report, "--force"}, tt.args...)
			checkExplain(t, args, tt.want)
			var r generate.Report
			if err := json.Unmarshal([]byte(readFile(t, report)), &r); err != nil {
				t.Fatal(err)
			}
			if p := r.Search.Plan; tt.name == "no search" {
				if p != nil {
					t.Errorf("the report says %+v", p)
				}
			} else if len(p.Estimates) != 3 || p.Estimates[2].Build != 0 || p.Outcome.Search <= 0 || p.Outcome.Method != p.Chosen {
				t.Errorf("the report says %+v, outcome %+v", p, p.Outcome)
			}
		})
	}
}

func TestGenerateRefusesOtherIndex(t *testing.T) {
	in := randomNumbers(600, 1, true)
	path, dir := in.write(t, "in.csv"), t.TempDir()
	build := func(name string, args ...string) string {
		index := filepath.Join(dir, name)
		must(t, append([]string{"index", "build", "--quiet", "--in", path, "--label", "y", "--missing", "drop", "--out", index}, args...)...)
		return index
	}
	index := build("t.nngx")
	changed := randomNumbers(600, 1, true)
	changed.rows[4][1] += 1e-9
	longer := randomNumbers(601, 1, true)
	text := filepath.Join(dir, "text.csv")
	os.WriteFile(text, []byte("a,b,c,y\n1,2,x,0\n1,3,x,1\n"), 0o666)
	damaged := filepath.Join(dir, "damaged.nngx")
	os.WriteFile(damaged, []byte(readFile(t, index)[:5000]), 0o666)
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"values", []string{"--in", changed.write(t, "c.csv")}, exitFailure, "the values in b are others"},
		{"rows", []string{"--in", longer.write(t, "l.csv")}, exitFailure, "it has 600 rows, here are 601"},
		{"missing", []string{"--in", path, "--missing", "median"}, exitFailure, "--missing drop, which left out 86 rows, here are 0"},
		{"scale", []string{"--in", path, "--scale", "none"}, exitFailure, "--scale minmax, here it is none"},
		{"columns", []string{"--in", path, "--drop", "b"}, exitFailure, "it has the columns b, which are missing here"},
		{"more columns", []string{"--in", path, "--index", build("ac.nngx", "--drop", "b")}, exitFailure, "lacks the columns b, which --drop"},
		{"metric", []string{"--in", path, "--index", build("l1.nngx", "--metric", "l1")}, exitFailure, "metric l1, generate needs l2squared"},
		{"text", []string{"--in", text}, exitFailure, "it holds numbers in c, here are categories"},
		{"text without an index", []string{"--in", text, "--index", "", "--search", "coder-hnsw"}, exitFailure, "--drop c"},
		{"no such file", []string{"--in", path, "--index", filepath.Join(dir, "none.nngx")}, exitFailure, "none.nngx"},
		{"damaged", []string{"--in", path, "--index", damaged}, exitFailure, "damaged"},
		{"a table", []string{"--in", path, "--index", path}, exitFailure, "not an index"},
		{"exact method", []string{"--in", path, "--search", "kdtree"}, exitUsage, "leave out --index"},
		{"two widths", []string{"--in", path, "--ef-search", "3", "--recall-target", "0.9"}, exitUsage, "--ef-search and --recall-target exclude"},
		{"target", []string{"--in", path, "--recall-target", "1.5"}, exitUsage, "--recall-target is 1.5"},
		{"coder and target", []string{"--in", path, "--index", "", "--search", "coder-hnsw", "--recall-target", "0.5"}, exitUsage, "--search hnsw"},
		{"width", []string{"--in", path, "--ef-search", "0"}, exitUsage, "--ef-search is 0"},
		{"links", []string{"--in", path, "--m", "1"}, exitUsage, "--m is 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.csv")
			_, err := command(t, append([]string{"generate", "--quiet", "--label", "y", "--missing", "drop", "--index", index, "--out", out}, tt.args...)...)
			if code := exitCode(err); code != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, error %q; want %d and %q", code, err, tt.code, tt.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(out)); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
		})
	}
}
