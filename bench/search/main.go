// Command search times the search for the neighbors of labeled anomalies, from
// the scaled rows to the answer, against scipy's cKDTree, scikit-learn's
// NearestNeighbors and faiss's IndexFlatL2: index building and finding equal
// rows count, reading files does not. Engines take turns, each run from nothing.
//
//	go run ./bench/search [--quick] [--sets donors,skin] [--runs 5] [--threads 1]
//
// It prints two Markdown tables: all engines, and ours against the best peer and
// against faiss. The neighbors of all engines are compared by their distances, which
// the benchmark computes itself in float64.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
)

func main() {
	var o options
	names := flag.String("sets", side.Names(side.Sets), "sets to run, separated by commas")
	flag.IntVar(&o.runs, "runs", 5, "runs of each engine")
	flag.IntVar(&o.threads, "threads", 1, "threads of each engine")
	flag.IntVar(&o.k, "k", 10, "neighbors of each query")
	flag.IntVar(&o.seed, "seed", 1, "seed that draws the labeled anomalies")
	flag.Float64Var(&o.limit, "limit", 20, "seconds beyond which cKDTree is estimated from a few queries")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with scipy, sklearn and faiss")
	quick := flag.Bool("quick", false, "http and skin only, one run")
	flag.Parse()
	if *quick {
		*names, o.runs = "http,skin", 1
	}
	if err := run(*names, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench/search:", err)
		os.Exit(1)
	}
}

type options struct {
	runs, threads, k, seed int
	limit                  float64
	python                 string
}

func run(names string, o options) error {
	sets, err := side.Choose(names)
	if err != nil {
		return err
	}
	if o.runs < 1 || o.threads < 1 || o.k < 1 {
		return fmt.Errorf("runs, threads and k must be at least 1")
	}
	runtime.GOMAXPROCS(o.threads)
	driver, err := side.Start(context.Background(), o.python, o.threads)
	if err != nil {
		return err
	}
	defer driver.Close()
	versions, err := side.Versions(driver)
	if err != nil {
		return err
	}
	fmt.Printf("Nearest neighbors of 10 %% of the anomalies among all other rows: k = %d, %d thread(s), median of %d alternating runs, %s.\n\n",
		o.k, o.threads, o.runs, time.Now().Format(time.DateOnly))
	fmt.Printf("%s\n%s\n\n", side.Machine(), versions)
	var results []result
	printHeader()
	for _, set := range sets {
		r, err := measure(driver, set, o)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		printEngines(r)
		results = append(results, r)
	}
	printSummary(results)
	return nil
}

// result is what was measured on one set.
type result struct {
	set     side.Set
	work    *side.Workload
	engines []*engine
}

// measure runs all engines on a set in turns.
func measure(d *side.Driver, set side.Set, o options) (result, error) {
	folder, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(folder)
	work, err := side.Load[float32](d, set, o.seed, folder)
	if err != nil {
		return result{}, err
	}
	rows, queries, err := side.Arrays[float32](work)
	if err != nil {
		return result{}, err
	}
	engines := append(ourEngines(rows, queries, work.Dim, o), peerEngines(d, folder, o)...)
	for r := range o.runs {
		for i := range engines {
			e := engines[(i+r)%len(engines)] // another one is first each time
			if e.estimated {
				continue
			}
			runtime.GC()
			seconds, err := e.run(e)
			if err != nil {
				return result{}, fmt.Errorf("%s: %w", e.name, err)
			}
			e.times = append(e.times, seconds)
		}
	}
	compare(engines, rows, queries, work.Dim, o.k)
	return result{set, work, engines}, nil
}
