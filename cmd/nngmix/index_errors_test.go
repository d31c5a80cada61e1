package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/ann"
)

func TestIndexErrors(t *testing.T) {
	dir := t.TempDir()
	in := randomNumbers(300, 1, false).write(t, "in.csv")
	index := filepath.Join(dir, "t.nngx")
	must(t, "index", "build", "--quiet", "--in", in, "--label", "y", "--out", index)
	sound := readFile(t, index)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		os.WriteFile(path, []byte(text), 0o666)
		return path
	}
	foreign := filepath.Join(dir, "foreign.nngx")
	x, err := ann.Build(t.Context(), []float32{1, 2, 3, 4}, 2, ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Save(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "none", "out.nngx")
	build := func(args ...string) []string {
		return reading(in, args, "index", "build", "--quiet", "--label", "y", "--out", filepath.Join(dir, "out.nngx"))
	}
	search := func(args ...string) []string {
		return append([]string{"index", "search", "--quiet", "--index", index, "--queries", in, "--out", filepath.Join(dir, "out.npz")}, args...)
	}
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"build: no input", []string{"index", "build", "--out", out}, exitUsage, "--in"},
		{"build: no output", []string{"index", "build", "--in", in}, exitUsage, "--out"},
		{"build: no such folder", build("--out", out), exitFailure, "does not exist"},
		{"build: no such label", build("--label", "z"), exitFailure, `no column "z"`},
		{"build: a table's name", build("--out", filepath.Join(dir, "out.parquet")), exitUsage, ".nngx"},
		{"build: existing", build("--out", index), exitUsage, "--force"},
		{"build: metric", build("--metric", "hamming"), exitUsage, "--metric hamming"},
		{"build: m", build("--m", "1000"), exitUsage, "--m is 1000"},
		{"build: ef", build("--ef-construction", "0"), exitUsage, "--ef-construction is 0"},
		{"build: threads", build("--threads", "-1"), exitUsage, "--threads is -1"},
		{"build: scale", build("--scale", "log"), exitUsage, "--scale log"},
		{"build: text", build("--in", file("text.csv", "a,b,c,y\n1,x,z,0\n2,x,w,1\n"), "--metric", "l1"), exitFailure, "--drop b,c, or use --metric l2squared"},
		{"build: gaps", build("--in", file("gaps.csv", "a,y\n1,0\n,1\n")), exitFailure, "a 1 (of 2 rows)"},
		{"build: too wide", build("--in", file("wide.csv", "a,y\n1e200,0\n2,1\n"), "--scale", "none"), exitFailure, "column a, row 0"},
		{"build: only a label", build("--in", file("label.csv", "y\n0\n1\n")), exitFailure, "no feature column"},
		{"search: no index", []string{"index", "search", "--queries", in, "--out", out}, exitUsage, "--index"},
		{"search: no queries", []string{"index", "search", "--index", index, "--out", out}, exitUsage, "--queries"},
		{"search: no output", []string{"index", "search", "--index", index, "--queries", in}, exitUsage, "--out"},
		{"search: k", search("--k", "0"), exitUsage, "--k is 0"},
		{"search: width", search("--ef-search", "0"), exitUsage, "--ef-search is 0"},
		{"search: two widths", search("--ef-search", "9", "--recall-target", "0.9"), exitUsage, "exclude each other"},
		{"search: target", search("--recall-target", "-1"), exitUsage, "--recall-target is -1"},
		{"search: existing", search("--out", index), exitUsage, "must end in"},
		{"search: existing table", search("--out", file("hits.csv", "mine")), exitUsage, "--force"},
		{"search: no such folder", search("--out", filepath.Join(dir, "none", "h.npz")), exitFailure, "does not exist"},
		{"search: missing column", search("--queries", file("ab.csv", "a,b,d\n1,2,3\n")), exitFailure, `no column "c"`},
		{"search: text column", search("--queries", file("t.csv", "a,b,c\n1,x,3\n")), exitFailure, "column b holds strings"},
		{"search: missing value", search("--queries", file("m.csv", "a,b,c\n1,2,3\n1,,3\n")), exitFailure, "column b, row 1"},
		{"search: infinite value", search("--queries", file("i.csv", "a,b,c\n1,2,3\n1,inf,3\n")), exitFailure, "column b, row 1"},
		{"search: far value", search("--queries", file("f.csv", "a,b,c\n1,2,1e300\n")), exitFailure, "column c, row 0"},
		{"search: array", search("--queries", randomNumbers(5, 1, false).writeArray(t, 0, 1)), exitFailure, "the array has 2 columns, the index 3 (a, b, c)"},
		{"search: no such index", search("--index", out), exitFailure, "out.nngx"},
		{"search: index of a program", search("--index", foreign), exitFailure, "nngmix index build"},
		{"search: truncated", search("--index", file("short.nngx", sound[:len(sound)/2])), exitFailure, "damaged"},
		{"search: a table", search("--index", in), exitFailure, "in.csv"},
		{"info: no file", []string{"index", "info"}, exitUsage, "FILE"},
		{"info: a table", []string{"index", "info", in}, exitFailure, "in.csv"},
		{"verify: two files", []string{"index", "verify", index, index}, exitUsage, "FILE"},
		{"verify: truncated", []string{"index", "verify", filepath.Join(dir, "short.nngx")}, exitFailure, "damaged"},
		{"verify: no such file", []string{"index", "verify", out}, exitFailure, "out.nngx"},
		{"unknown command", []string{"index", "buidl"}, exitUsage, "buidl"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := command(t, tt.args...)
			if code := exitCode(err); code != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, error %q; want %d and %q", code, err, tt.code, tt.want)
			}
		})
	}
	if readFile(t, index) != sound || readFile(t, filepath.Join(dir, "hits.csv")) != "mine" {
		t.Error("existing files were changed")
	}
	left, _ := filepath.Glob(filepath.Join(dir, "out.*"))
	temporary, _ := filepath.Glob(filepath.Join(dir, ".nngmix-*"))
	if len(left)+len(temporary) > 0 {
		t.Errorf("failed runs left %v %v", left, temporary)
	}
}

