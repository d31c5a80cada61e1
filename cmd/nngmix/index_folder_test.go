package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// manySorts writes a table with every kind of column as so many Parquet files.
func manySorts(t *testing.T, rows, parts int) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "in")
	writeParts(t, folder, "parquet", mixedColumns(rows), parts)
	return folder
}

// TestIndexFolderEqualsFile: an index of segments, however it was cut, answers exact
// searches as one file does.
func TestIndexFolderEqualsFile(t *testing.T) {
	in := manySorts(t, 1200, 3)
	for _, missing := range []string{"drop", "median"} {
		dir := t.TempDir()
		build := func(name string, args ...string) string {
			path := filepath.Join(dir, name)
			must(t, append([]string{"index", "build", "--quiet", "--in", in, "--label", "is_fraud", "--missing", missing, "--categorical", "merchant", "--out", path}, args...)...)
			return path
		}
		search := func(index string, args ...string) string {
			out := filepath.Join(dir, "hits.csv")
			queries := filepath.Join(in, "part-1.parquet")
			if missing == "drop" {
				queries = filepath.Join(dir, "q.csv")
				text := "amount,short,wide,merchant,kind,yes,when,price\n3.5,0.1,1152921504606846999,1007,a,true,2023-11-14T23:13:20.000001,12.30\n"
				if err := os.WriteFile(queries, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			must(t, append([]string{"index", "search", "--quiet", "--force", "--index", index, "--queries", queries, "--recall-target", "1", "--out", out}, args...)...)
			return readFile(t, out)
		}
		want := search(build("one.nngx"))
		for name, args := range map[string][]string{
			"slash.nngx/":  nil,
			"rows.nngx":    {"--segment-rows", "100"},
			"batches.nngx": {"--batch-rows", "77", "--threads", "3"},
			"both.nngx":    {"--batch-rows", "77", "--segment-rows", "501"},
		} {
			index := build(name, args...)
			if got := search(index); got != want {
				t.Errorf("--missing %s, %s: other neighbors than in one file", missing, name)
			}
			if got := search(index, "--load"); got != want {
				t.Errorf("--missing %s, %s, in memory: other neighbors than in one file", missing, name)
			}
			if out := must(t, "index", "verify", index); !strings.Contains(out, "sound") {
				t.Errorf("%s: %s", name, out)
			}
			if out := must(t, "index", "info", index); !strings.Contains(out, "1200 rows") || !strings.Contains(out, "merchant") {
				t.Errorf("%s: %s", name, out)
			}
		}
	}
}

// TestGenerateWithFolderEqualsExact is TestGenerateWithIndexEqualsExact for segments.
func TestGenerateWithFolderEqualsExact(t *testing.T) {
	in, dir := manySorts(t, 1500, 2), t.TempDir()
	for _, missing := range []string{"drop", "median"} {
		index := filepath.Join(dir, missing+".nngx")
		must(t, "index", "build", "--quiet", "--in", in, "--label", "is_fraud", "--missing", missing, "--out", index, "--segment-rows", "333")
		generate := func(args ...string) string {
			out := filepath.Join(dir, "out.csv")
			must(t, append([]string{"generate", "--quiet", "--force", "--in", in, "--label", "is_fraud", "--missing", missing, "--provenance", "--out", out}, args...)...)
			return readFile(t, out)
		}
		want := generate("--search", "brute")
		for _, width := range [][]string{{"--recall-target", "1"}, {"--ef-search", "1500"}} {
			for _, batches := range [][]string{nil, {"--batch-rows", "100"}} {
				if generate(slices.Concat(width, batches, []string{"--index", index})...) != want {
					t.Errorf("--missing %s, %v, %v: the index gives other pseudo-anomalies than exact search", missing, width, batches)
				}
			}
		}
	}
}

// TestGenerateInBatchesRefusesOtherIndex: a table that is gone through in batches is
// compared with the index as one in memory is.
func TestGenerateInBatchesRefusesOtherIndex(t *testing.T) {
	in := randomNumbers(6000, 1, true)
	path, dir := in.write(t, "in.csv"), t.TempDir()
	changed, relabeled := randomNumbers(6000, 1, true), &numbers{rows: in.rows, labels: make([]int, 6000)}
	changed.rows[4][1] += 1e-9
	relabeled.labels[1], relabeled.labels[77] = 1, 1
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", path, "--label", "y", "--missing", "drop", "--out", index, "--segment-rows", "1000")
	for _, tt := range []struct {
		name string
		args []string
		want string // of the error
	}{
		{"the table", []string{"--in", path}, ""},
		{"labels", []string{"--in", relabeled.write(t, "l.csv")}, ""},
		{"another method", []string{"--in", path, "--method", "smote"}, ""},
		{"values", []string{"--in", changed.write(t, "c.csv")}, "the values in b are others"},
		{"missing", []string{"--in", path, "--missing", "median"}, "which left out"},
		{"rows", []string{"--in", randomNumbers(6001, 1, true).write(t, "r.csv")}, "it has 6000 rows, here are 6001"},
		{"explain", []string{"--in", path, "--explain"}, "--explain"},
	} {
		for _, batches := range [][]string{nil, {"--batch-rows", "1000"}} {
			out := filepath.Join(t.TempDir(), "out.csv")
			_, err := command(t, slices.Concat([]string{"generate", "--quiet", "--label", "y", "--missing", "drop", "--index", index, "--out", out}, tt.args, batches)...)
			if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s, %v: got %v, want %q", tt.name, batches, err, tt.want)
			}
			if _, exists := os.Stat(out); (exists == nil) != (err == nil) {
				t.Errorf("%s, %v: output: %v, error: %v", tt.name, batches, exists, err)
			}
		}
	}
}

// TestIndexFolderErrors: what cannot be is said before any work, and leaves nothing.
func TestIndexFolderErrors(t *testing.T) {
	in := randomNumbers(300, 1, false).write(t, "in.csv")
	dir := t.TempDir()
	strange := filepath.Join(dir, "strange")
	if err := os.MkdirAll(strange, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(strange, "notes.txt"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	file, folder := filepath.Join(dir, "file.nngx"), filepath.Join(dir, "folder.nngx")
	build := func(args ...string) []string {
		return append([]string{"index", "build", "--quiet", "--in", in, "--label", "y"}, args...)
	}
	must(t, build("--out", file)...)
	must(t, build("--out", folder+"/")...)
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"exists", build("--out", folder), exitUsage, "--force"},
		{"a file for a folder", build("--out", file, "--segment-rows", "10", "--force"), exitFailure, "it is a file"},
		{"strange files", build("--out", strange, "--force"), exitFailure, "holds notes.txt"},
		{"segment rows", build("--out", filepath.Join(dir, "x"), "--segment-rows", "-1"), exitUsage, "--segment-rows is -1"},
		{"little memory", build("--out", filepath.Join(dir, "x"), "--memory", "1kB"), exitUsage, "--memory 1kB: want at least"},
		{"no table", []string{"index", "build", "--quiet", "--in", filepath.Join(dir, "none.csv"), "--out", filepath.Join(dir, "x") + "/"}, exitFailure, "none.csv"},
		{"no index", []string{"index", "verify", strange}, exitFailure, "without manifest.json"},
		{"categories", []string{"index", "build", "--quiet", "--in", manySorts(t, 100, 1), "--missing", "drop", "--metric", "l1", "--out", filepath.Join(dir, "x") + "/"}, exitFailure, "compares numbers only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := command(t, tt.args...)
			if code := exitCode(err); code != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, error %v; want %d and %q", code, err, tt.code, tt.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".nngmix-*")); len(left) > 0 {
				t.Errorf("it left %v", left)
			}
			if _, err := os.Stat(filepath.Join(dir, "x")); err == nil {
				t.Error("there is an index")
			}
		})
	}
	must(t, build("--out", folder, "--force", "--segment-rows", "100")...)
	if files, _ := filepath.Glob(filepath.Join(folder, "*")); len(files) != 4 {
		t.Errorf("the new index has the files %v", files)
	}
}

