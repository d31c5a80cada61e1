package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestKilledInBatches kills generate at random moments of its passes through a folder
// of CSV files and of writing: there is no output or a whole one, nothing is left
// beside it or among temporary files, and the next run works.
func TestKilledInBatches(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that are open keep their names there")
	}
	folder := t.TempDir()
	in, out, scratch := filepath.Join(folder, "in"), filepath.Join(folder, "out"), filepath.Join(folder, "scratch")
	for _, dir := range []string{out, scratch} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	writeParts(t, in, "csv", mixedColumns(20_000), 2)
	file := filepath.Join(out, "pseudo.parquet")
	start := func() *exec.Cmd {
		args := []string{"generate", "--in", in, "--label", "is_fraud", "--missing", "median", "--method", "mixup", "--out", file,
			"--append", "--batch-rows", "900", "--scratch", scratch, "--quiet", "--force"}
		cmd := exec.Command(os.Args[0], "-test.run=^TestInterruptedChild$")
		cmd.Env = append(os.Environ(), "NNGMIX_TEST_RUN="+strings.Join(args, "\n"), "TMPDIR="+scratch)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	began := time.Now()
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}
	whole, want := time.Since(began), readFile(t, file)
	kills := 100
	if testing.Short() || raceEnabled {
		kills = 10
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range kills {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		cmd := start()
		time.Sleep(time.Duration(rng.Int64N(int64(whole))))
		_ = cmd.Process.Kill() // an error where it has ended
		_ = cmd.Wait()
		for _, dir := range []string{out, scratch} {
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != filepath.Base(file) && (runtime.GOOS == "linux" || !strings.HasPrefix(e.Name(), ".nngmix-")) {
					t.Fatalf("%s is left in %s", e.Name(), dir)
				}
			}
		}
		if _, err := os.Stat(file); err == nil && readFile(t, file) != want {
			t.Fatal("half an output")
		}
	}
	if err := start().Wait(); err != nil || readFile(t, file) != want {
		t.Fatalf("the next run gives another output (%v)", err)
	}
}
