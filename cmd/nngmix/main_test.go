package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// command carries out a command line in this process and returns what it prints
// to standard output.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(io.Discard)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// must is command for a command line that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...)
	if err != nil {
		t.Fatalf("nngmix %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// reading returns the command line first and args, with --in of a file unless args
// name another.
func reading(in string, args []string, first ...string) []string {
	if !slices.Contains(args, "--in") {
		first = append(first, "--in", in)
	}
	return append(first, args...)
}

// payments writes a small table of payments and returns its path.
func payments(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, "synth", "--out", path, "--rows", "2000", "--anomaly-share", "0.02", "--labeled-share", "0.5", "--seed", "1", "--quiet")
	return path
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestErrorsAndExitCodes(t *testing.T) {
	in := payments(t, "in.csv")
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.csv")
	os.WriteFile(broken, []byte("a,b,is_fraud\n1,2,0\n1,2\n"), 0o666)
	gaps := filepath.Join(dir, "gaps.csv")
	os.WriteFile(gaps, []byte("a,is_fraud\n1,0\n,1\n3,0\n"), 0o666)
	exists := filepath.Join(dir, "exists.csv")
	os.WriteFile(exists, []byte("mine"), 0o666)
	binary := filepath.Join(dir, "table.bin")
	os.WriteFile(binary, []byte("\x00\x01\x02\x03"), 0o666)
	book := filepath.Join(dir, "book.xls")
	os.WriteFile(book, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0o666)
	out := filepath.Join(dir, "out.csv")
	generate := func(args ...string) []string {
		return reading(in, args, "generate", "--quiet", "--label", "is_fraud", "--out", out)
	}
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown command", []string{"generat"}, exitUsage, `"generat"`},
		{"unknown flag", []string{"generate", "--inn", in}, exitUsage, "--inn"},
		{"argument", []string{"generate", in}, exitUsage, "unexpected argument"},
		{"no input", []string{"generate", "--out", out}, exitUsage, "--in"},
		{"no output", []string{"generate", "--in", in}, exitUsage, "--out"},
		{"no label", []string{"generate", "--in", in, "--out", out}, exitUsage, "--label"},
		{"no such file", generate("--in", filepath.Join(dir, "none.csv")), exitFailure, "no such file"},
		{"unknown format", generate("--in", binary), exitFailure, "set --format"},
		{"workbook", generate("--in", book), exitFailure, "it is an old Excel workbook (.xls): save it as CSV"},
		{"unknown output format", generate("--out", filepath.Join(dir, "table.xls")), exitFailure, "must end in .csv"},
		{"no such folder", generate("--out", filepath.Join(dir, "none", "out.csv")), exitFailure, "does not exist"},
		{"no such label", generate("--label", "isfraud"), exitFailure, `did you mean "is_fraud"`},
		{"no such column", generate("--drop", "amounts"), exitFailure, `did you mean "amount"`},
		{"ragged line", generate("--in", broken), exitFailure, "line 3"},
		{"missing values", generate("--in", gaps), exitFailure, "a 1 (of 3 rows)"},
		{"existing output", generate("--out", exists), exitUsage, "--force"},
		{"k of zero", generate("--k", "0"), exitUsage, "--k is 0, want at least 1"},
		{"alpha of zero", generate("--alpha", "0"), exitUsage, "--alpha is 0"},
		{"noise", generate("--noise-std", "-1"), exitUsage, "--noise-std is -1"},
		{"method", generate("--method", "nngmix"), exitUsage, "want one of nng-mix"},
		{"search", generate("--search", "fast"), exitUsage, "auto, brute"},
		{"scale", generate("--scale", "log"), exitUsage, "--scale log"},
		{"clip without ranges", generate("--clip", "--scale", "none"), exitUsage, "--clip needs --scale minmax"},
		{"missing option", generate("--missing", "zero"), exitUsage, "--missing zero"},
		{"fraction", generate("--labeled-fraction", "2"), exitUsage, "--labeled-fraction 2"},
		{"two counts", generate("--count", "5", "--multiplier", "2"), exitUsage, "--multiplier and --count exclude"},
		{"nothing to make", generate("--multiplier", "0"), exitUsage, "no pseudo-anomalies"},
		{"negative count", generate("--count", "-3"), exitUsage, "no pseudo-anomalies"},
		{"header", generate("--header", "maybe"), exitUsage, "--header maybe"},
		{"delimiter", generate("--delimiter", "ab"), exitUsage, "one character"},
		{"no anomalies", generate("--anomaly-value", "7"), exitFailure, "marks no anomaly"},
		{"text in an array", generate("--out", filepath.Join(dir, "out.npz")), exitFailure, "--drop"},
		{"picture format", []string{"plot", "--in", in, "--label", "is_fraud", "--out", filepath.Join(dir, "p.gif")}, exitFailure, "gif"},
		{"info without file", []string{"info"}, exitUsage, "FILE"},
		{"synth share", []string{"synth", "--out", out, "--anomaly-share", "2"}, exitUsage, "anomaly share 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := command(t, test.args...)
			if code := exitCode(err); code != test.code {
				t.Errorf("exit code %d, want %d (%v)", code, test.code, err)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q, want one with %q", err, test.want)
			}
		})
	}
	if text := readFile(t, exists); text != "mine" {
		t.Errorf("the existing file now holds %q", text)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "*out*"))
	temporary, _ := filepath.Glob(filepath.Join(dir, ".nngmix-*"))
	if len(left)+len(temporary) > 0 {
		t.Errorf("failed runs left %v %v", left, temporary)
	}
}

func TestCanceledRunLeavesNothing(t *testing.T) {
	in := payments(t, "in.csv")
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	root := rootCommand()
	root.SetArgs([]string{"generate", "--quiet", "--in", in, "--label", "is_fraud", "--out", filepath.Join(dir, "out.csv")})
	if err := root.ExecuteContext(ctx); err == nil {
		t.Error("a canceled run reports success")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
}

func TestVersion(t *testing.T) {
	if out := must(t, "version"); !strings.Contains(out, "simd") {
		t.Errorf("version prints %q", out)
	}
	if out := must(t, "version", "--levels"); !strings.HasPrefix(out, "generic\n") {
		t.Errorf("version --levels prints %q", out)
	}
}

func TestInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	os.WriteFile(path, []byte("a,b,y\n1,x,0\n1,x,1\n2,,\n"), 0o666)
	out := must(t, "info", path, "--label", "y")
	for _, want := range []string{"3 rows, 2 feature columns", "2 distinct rows (66.7 %), 1 duplicates", "0 1 times, 1 1 times, missing 1 times", "string"} {
		if !strings.Contains(out, want) {
			t.Errorf("info prints %q, want it to hold %q", out, want)
		}
	}
}