// TestIndexAdd adds files to an index of one, searches it, makes samples with it and
// puts its segments together: all is as with an index of the whole.
func TestIndexAdd(t *testing.T) {
	in, dir := manySorts(t, 1500, 3), t.TempDir()
	index, out := filepath.Join(dir, "i.nngx"), filepath.Join(dir, "hits.csv")
	whole := filepath.Join(dir, "whole.nngx")
	must(t, "index", "build", "--quiet", "--in", in, "--label", "is_fraud", "--missing", "median", "--scale", "none", "--drop", "when,wide", "--out", whole)
	must(t, "index", "build", "--quiet", "--in", filepath.Join(in, "part-0.parquet"), "--label", "is_fraud", "--missing", "median", "--scale", "none", "--drop", "when,wide", "--out", index+"/")
	before := readFile(t, filepath.Join(index, "segment-000000.nngx"))
	for _, part := range []string{"part-1.parquet", "part-2.parquet"} {
		must(t, "index", "add", "--quiet", "--in", filepath.Join(in, part), "--index", index, "--segment-rows", "300", "--batch-rows", "70")
	}
	if readFile(t, filepath.Join(index, "segment-000000.nngx")) != before {
		t.Error("a segment that was there has changed")
	}
	queries := filepath.Join(dir, "q.csv")
	text := "amount,short,merchant,kind,yes,price\n"
	for i := range 40 {
		text += fmt.Sprintf("%d.5,0.%d,1007,%c,true,%d.30\n", i*7, i, 'a', i*20)
	}
	if err := os.WriteFile(queries, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	search := func(index string) string {
		must(t, "index", "search", "--quiet", "--force", "--index", index, "--queries", queries, "--recall-target", "1", "--out", out)
		return readFile(t, out)
	}
	want := search(whole)
	if search(index) != want {
		t.Error("other neighbors than in an index of the whole")
	}
	must(t, "index", "compact", "--quiet", index)
	if files, _ := filepath.Glob(filepath.Join(index, "*")); len(files) != 2 {
		t.Errorf("compact leaves %v", files)
	}
	if search(index) != want {
		t.Error("other neighbors than in an index of the whole after compact")
	}
	if out := must(t, "index", "info", index); !strings.Contains(out, "1500 rows") {
		t.Errorf("info prints %s", out)
	}
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no input", []string{"index", "add", "--index", index}, exitUsage, "--in FILE is missing"},
		{"no index", []string{"index", "add", "--in", queries}, exitUsage, "--index FOLDER is missing"},
		{"a file", []string{"index", "add", "--in", queries, "--index", whole}, exitFailure, "it is one file"},
		{"a file to compact", []string{"index", "compact", whole}, exitFailure, "it is one file"},
		{"a column less", []string{"index", "add", "--in", queries, "--index", index, "--drop", "kind"}, exitFailure, "the index needs a column that is missing"},
		{"no such index", []string{"index", "add", "--in", queries, "--index", filepath.Join(dir, "none")}, exitFailure, "none"},
	} {
		_, err := command(t, append(tt.args, "--quiet")...)
		if code := exitCode(err); code != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: exit code %d, error %v; want %d and %q", tt.name, code, err, tt.code, tt.want)
		}
	}
}
