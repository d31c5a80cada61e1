package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFolderInAndOut: a table cut into files of a folder gives the samples that the
// whole table gives, and a folder as output holds them in files of so many rows.
func TestFolderInAndOut(t *testing.T) {
	whole := payments(t, "in.csv")
	lines := strings.SplitAfter(readFile(t, whole), "\n")
	dir := t.TempDir()
	for i, cut := range [][2]int{{1, 400}, {400, 401}, {401, len(lines)}} {
		folder := filepath.Join(dir, "in", "part="+string(rune('a'+i)))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			t.Fatal(err)
		}
		text := lines[0] + strings.Join(lines[cut[0]:cut[1]], "")
		if err := os.WriteFile(filepath.Join(folder, "rows.csv"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run := func(out string, in ...string) {
		must(t, append([]string{"generate", "--quiet", "--label", "is_fraud", "--append", "--provenance", "--seed", "7", "--out", out}, in...)...)
	}
	want, got := filepath.Join(dir, "want.csv"), filepath.Join(dir, "got.csv")
	run(want, "--in", whole)
	run(got, "--in", filepath.Join(dir, "in"), "--hive", "no")
	if readFile(t, got) != readFile(t, want) {
		t.Error("a folder gives other bytes than the whole table")
	}
	again := filepath.Join(dir, "again.csv")
	run(again, "--hive", "no", "--in", filepath.Join(dir, "in", "part=[ab]", "*.csv"), "--in", filepath.Join(dir, "in", "part=c", "rows.csv"))
	if readFile(t, again) != readFile(t, want) {
		t.Error("a pattern and a file give other bytes than the whole table")
	}

	run(filepath.Join(dir, "out.csv")+"/", "--in", whole, "--rows-per-file", "700")
	files, _ := filepath.Glob(filepath.Join(dir, "out.csv", "part-*.csv"))
	text := ""
	for _, file := range files {
		part := readFile(t, file)
		head, rows, _ := strings.Cut(part, "\n")
		if text == "" {
			text = head + "\n"
		}
		if n := strings.Count(rows, "\n"); n > 700 || n < 700 && file != files[len(files)-1] {
			t.Errorf("%s has %d rows", file, n)
		}
		text += rows
	}
	if len(files) < 3 || text != readFile(t, want) {
		t.Errorf("%d files of the folder do not hold the rows of the one file", len(files))
	}
	if out := must(t, "info", filepath.Join(dir, "in")); !strings.Contains(out, "part") {
		t.Errorf("the key of the folders is no column: %s", out)
	}
	for _, tc := range []struct{ out, in, want string }{
		{filepath.Join(dir, "out.csv"), whole, "--force"},
		{filepath.Join(dir, "x.csv"), filepath.Join(dir, "none", "*.csv"), "no file matches"},
		{filepath.Join(dir, "x.csv"), filepath.Dir(withoutTables(t)), "no file in the folder"},
	} {
		_, err := command(t, "generate", "--quiet", "--label", "is_fraud", "--in", tc.in, "--out", tc.out)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("--in %s --out %s: %v, want %q", tc.in, tc.out, err, tc.want)
		}
	}
}

// withoutTables returns the path of a file in a folder without tables.
func withoutTables(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "notes.md")
	if err := os.WriteFile(path, []byte("none"), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}
