package mutate

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/table"
)

var (
	count = flag.Int("mutations", 0, "damaged files of each format, 0 for few")
	seed  = flag.Uint64("mutation-seed", 1, "equal seeds, equal files")
	keep  = flag.String("mutation-folder", "", "where files that cause a fault are kept, else a temporary folder")
)

// serveEnv makes the test program a worker.
const serveEnv = "NNGMIX_TEST_MUTATE"

// memoryLimit is what the kernel grants a worker: far more than a file may take,
// far less than the machine has.
const memoryLimit = 2 << 30

func TestMain(m *testing.M) {
	if os.Getenv(serveEnv) == "" {
		os.Exit(m.Run())
	}
	if err := Serve(os.Stdin, os.Stdout, memoryLimit, read); err != nil {
		panic(err)
	}
}

// read reads a file whole and in batches, of which the same has to come.
func read(path string) error {
	err, again := readWhole(path), readBatches(path)
	if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
		panic(fmt.Sprintf("whole: %v; in batches: %v", err, again))
	}
	return err
}

// readBatches goes through a file.
func readBatches(path string) error {
	s, err := table.OpenStream(context.Background(), []table.Part{{Path: path}}, table.StreamOptions{BatchRows: 100})
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Each(context.Background(), nil, func(int, []table.Column) error { return nil })
}

// readWhole reads a file and looks at every value of the table.
func readWhole(path string) error {
	t, err := table.Read(context.Background(), path, table.ReadOptions{})
	if err != nil {
		if !strings.HasPrefix(err.Error(), path) {
			panic(fmt.Sprintf("an error that does not begin with the path: %v", err))
		}
		return err
	}
	for _, c := range t.Columns {
		if c.Len() != t.Rows || t.Rows == 0 {
			panic(fmt.Sprintf("column %q has %d rows, the table %d", c.Name(), c.Len(), t.Rows))
		}
		ints, missing := make([]int64, t.Rows), 0
		c.Ints(ints, 0, t.Rows)
		for i, v := range ints {
			if c.Missing(i) {
				missing++
			} else if n := len(c.Dictionary()); c.Type() == table.String && uint64(v) >= uint64(n) {
				panic(fmt.Sprintf("column %q row %d: code %d of %d", c.Name(), i, v, n))
			}
			_ = c.Float(i)
		}
		if n := c.CountMissing(0, t.Rows); n != missing {
			panic(fmt.Sprintf("column %q: %d values are missing, not %d", c.Name(), missing, n))
		}
	}
	return nil
}

// TestDamagedFiles damages small files of every format: each is then read, as
// something, or refused in words, within time and memory.
func TestDamagedFiles(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes more memory than the bound")
	}
	n := *count
	if n == 0 {
		n = 200
	}
	for _, extension := range []string{".csv", ".csv.gz", ".csv.zst", ".parquet", ".arrow", ".arrows", ".npz", ".npy"} {
		t.Run(extension[1:], func(t *testing.T) {
			t.Parallel()
			folder := *keep
			if folder == "" {
				folder = t.TempDir()
			}
			run := Run{Worker: worked, Bounds: Bounds{20 * time.Second, 300 << 20}, N: n, Seed: *seed, Folder: folder}
			res, err := run.Do(Seeds(t, extension), extension)
			if err != nil {
				t.Fatal(err)
			}
			for i, fault := range res.Faults {
				if i == 5 {
					t.Errorf("... and %d more", len(res.Faults)-i)
					break
				}
				t.Error(fault)
			}
			t.Logf("seed %d: %d read, %d refused, %d faults; slowest %.2f s, peak %d MB", *seed, res.Read, res.Refused, len(res.Faults), res.Slowest, res.Peak>>20)
		})
	}
}

// worked returns a worker process.
func worked() *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"=1")
	return cmd
}

// TestFaultsAreSeen: a worker that panics, dies, takes too long or too much
// memory, or names no file, is found out.
func TestFaultsAreSeen(t *testing.T) {
	if raceEnabled || runtime.GOOS != "linux" {
		t.Skip("memory is only bounded on Linux, without the race detector")
	}
	seeds := []Seed{{"a.csv", []byte("a,b\n1,2\n")}}
	for _, how := range []string{"panic", "goroutine", "exit", "sleep", "memory", "allocate", "nameless"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			run := Run{Bounds: Bounds{300 * time.Millisecond, 100 << 20}, N: 1, Folder: t.TempDir(), Worker: func() *exec.Cmd {
				cmd := exec.Command(os.Args[0], "-test.run=^TestMisbehave$")
				cmd.Env = append(os.Environ(), "NNGMIX_TEST_MISBEHAVE="+how)
				return cmd
			}}
			res, err := run.Do(seeds, ".csv")
			if err != nil {
				t.Fatal(err)
			}
			if len(res.Faults) != 1 {
				t.Fatalf("%d faults, want 1", len(res.Faults))
			}
			culprits, err := filepath.Glob(filepath.Join(run.Folder, "*.csv"))
			if err != nil || len(culprits) != 1 || !strings.HasPrefix(res.Faults[0], culprits[0]) {
				t.Errorf("%v is kept (%v), the fault is %q", culprits, err, res.Faults[0])
			}
		})
	}
}

// TestMisbehave is the worker of TestFaultsAreSeen.
func TestMisbehave(t *testing.T) {
	how := os.Getenv("NNGMIX_TEST_MISBEHAVE")
	if how == "" {
		t.Skip("it is the worker of TestFaultsAreSeen")
	}
	var big []byte
	err := Serve(os.Stdin, os.Stdout, 1<<30, func(path string) error {
		switch how {
		case "panic":
			panic(path)
		case "goroutine":
			go panic(path)
			time.Sleep(time.Second)
		case "exit":
			os.Exit(3)
		case "sleep":
			time.Sleep(time.Minute)
		case "memory":
			big = make([]byte, 200<<20)
			for i := range big {
				big[i] = 1
			}
		case "allocate":
			big = make([]byte, 1<<31-1)
		}
		return fmt.Errorf("something is wrong with %d", len(big))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestMutatorRepeats: equal seeds give equal files, others do not.
func TestMutatorRepeats(t *testing.T) {
	seeds := Seeds(t, ".npz")
	a, b, c := New(1, seeds), New(1, seeds), New(2, seeds)
	differ := 0
	for i := range 50 {
		nameA, dataA := a.Next()
		nameB, dataB := b.Next()
		nameC, dataC := c.Next()
		if nameA != nameB || string(dataA) != string(dataB) {
			t.Fatalf("file %d differs", i)
		}
		if nameA != nameC || string(dataA) != string(dataC) {
			differ++
		}
	}
	if differ < 40 {
		t.Errorf("another seed gives %d other files of 50", differ)
	}
}
