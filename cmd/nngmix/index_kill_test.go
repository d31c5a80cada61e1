package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/tableindex"
)

var kills = flag.Int("kills", 8, "moments at which each of TestIndexKilled's commands is killed")

// killed runs a command line in a program of its own, which it kills after a time, if
// that is not 0, and returns how long it ran.
func killed(t *testing.T, after time.Duration, args ...string) time.Duration {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestInterruptedChild$")
	cmd.Env = append(os.Environ(), "NNGMIX_TEST_RUN="+strings.Join(args, "\n"))
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		time.Sleep(after)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	} else if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return time.Since(start)
}

// rowsOf verifies an index and returns how many rows its table has; 0 where none is.
func rowsOf(t *testing.T, path string) int {
	t.Helper()
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return 0
	}
	if err := tableindex.Verify(t.Context(), path); err != nil {
		t.Fatalf("half an index: %v", err)
	}
	x, err := tableindex.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	return x.Schema.Rows
}

// tidy fails where the folder has a file that no index has.
func tidy(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if temporary, _ := filepath.Match(".nngmix-*.tmp", e.Name()); !temporary && !tableindex.Own(e) && !strings.HasSuffix(e.Name(), ".nngx") {
			t.Fatalf("%s is left", e.Name())
		}
	}
}

// TestIndexKilled kills index build, add and compact at many moments: the index is then
// absent or whole, an old one as it was or changed, and the next run works and tidies
// up.
func TestIndexKilled(t *testing.T) {
	in, dir := t.TempDir(), t.TempDir()
	writeParts(t, in, "parquet", mixedColumns(6000), 3)
	path := filepath.Join(dir, "i.nngx")
	build := []string{"index", "build", "--quiet", "--in", in, "--label", "is_fraud", "--missing", "drop", "--segment-rows", "700", "--out", path}
	add := []string{"index", "add", "--quiet", "--in", filepath.Join(in, "part-0.parquet"), "--index", path, "--segment-rows", "500"}
	compact := []string{"index", "compact", "--quiet", "--segment-rows", "2500", path}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	ended := map[string]int{}
	try := func(name string, args []string, before, after int) {
		full := killed(t, 0, args...)
		if got := rowsOf(t, path); got != after {
			t.Fatalf("%s: %d rows, want %d", name, got, after)
		}
		for range *kills {
			if before == 0 {
				if err := os.RemoveAll(path); err != nil {
					t.Fatal(err)
				}
			} else {
				killed(t, 0, append(build, "--force")...)
			}
			moment := 1 + time.Duration(rng.Int64N(int64(full)))
			killed(t, moment, args...)
			rows := rowsOf(t, path)
			if rows != before && rows != after {
				t.Fatalf("%s killed after %v: %d rows, want %d or %d", name, moment, rows, before, after)
			}
			ended[fmt.Sprintf("%s: %d rows", name, rows)]++
			tidy(t, dir)
			if rows == 0 {
				continue
			}
			tidy(t, path)
			must(t, add...)
			if got := rowsOf(t, path); got != rows+2000 {
				t.Fatalf("%s killed after %v, then rows are added: %d, want %d", name, moment, got, rows+2000)
			}
			if left, _ := filepath.Glob(filepath.Join(path, ".nngmix-*")); len(left) > 0 {
				t.Fatalf("%s killed after %v: the next run leaves %v", name, moment, left)
			}
		}
	}
	try("build", build, 0, 6000)
	killed(t, 0, append(build, "--force")...)
	try("add", add, 6000, 8000)
	killed(t, 0, append(build, "--force")...)
	try("compact", compact, 6000, 6000)
	t.Log(ended)
}
