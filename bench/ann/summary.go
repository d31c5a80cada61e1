package main

import (
	"fmt"
	"io"
	"strings"
)

// The goals that were set for this project, against hnswlib on one thread.
const (
	fasterGoal  = 1.6 // queries per second, held-out rows
	cachedGoal  = 2.5 // the same where rows outgrow the cache
	anomalyGoal = 1.0 // queries per second, anomalies; and to reach what hnswlib does not
	buildGoal   = 4.0
	memoryGoal  = 0.8 // at most
)

// outgrow tells whether the rows of a set outgrow the cache.
func outgrow(set string) bool {
	name, _, _ := strings.Cut(set, "-")
	return name == "daily_sports_1m" || name == "synthetic_1m" || name == "fashion_mnist"
}

// printSummary prints what our index gains over hnswlib.
func printSummary(w io.Writer, r results) {
	fmt.Fprintf(w, "\nOurs against hnswlib on one thread; a goal that is met is in **bold**. Goals: %.1f x the queries per second on held-out rows (%.1f x on "+
		"daily_sports_1m, synthetic_1m and fashion_mnist), %.0f x on anomalies, builds in 1/%.0f of the time, %.1f x the memory. Where the smallest "+
		"efSearch of either is above a recall already, its speed there counts; \"(2.1 at .998)\" compares both at the higher recall.\n\n", fasterGoal, cachedGoal, anomalyGoal, buildGoal, memoryGoal)
	fmt.Fprint(w, "| set | held-out .950 | .990 | anomalies .950 | .990 | build, times faster | on two threads | memory |\n|---|---|---|---|---|---|---|---|\n")
	for _, set := range r.sets() {
		if len(r.of(set, hnswlib, buildTime, 1)) == 0 || len(r.of(set, ours, buildTime, 1)) == 0 {
			continue
		}
		goal := fasterGoal
		if outgrow(set) {
			goal = cachedGoal
		}
		fmt.Fprintf(w, "| %s |", set)
		for _, kind := range []string{heldOut, anomalies} {
			for _, target := range targets {
				fmt.Fprintf(w, " %s |", verdict(r, set, kind, target, goal))
			}
			goal = anomalyGoal
		}
		build := r.ratio(set, buildTime, hnswlib, 1, ours, 1)
		memory := r.ratio(set, resident, ours, 1, hnswlib, 1)
		fmt.Fprintf(w, " %s | %.2f | %s |\n", bold(fmt.Sprintf("%.1f", build), build >= buildGoal),
			r.ratio(set, buildTime, ours, 1, ours, 2), bold(fmt.Sprintf("%.2f", memory), memory <= memoryGoal))
	}
}

// ratio divides a figure of one engine by that of another.
func (r results) ratio(set, measure, a string, threadsA int, b string, threadsB int) float64 {
	above, below := r.of(set, a, measure, threadsA), r.of(set, b, measure, threadsB)
	if len(above) == 0 || len(below) == 0 {
		return 0
	}
	return above[0].Value / below[0].Value
}

// verdict says how many times faster ours is than hnswlib at a recall.
func verdict(r results, set, kind string, target, goal float64) string {
	mine, theirs := r.of(set, ours, kind, 1), r.of(set, hnswlib, kind, 1)
	if len(mine) == 0 || len(theirs) == 0 {
		return ""
	}
	v := compare(mine, theirs, target)
	switch {
	case v.ours && v.theirs:
		text := bold(fmt.Sprintf("%.2f", v.ratio), v.ratio >= goal)
		if v.recall > target {
			text += fmt.Sprintf(" (%.2f at %s)", v.equal, shortRecall(v.recall))
		}
		if v.exact {
			text += ", by exact search"
		}
		return text
	case v.exact:
		return bold("only ours reaches it", true) + ", by exact search"
	case v.ours:
		return bold("only ours reaches it", true)
	case v.theirs:
		return "only hnswlib reaches it"
	}
	return "neither reaches it"
}

func bold(text string, met bool) string {
	if met {
		return "**" + text + "**"
	}
	return text
}
