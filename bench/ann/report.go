package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/bench/internal/side"
)

// results are lines with ways to find some of them.
type results []line

// sets returns the names of the sets in order.
func (r results) sets() []string {
	return distinct(r, func(l line) string { return l.Set })
}

// engines returns those that set was measured with, in the order of all.
func (r results) engines(set string) []string {
	found := distinct(r.of(set, "", "", 0), func(l line) string { return l.Engine })
	order := engineNames()
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(slices.Index(order, a), slices.Index(order, b)) })
	return found
}

// of returns the lines with the given properties, "" and 0 for any.
func (r results) of(set, engine, measure string, threads int) results {
	var some results
	for _, l := range r {
		if (set == "" || l.Set == set) && (engine == "" || l.Engine == engine) &&
			(measure == "" || l.Measure == measure) && (threads == 0 || l.Threads == threads) {
			some = append(some, l)
		}
	}
	return some
}

// figure returns the first of r as text, "" where there is none.
func (r results) figure(format func(l line) string) string {
	if len(r) == 0 {
		return ""
	}
	return format(r[0])
}

func distinct(lines []line, of func(line) string) []string {
	var names []string
	for _, l := range lines {
		if name := of(l); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// title describes a set.
func (r results) title(set string) string {
	return r.of(set, "", "", 0).figure(func(l line) string { return fmt.Sprintf("%s (%d x %d)", set, l.Rows, l.Dim) })
}

func seconds(l line) string   { return side.Seconds(l.Value) }
func megabytes(l line) string { return fmt.Sprintf("%.3g", l.Value/1e6) }
func spread(l line) string    { return side.Times{l.Least, l.Most}.Spread() }
func runs(l line) string      { return fmt.Sprint(l.Runs) }

// printBuilds prints what the indexes cost.
func printBuilds(w io.Writer, r results) {
	fmt.Fprint(w, "\n| set (rows x columns) | engine | build, s | fastest to slowest | builds | build on two threads, s | resident, MB |\n|---|---|---|---|---|---|---|\n")
	for _, set := range r.sets() {
		for _, engine := range r.engines(set) {
			one := r.of(set, engine, buildTime, 1)
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s | %s |\n", r.title(set), engine, one.figure(seconds), one.figure(spread), one.figure(runs),
				r.of(set, engine, buildTime, 2).figure(seconds), r.of(set, engine, resident, 1).figure(megabytes))
		}
	}
}

// printSearches prints the speeds at each target, on all numbers of threads.
func printSearches(w io.Writer, r results) {
	threads := []int{}
	for _, l := range r {
		if l.Ef > 0 && !slices.Contains(threads, l.Threads) {
			threads = append(threads, l.Threads)
		}
	}
	slices.Sort(threads)
	fmt.Fprint(w, "\n| set | queries | engine |")
	for _, t := range threads {
		for _, target := range targets {
			fmt.Fprintf(w, " QPS at %s, %d thread(s) |", shortRecall(target), t)
		}
	}
	fmt.Fprintf(w, "\n|---|---|---|%s\n", strings.Repeat("---|", len(threads)*len(targets)))
	for _, set := range r.sets() {
		for _, kind := range []string{heldOut, anomalies} {
			for _, engine := range r.engines(set) {
				printSpeeds(w, r, set, kind, engine, threads)
			}
		}
	}
}

// printSpeeds prints one line of the table, or none where nothing was measured.
func printSpeeds(w io.Writer, r results, set, kind, engine string, threads []int) {
	if len(r.of(set, engine, kind, 0)) == 0 {
		return
	}
	fmt.Fprintf(w, "| %s | %s | %s |", set, kind, engine)
	for _, t := range threads {
		curve := r.of(set, engine, kind, t)
		for _, target := range targets {
			if len(curve) == 0 {
				fmt.Fprint(w, " |")
				continue
			}
			fmt.Fprintf(w, " %v |", speedAt(curve, target))
		}
	}
	fmt.Fprintln(w)
}

// printOpen prints how long our index files take to be opened.
func printOpen(w io.Writer, r results) {
	fmt.Fprint(w, "\n| set | index file, MB | ann.Open, ms | fastest to slowest |\n|---|---|---|---|\n")
	for _, set := range r.sets() {
		for _, l := range r.of(set, ours, openTime, 0) {
			fmt.Fprintf(w, "| %s | %s | %.1f | %.1f to %.1f |\n", set, r.of(set, ours, fileBytes, 0).figure(megabytes), 1e3*l.Value, 1e3*l.Least, 1e3*l.Most)
		}
	}
}
