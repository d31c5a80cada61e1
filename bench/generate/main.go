// Command generate times the whole generation step of NNG-Mix, from scaled rows
// to samples, against the published per-sample loop in Python: one tree query
// for each sample, noise, mixing. That loop also copies its growing result for
// every sample; it is timed with and without these copies.
//
//	go run ./bench/generate [--quick] [--sets donors,celeba] [--multiplier 10] [--threads 1]
//
// Both sides start from the same min-max scaled float64 rows and end with scaled
// samples in memory.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/generator"
)

func main() {
	var o options
	names := flag.String("sets", "donors,celeba", "sets to run, separated by commas")
	flag.IntVar(&o.runs, "runs", 5, "runs of ours")
	flag.IntVar(&o.peerRuns, "peer-runs", 3, "runs of the loop")
	flag.IntVar(&o.multiplier, "multiplier", 10, "samples for each labeled anomaly")
	flag.IntVar(&o.threads, "threads", 1, "threads of ours; the loop has one")
	flag.IntVar(&o.seed, "seed", 1, "seed that draws the labeled anomalies")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with scipy")
	quick := flag.Bool("quick", false, "donors only, one run of each")
	flag.Parse()
	if *quick {
		*names, o.runs, o.peerRuns = "donors", 1, 1
	}
	if err := run(*names, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench/generate:", err)
		os.Exit(1)
	}
}

type options struct {
	runs, peerRuns, multiplier, threads, seed int
	python                                    string
}

func run(names string, o options) error {
	sets, err := side.Choose(names)
	if err != nil {
		return err
	}
	if min(o.runs, o.peerRuns, o.multiplier, o.threads) < 1 {
		return fmt.Errorf("runs, multiplier and threads must be at least 1")
	}
	runtime.GOMAXPROCS(o.threads)
	driver, err := side.Start(context.Background(), o.python, 1)
	if err != nil {
		return err
	}
	defer driver.Close()
	fmt.Printf("NNG-Mix, %d samples for each labeled anomaly (10 %% of the anomalies), %d thread(s), medians, %s.\n\n%s\n\n",
		o.multiplier, o.threads, time.Now().Format(time.DateOnly), side.Machine())
	fmt.Println("| set (unlabeled x columns) | labeled | samples | nngmix, s | fastest to slowest | search, s | loop, s | times faster | loop with copies, s | times faster |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|")
	for _, set := range sets {
		if err := measure(driver, set, o); err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
	}
	return nil
}

// measure times both sides on a set and prints its line.
func measure(d *side.Driver, set side.Set, o options) error {
	folder, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	work, err := side.Load[float64](d, set, o.seed, folder)
	if err != nil {
		return err
	}
	unlabeled, labeled, err := side.Arrays[float64](work)
	if err != nil {
		return err
	}
	var ours, search, loop, copies side.Times
	for r := range max(o.runs, o.peerRuns) {
		if r < o.runs {
			runtime.GC()
			total, searching, err := generate(unlabeled, labeled, work.Dim, o)
			if err != nil {
				return err
			}
			ours, search = append(ours, total), append(search, searching)
		}
		if r < o.peerRuns {
			plain, err := reference(d, false, o)
			if err != nil {
				return err
			}
			copying, err := reference(d, true, o)
			if err != nil {
				return err
			}
			loop, copies = append(loop, plain), append(copies, copying)
		}
	}
	mine := ours.Median()
	fmt.Printf("| %s (%d x %d) | %d | %d | %s | %s | %s | %s | %.0f | %s | %.0f |\n", set.Name, work.Rows, work.Dim, work.Queries,
		work.Queries*o.multiplier, side.Seconds(mine), ours.Spread(), side.Seconds(search.Median()),
		side.Seconds(loop.Median()), loop.Median()/mine, side.Seconds(copies.Median()), copies.Median()/mine)
	return nil
}

// generate makes all samples and returns the seconds that took and those of them
// that went to the neighbor search.
func generate(unlabeled, labeled []float64, dim int, o options) (total, searching float64, err error) {
	ctx := context.Background()
	opt := generator.DefaultOptions()
	opt.Threads, opt.Seed = o.threads, uint64(o.seed)
	start := time.Now()
	data := generator.Data{Labeled: generator.Dense(labeled, dim), Unlabeled: generator.Dense(unlabeled, dim)}
	g, err := generator.New(ctx, data, opt)
	if err != nil {
		return 0, 0, err
	}
	samples := make([]float64, len(labeled)*o.multiplier)
	if err := g.Fill(ctx, samples, nil, 0, o.threads); err != nil {
		return 0, 0, err
	}
	total = time.Since(start).Seconds()
	report := g.Report()
	return total, report.DedupeSeconds + report.SearchSeconds, nil
}

// reference runs the published loop once.
func reference(d *side.Driver, concatenate bool, o options) (float64, error) {
	opt := generator.DefaultOptions()
	var reply struct{ Seconds float64 }
	err := d.Call(map[string]any{"do": "generate", "multiplier": o.multiplier, "k": opt.K, "std": opt.NoiseStd,
		"seed": o.seed, "concatenate": concatenate}, &reply)
	return reply.Seconds, err
}
