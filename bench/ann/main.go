package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
)

func main() {
	var o options
	sets := flag.String("sets", "", "sets to measure, separated by commas; all of "+joinNames(sources())+" by default")
	peers := flag.String("peers", "all", "peers to measure, separated by commas: "+strings.Join(engineNames()[1:], ",")+", all or none")
	threads := flag.String("threads", "1,2", "numbers of threads to search on, separated by commas")
	flag.IntVar(&o.runs, "runs", 5, "passes over the queries of which the median counts")
	flag.IntVar(&o.builds, "builds", 3, "builds of which the median counts; one where it takes more than 15 seconds")
	flag.IntVar(&o.rows, "rows", 0, "rows of each set at most, 0 for all")
	flag.Uint64Var(&o.seed, "seed", 1, "seed that draws the queries and the synthetic sets")
	flag.StringVar(&o.out, "out", "", "folder whose ann.csv takes the results and where curves are drawn")
	stored := flag.Bool("print", false, "print the tables of the folder --out, draw its curves and measure nothing")
	quick := flag.Bool("quick", false, "10,000 rows of two sets, one thread, one build")
	serving := flag.String("serve", "", "for the benchmark itself: run an engine that takes requests")
	flag.Parse()
	if *quick {
		o.rows, o.runs, o.builds, *threads = 10_000, 2, 1, "1"
		*sets = "celeba,synthetic_200k"
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *serving != "":
		err = serve(*serving, os.Stdin, os.Stdout)
	case *stored:
		err = printStored(o.out)
	default:
		err = run(ctx, *sets, *peers, *threads, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/ann:", err)
		os.Exit(1)
	}
}

type options struct {
	runs, builds, rows int
	seed               uint64
	out, commit        string
	threads            []int
	engines            []engine
}

func run(ctx context.Context, sets, peers, threads string, o options) error {
	chosen, err := choose(sets)
	if err != nil {
		return err
	}
	if o.engines, err = chooseEngines(peers); err != nil {
		return err
	}
	for text := range strings.SplitSeq(threads, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return fmt.Errorf("--threads: %q is no number from 1", text)
		}
		o.threads = append(o.threads, n)
	}
	if o.runs < 1 || o.builds < 1 || o.rows < 0 {
		return fmt.Errorf("runs and builds must be at least 1, rows at least 0")
	}
	if o.out != "" { // a file that is not ours shall not be found after an hour
		if err := keep(o.out, nil); err != nil {
			return err
		}
	}
	o.commit = side.Commit()
	printHead(o)
	var all results
	for _, s := range chosen {
		var lines []line
		if lines, err = measure(ctx, s, o); err != nil {
			err = fmt.Errorf("%s: %w", s.name, err)
			break
		}
		all = append(all, lines...)
		if o.out == "" {
			continue
		}
		if err = keep(o.out, lines); err != nil {
			break
		}
	}
	printAll(all) // also what was measured before an error
	return err
}

// printHead prints what was measured, on what.
func printHead(o options) {
	fmt.Printf("Approximate neighbors: k = %d, squared L2, medians of %d alternating passes, %s.\n", k, o.runs, time.Now().Format(time.DateOnly))
	fmt.Printf("Peers: M = %d, efConstruction = %d. QPS: log-linear between neighboring efSearch of %v.\n\n%s, load average at the start %.2f\n\n",
		m, efConstruction, grid(), side.Machine(), side.LoadAverage())
	for _, e := range o.engines[1:] {
		fmt.Printf("* %s: %s %s\n", e.name, e.what, e.versionOf())
	}
	fmt.Println()
}

func printAll(r results) {
	if len(r) == 0 {
		return
	}
	fmt.Printf("Measured at commit %s.\n", strings.Join(distinct(r, func(l line) string { return l.Commit }), ", "))
	printBuilds(os.Stdout, r)
	printSearches(os.Stdout, r)
	printOpen(os.Stdout, r)
	printSummary(os.Stdout, r)
}

// keep merges lines into the file of results in folder and draws their sets.
func keep(folder string, lines []line) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path := filepath.Join(folder, "ann.csv")
	old, err := readLines(path)
	if err != nil {
		return err
	}
	merged := results(merge(old, lines))
	if err := writeLines(path, merged); err != nil {
		return err
	}
	return drawSets(folder, merged, results(lines).sets())
}

// drawSets draws the curves of sets.
func drawSets(folder string, r results, sets []string) error {
	for _, set := range sets {
		if err := drawSet(filepath.Join(folder, "ann-"+set+".png"), r, set); err != nil {
			return err
		}
	}
	return nil
}

// printStored prints the tables of the results in folder and draws their curves.
func printStored(folder string) error {
	path := filepath.Join(folder, "ann.csv")
	lines, err := readLines(path)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fmt.Errorf("%s holds no results: measure with --out first", path)
	}
	printAll(lines)
	return drawSets(folder, lines, results(lines).sets())
}
