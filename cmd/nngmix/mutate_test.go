package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/table/mutate"
)

var (
	mutations      = flag.Int("mutations", 0, "damaged files of each format, 0 for few")
	mutationSeed   = flag.Uint64("mutation-seed", 1, "equal seeds, equal files")
	mutationFolder = flag.String("mutation-folder", "", "where files that cause a fault are kept, else a temporary folder")
)

// mutateEnv makes the test program a worker.
const mutateEnv = "NNGMIX_TEST_MUTATE"

func TestMain(m *testing.M) {
	if os.Getenv(mutateEnv) == "" {
		os.Exit(m.Run())
	}
	if err := mutate.Serve(os.Stdin, os.Stdout, 2<<30, describeAndAppend); err != nil {
		panic(err)
	}
}

// describeAndAppend carries out info and generate --append on a file, with the
// labels that the seeds have. What the last of them says counts.
func describeAndAppend(path string) error {
	if err := quietly("info", path); err != nil {
		return err
	}
	var err error
	for _, label := range []string{"label", "y"} {
		out := filepath.Join(filepath.Dir(path), "out-"+fmt.Sprint(os.Getpid())+".parquet")
		err = quietly("generate", "--quiet", "--in", path, "--label", label, "--missing", "keep", "--append", "--provenance", "--count", "5", "--out", out)
		_ = os.Remove(out) // not there after an error
		if err == nil {
			return nil
		}
		if strings.HasPrefix(err.Error(), out) {
			return fmt.Errorf("%s: %w", path, err) // no such file can be written
		}
	}
	return err
}

// quietly carries out a command line in this process. A panic of the command is
// one of this process.
func quietly(args ...string) error {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	err := root.ExecuteContext(context.Background())
	if err != nil && len(strings.TrimSpace(err.Error())) == 0 {
		return errors.New("an error without a word")
	}
	return err
}

// TestDamagedInput damages small files of every format and gives them to info
// and generate: something is made of them, or they are refused in words, within
// time and memory.
func TestDamagedInput(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes more memory than the bound")
	}
	n := *mutations
	if n == 0 {
		n = 60
	}
	for _, extension := range []string{".csv", ".csv.gz", ".csv.zst", ".parquet", ".arrow", ".arrows", ".npz"} {
		t.Run(extension[1:], func(t *testing.T) {
			t.Parallel()
			folder := *mutationFolder
			if folder == "" {
				folder = t.TempDir()
			}
			run := mutate.Run{Bounds: mutate.Bounds{Time: 20 * time.Second, Memory: 300 << 20}, N: n, Seed: *mutationSeed, Folder: folder, Worker: func() *exec.Cmd {
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), mutateEnv+"=1")
				return cmd
			}}
			res, err := run.Do(mutate.Seeds(t, extension), extension)
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
			t.Logf("seed %d: %d made something of, %d refused, %d faults; slowest %.2f s, peak %d MB", *mutationSeed, res.Read, res.Refused, len(res.Faults), res.Slowest, res.Peak>>20)
		})
	}
}
