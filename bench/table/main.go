// Command table times the reading of a million rows of 12 columns from CSV, packed
// CSV, Parquet, Arrow and NPZ files, by nngmix and, where --python names a Python
// that has them, by Polars, pyarrow, DuckDB and NumPy: seconds within a process of
// its own, its processor seconds and its peak memory.
//
//	make bench-table, or: go run ./bench/table [--rows 1000000] [--runs 5] [--python PYTHON]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/internal/table"
)

// options are those of the command line.
type options struct {
	rows, runs, threads int
	python              string
	read                string
}

func main() {
	var opt options
	flag.IntVar(&opt.rows, "rows", 1_000_000, "rows of the table")
	flag.IntVar(&opt.runs, "runs", 5, "runs, of which the median counts")
	flag.IntVar(&opt.threads, "threads", 0, "threads of nngmix (default all processors); the others decide for themselves")
	flag.StringVar(&opt.python, "python", os.Getenv("NNGMIX_PEERS"), "Python with the packages of internal/table/testdata/conformance/requirements.txt (default NNGMIX_PEERS)")
	flag.StringVar(&opt.read, "read", "", "read this file and print the seconds; used by the program itself")
	flag.Parse()
	err := run(opt)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/table:", err)
		os.Exit(1)
	}
}

func run(opt options) error {
	if opt.read != "" {
		return readOnce(opt)
	}
	if opt.runs < 1 || opt.rows < 1 {
		return errors.New("want at least one run and one row")
	}
	folder, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	files, err := write(folder, opt)
	if err != nil {
		return err
	}
	fmt.Printf("Reading %d rows, median of %d runs, load %.1f, %s, %s.\n\n", opt.rows, opt.runs, side.LoadAverage(), time.Now().Format(time.DateOnly), side.Machine())
	fmt.Print("| file | MB | reader | seconds | spread | processor seconds | peak MB |\n|---|---|---|---|---|---|---|\n")
	for _, file := range files {
		for _, reader := range readersOf(file, opt.python) {
			if err := compare(file, reader, opt); err != nil {
				return err
			}
		}
	}
	return nil
}

// readOnce reads a file as nngmix does.
func readOnce(opt options) error {
	start := time.Now()
	t, err := table.Read(context.Background(), opt.read, table.ReadOptions{Threads: opt.threads})
	if err != nil {
		return err
	}
	if t.Rows != opt.rows {
		return fmt.Errorf("%d rows, want %d", t.Rows, opt.rows)
	}
	fmt.Println(time.Since(start).Seconds(), peak())
	return nil
}

// readersOf returns who reads a file.
func readersOf(file, python string) []string {
	switch {
	case python == "":
		return []string{"nngmix"}
	case strings.HasSuffix(file, ".npz"):
		return []string{"nngmix", "numpy"}
	case strings.HasSuffix(file, ".arrow"):
		return []string{"nngmix", "polars", "pyarrow"}
	default:
		return []string{"nngmix", "polars", "pyarrow", "duckdb"}
	}
}

// compare prints the row of a reader.
func compare(file, reader string, opt options) error {
	var wall, processor, peak side.Times
	for range opt.runs {
		seconds, used, bytes, err := measure(file, reader, opt)
		if err != nil {
			return err
		}
		wall, processor, peak = append(wall, seconds), append(processor, used), append(peak, float64(bytes))
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Printf("| %s | %.1f | %s | %s | %s | %s | %.0f |\n", filepath.Base(file), float64(info.Size())/1e6, reader,
		side.Seconds(wall.Median()), wall.Spread(), side.Seconds(processor.Median()), peak.Median()/1e6)
	return nil
}

// measure has a process read file once. The peak is in bytes.
func measure(file, reader string, opt options) (seconds, processor float64, peak int64, err error) {
	cmd := exec.Command(opt.python, "-c", readSource, reader, file)
	if reader == "nngmix" {
		cmd = exec.Command(os.Args[0], "--read", file, "--rows", strconv.Itoa(opt.rows), "--threads", strconv.Itoa(opt.threads))
	}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENBLAS_") })
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return 0, 0, 0, fmt.Errorf("%s, %s: %w", reader, filepath.Base(file), err)
	}
	_, err = fmt.Sscan(string(out), &seconds, &peak)
	return seconds, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), peak, err
}
