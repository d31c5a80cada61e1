package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nngmix/nngmix/cmd/nngmix/nngmix-cloud/internal/servers"
)

// arguments of the command that a process of a test is, one a line.
const arguments = "NNGMIX_TEST_ARGUMENTS"

func TestMain(m *testing.M) {
	if args := os.Getenv(arguments); args != "" {
		os.Args = append(os.Args[:1], strings.Split(args, "\n")...)
		main()
	}
	os.Exit(m.Run())
}

// command returns nngmix with these arguments.
func command(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), arguments+"="+strings.Join(args, "\n"))
	return c
}

// must runs nngmix, which has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// contents returns the files below a folder by their names.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(content)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return files
}

// tables writes the same folder of tables below dir and into the bucket.
func tables(t *testing.T, s *servers.Server, rows int, formats ...string) (dir, bucket string) {
	t.Helper()
	dir, bucket = t.TempDir(), filepath.Join(s.Dir, "data", "bucket")
	for i, format := range formats {
		name := fmt.Sprintf("in/day=%d/part.%s", i, format)
		for _, folder := range []string{dir, bucket} {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		must(t, "synth", "--rows", fmt.Sprint(rows), "--seed", fmt.Sprint(i+1), "--out", filepath.Join(dir, name), "--quiet")
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(bucket, name), content, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir, bucket
}

// generate returns arguments that make a table of all rows and new ones.
func generate(in, out string, more ...string) []string {
	return append([]string{"generate", "--in", in, "--label", "is_fraud", "--out", out, "--multiplier", "10", "--seed", "1", "--append", "--quiet"}, more...)
}

// TestGenerate: from objects to objects are the bytes of from files to files.
func TestGenerate(t *testing.T) {
	s := servers.All[0].Run(t)
	dir, bucket := tables(t, s, 20_000, "parquet", "csv.gz", "csv.zst", "arrow")
	for _, tc := range []struct{ in, out string }{
		{"in/", "whole.csv"}, {"in", "whole.parquet"}, {"in/day=[12]/*", "two.arrow"}, {"in/day=0/part.parquet", "one.tsv.gz"}, {"in/", "folder.csv/"},
	} {
		must(t, generate(filepath.Join(dir, tc.in), dir+"/"+tc.out, "--rows-per-file", "30000")...)
		must(t, generate("s3://bucket/"+tc.in, "s3://bucket/"+tc.out, "--rows-per-file", "30000")...)
		want, got := contents(t, filepath.Join(dir, tc.out)), contents(t, filepath.Join(bucket, tc.out))
		if strings.HasSuffix(tc.out, "/") {
			want["/_SUCCESS"] = ""
		}
		if len(got) != len(want) || len(got) == 0 {
			t.Errorf("%s: %d files, want %d", tc.out, len(got), len(want))
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s%s: other bytes", tc.out, name)
			}
		}
		out, err := command(generate("s3://bucket/in/", "s3://bucket/"+tc.out)...).CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("--force replaces")) {
			t.Errorf("%s once more: %v\n%s", tc.out, err, out)
		}
	}
	if got, want := must(t, "info", "s3://bucket/folder.csv/", "--json"), must(t, "info", dir+"/folder.csv/", "--json"); strings.ReplaceAll(got, "s3://bucket/", "") != strings.ReplaceAll(want, dir+"/", "") {
		t.Errorf("info says\n%s\nand of files\n%s", got, want)
	}
	must(t, generate("s3://bucket/in/", "s3://bucket/folder.csv/", "--force", "--rows-per-file", "60000")...)
	if got := contents(t, filepath.Join(bucket, "folder.csv")); len(got) != 3 {
		t.Errorf("%d objects are left, want two parts and _SUCCESS", len(got))
	}
}

// TestServerKilledMeanwhile: the store is killed while a command reads.
func TestServerKilledMeanwhile(t *testing.T) {
	s := servers.All[0].Run(t)
	dir, _ := tables(t, s, 200_000, "csv", "csv")
	must(t, generate(dir+"/in/", dir+"/out.parquet")...)
	want := contents(t, filepath.Join(dir, "out.parquet"))
	for round := range 3 {
		run := command(generate("s3://bucket/in/", dir+"/got.parquet", "--force")...)
		var said bytes.Buffer
		run.Stderr = &said
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50*time.Millisecond + rand.N(200*time.Millisecond))
		s.Kill()
		time.Sleep(500 * time.Millisecond)
		s.Start(t)
		if err := run.Wait(); err != nil {
			t.Fatalf("round %d: %v\n%s", round, err, said.String())
		}
		if got := contents(t, filepath.Join(dir, "got.parquet")); got[""] != want[""] {
			t.Errorf("round %d: other bytes", round)
		}
	}
}

// TestKilledWhileWriting: a command that is interrupted or killed leaves no object
// and no folder that says it is whole, and the next run works.
func TestKilledWhileWriting(t *testing.T) {
	s := servers.All[0].Run(t)
	dir, bucket := tables(t, s, 200_000, "parquet")
	must(t, generate(dir+"/in/", dir+"/out.csv")...)
	want := contents(t, dir+"/out.csv")[""]
	for round := range 6 {
		out := []string{"out.csv", "folder.csv/"}[round%2]
		signal := []syscall.Signal{syscall.SIGKILL, syscall.SIGINT}[round/2%2]
		run := command(generate("s3://bucket/in/", "s3://bucket/"+out, "--force", "--rows-per-file", "20000")...)
		if err := run.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200*time.Millisecond + rand.N(400*time.Millisecond))
		_ = run.Process.Signal(signal)
		failed := run.Wait()
		left := contents(t, filepath.Join(bucket, out))
		_, whole := left["/_SUCCESS"]
		if signal == syscall.SIGINT && failed != nil && len(left) > 0 {
			t.Errorf("%v left %d objects", signal, len(left))
		}
		must(t, generate("s3://bucket/in/", "s3://bucket/"+out, "--force", "--rows-per-file", "20000")...)
		got := contents(t, filepath.Join(bucket, out))
		if out == "out.csv" && got[""] != want {
			t.Error("the next run writes other bytes")
		}
		if says := whole || out == "out.csv" && len(left) > 0; says && !maps.Equal(left, got) { // it may be killed when all was done
			t.Errorf("%v left something that is not whole", signal)
		}
		if err := os.RemoveAll(filepath.Join(bucket, out)); err != nil {
			t.Fatal(err)
		}
	}
}
