// Command scale times nngmix generate on tables of growing size that it goes through in
// batches: seconds, processor seconds and peak memory of the whole run, beside reading
// the columns alone with the same reader, the run with all in memory, one processor, and
// the shortest Python to the same neighbors. It compares the outputs byte for byte.
//
//	make bench-scale SCALE_FLAGS="--rows 1000000,10000000 --memory 1GB"
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
)

// options are those of the command line.
type options struct {
	sizes   string
	columns int
	format  string
	labeled int
	memory  string
	runs    int
	whole   int
	peers   int
	python  string
	command string
	folder  string
	read    string
}

func main() {
	var opt options
	flag.StringVar(&opt.sizes, "rows", "1000000,10000000", "numbers of rows, separated by commas")
	flag.IntVar(&opt.columns, "columns", 11, "feature columns: 11 of payments as synth makes them, or so many numbers")
	flag.StringVar(&opt.format, "format", "parquet", "format of the table: parquet, arrow, csv, csv.zst; npz with --columns other than 11")
	flag.IntVar(&opt.labeled, "labeled", 1000, "labeled anomalies, about")
	flag.StringVar(&opt.memory, "memory", "1GB", "what --memory of the runs in batches is")
	flag.IntVar(&opt.runs, "runs", 3, "runs, of which the median counts")
	flag.IntVar(&opt.whole, "in-memory-to", 10_000_000, "the largest number of rows to hold in memory as well")
	flag.IntVar(&opt.peers, "peers-to", 10_000_000, "the largest number of rows for the Python peers")
	flag.StringVar(&opt.python, "python", os.Getenv("NNGMIX_PEERS"), "Python with polars, duckdb, faiss-cpu, scikit-learn and numpy; none leaves the peers out")
	flag.StringVar(&opt.command, "nngmix", filepath.Join("bin", "nngmix"), "the command")
	flag.StringVar(&opt.folder, "folder", "", "where tables are made, and kept; default a temporary folder")
	flag.StringVar(&opt.read, "read", "", "read this table and print the seconds; used by the program itself")
	flag.Parse()
	if err := run(&opt); err != nil {
		fmt.Fprintln(os.Stderr, "bench/scale:", err)
		os.Exit(1)
	}
}

func run(opt *options) (err error) {
	if opt.read != "" {
		return readOnce(opt.read)
	}
	if opt.runs < 1 || opt.columns < 1 {
		return errors.New("want at least one run and one column")
	}
	if opt.folder == "" {
		if opt.folder, err = os.MkdirTemp("", "nngmix-scale-"); err != nil {
			return err
		}
		defer os.RemoveAll(opt.folder)
	}
	fmt.Printf("generate --memory %s, %d columns of %s, about %d labeled anomalies, median of %d runs, load %.1f, %s, %s.\n\n",
		opt.memory, opt.columns, opt.format, opt.labeled, opt.runs, side.LoadAverage(), time.Now().Format(time.DateOnly), side.Machine())
	fmt.Print("| rows | what | seconds | spread | processor seconds | peak MB | times reading |\n|---|---|---|---|---|---|---|\n")
	for text := range strings.SplitSeq(opt.sizes, ",") {
		rows, err := strconv.Atoi(text)
		if err != nil || rows < 1 {
			return fmt.Errorf("--rows %s: want numbers of rows", opt.sizes)
		}
		if err := compare(opt, rows); err != nil {
			return err
		}
	}
	return nil
}

// compare prints the rows for one size of table.
func compare(opt *options, rows int) error {
	table, label, err := makeTable(opt, rows)
	if err != nil {
		return err
	}
	batches, whole := filepath.Join(opt.folder, "batches.parquet"), filepath.Join(opt.folder, "whole.parquet")
	generate := func(out string, args ...string) []string {
		line := []string{opt.command, "generate", "--in", table, "--label", label, "--out", out, "--seed", "1", "--quiet", "--force"}
		return append(line, args...)
	}
	m := &measurement{opt: opt, rows: rows}
	m.time("reading alone", []string{os.Args[0], "--read", table})
	m.time("generate, in batches", generate(batches, "--memory", opt.memory))
	m.time("the same, one processor", generate(batches, "--memory", opt.memory, "--threads", "1"), "GOMAXPROCS=1")
	if rows <= opt.whole {
		m.time("generate, in memory", generate(whole, "--memory", "1TB"))
		m.same(batches, whole)
	}
	if opt.python != "" && rows <= opt.peers {
		for _, peer := range []string{"polars+faiss", "duckdb+faiss", "polars+sklearn"} {
			m.time(peer, []string{opt.python, "-c", peerSource, peer, table, label})
		}
	}
	return m.err
}