// TestIndexVerifySeesDamage changes single bytes all over an index file.
func TestIndexVerifySeesDamage(t *testing.T) {
	dir := t.TempDir()
	in := randomNumbers(6000, 1, true).write(t, "in.csv")
	index, bad := filepath.Join(dir, "t.nngx"), filepath.Join(dir, "bad.nngx")
	must(t, "index", "build", "--quiet", "--in", in, "--label", "y", "--missing", "drop", "--out", index)
	text := []byte(readFile(t, index))
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		at, bit := r.IntN(len(text)), byte(1)<<r.IntN(8)
		text[at] ^= bit
		if err := os.WriteFile(bad, text, 0o666); err != nil {
			t.Fatal(err)
		}
		text[at] ^= bit
		if out, err := command(t, "index", "verify", bad); exitCode(err) != exitFailure || !strings.Contains(err.Error(), bad) {
			t.Fatalf("byte %d changed: verify prints %q, %v", at, out, err)
		}
	}
}

func TestCanceledIndexBuildLeavesNothing(t *testing.T) {
	in := randomNumbers(6000, 1, false).write(t, "in.csv")
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 40 * time.Millisecond} {
		dir := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), after)
		root := rootCommand()
		root.SetArgs([]string{"index", "build", "--quiet", "--in", in, "--label", "y", "--out", filepath.Join(dir, "t.nngx"), "--report", filepath.Join(dir, "r.json")})
		err := root.ExecuteContext(ctx)
		cancel()
		if left, _ := os.ReadDir(dir); err != nil && len(left) > 0 {
			t.Errorf("canceled after %v: %v, left %v", after, err, left)
		} else if err == nil && after == 0 {
			t.Error("a canceled run reports success")
		}
	}
}

// TestIndexBuildKilled kills nngmix index build at random moments: the file is not
// there, or the old one, or the new one, and sound.
func TestIndexBuildKilled(t *testing.T) {
	if args := os.Getenv("NNGMIX_TEST_COMMAND"); args != "" {
		os.Stdout.WriteString("started\n")
		os.Exit(run(context.Background(), strings.Split(args, "\n")))
	}
	index := filepath.Join(t.TempDir(), "t.nngx")
	ins := []string{randomNumbers(4000, 1, false).write(t, "in.csv"), randomNumbers(4500, 2, false).write(t, "in.csv")}
	// start starts a build that prints when it does.
	start := func(in string) *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestIndexBuildKilled$")
		args := []string{"index", "build", "--quiet", "--in", in, "--label", "y", "--out", index, "--force"}
		cmd.Env = append(os.Environ(), "NNGMIX_TEST_COMMAND="+strings.Join(args, "\n"))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatalf("the program does not start: %v", err)
		}
		return cmd
	}
	r := rand.New(rand.NewPCG(3, 1))
	var whole time.Duration // that a build takes
	killed, there := 0, false
	for i := range 20 {
		began := time.Now()
		cmd := start(ins[i%2])
		if i != 5 { // one is let through, before which there is no file or a whole one
			time.Sleep(time.Duration(r.Int64N(int64(max(whole, 20*time.Millisecond)))))
			_ = cmd.Process.Kill() // an error where it has ended
		}
		if err := cmd.Wait(); err != nil {
			killed++
		} else if i == 5 {
			whole = time.Since(began)
		}
		_, err := command(t, "index", "verify", index)
		switch {
		case err == nil:
			there = true
		case !errors.Is(err, fs.ErrNotExist) || there:
			t.Fatalf("after kill %d: %v", i, err)
		}
	}
	if killed < 5 || !there {
		t.Errorf("%d runs were killed, a file is there: %v; the test shows little", killed, there)
	}
}
