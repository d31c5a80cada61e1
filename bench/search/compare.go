package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/bench/internal/side"
)

// compare computes the k-th distance of each query from the ids that each engine
// returned, and how they differ from the least of them. Ids may differ: rows
// often lie at the same distance.
func compare(engines []*engine, rows, queries []float32, dim, k int) {
	n := len(queries) / dim
	kth := make([][]float64, len(engines))
	least := slices.Repeat([]float64{math.Inf(1)}, n)
	for j, e := range engines {
		if e.estimated {
			continue
		}
		kth[j] = make([]float64, n)
		for q := range n {
			kth[j][q] = kthDistance(e.ids[q*k:(q+1)*k], rows, queries[q*dim:(q+1)*dim])
			least[q] = min(least[q], kth[j][q])
		}
	}
	for j, e := range engines {
		right := 0
		for q, d := range kth[j] {
			if d <= least[q]*(1+1e-6) {
				right++
			}
			if d > least[q] {
				e.excess = max(e.excess, (d-least[q])/least[q])
			}
		}
		e.right = float64(right) / float64(n)
	}
}

// kthDistance returns the largest squared distance of a query to the rows with
// the given ids, or +Inf where an id is no row or comes twice.
func kthDistance(ids []int64, rows, query []float32) float64 {
	sorted := slices.Sorted(slices.Values(ids))
	if sorted[0] < 0 || len(slices.Compact(sorted)) < len(ids) {
		return math.Inf(1)
	}
	largest := 0.0
	for _, id := range ids {
		sum := 0.0
		for c, x := range rows[int(id)*len(query):][:len(query)] {
			d := float64(query[c]) - float64(x)
			sum += float64(d * d)
		}
		largest = max(largest, sum)
	}
	return largest
}

func printHeader() {
	fmt.Println("| set (rows x columns, queries) | engine | seconds | fastest to slowest | x nngmix auto | k-th distance right | largest excess of it |")
	fmt.Println("|---|---|---|---|---|---|---|")
}

// printEngines prints the lines of one set.
func printEngines(r result) {
	name := fmt.Sprintf("%s (%d x %d, %d)", r.set.Name, r.work.Rows, r.work.Dim, r.work.Queries)
	auto := r.engines[0].times.Median()
	for _, e := range r.engines {
		label := e.name
		if e.name == "nngmix auto" {
			label += " (" + e.note + ")"
		}
		median := e.times.Median()
		if e.estimated {
			fmt.Printf("| %s | %s | ~%s | estimated | %.1f | | |\n", name, label, side.Seconds(median), median/auto)
			continue
		}
		fmt.Printf("| %s | %s | %s | %s | %.1f | %s | %.1g |\n", name, label, side.Seconds(median), e.times.Spread(),
			median/auto, percent(e.right), e.excess)
	}
}

// percent writes a share so that only all of it reads as 100 %.
func percent(share float64) string {
	if share == 1 {
		return "100 %"
	}
	return fmt.Sprintf("%.2f %%", math.Floor(1e4*share)/100)
}

// goals are the ratios that were set for this project, on one thread: against
// the best peer, or against faiss.
var goals = map[string]struct {
	ratio float64
	peer  string
}{
	"donors": {3, "best peer"}, "http": {3, "best peer"}, "skin": {3, "best peer"},
	"celeba": {2, faissFlat}, "backdoor": {2, faissFlat}, "daily_sports_1m": {2, faissFlat},
}

// printSummary prints how many times longer the peers take than nngmix auto.
func printSummary(results []result) {
	fmt.Print("\n| set | nngmix auto, s | best peer, s | times faster | faiss flat, s | times faster | goal |\n|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		auto := r.engines[0].times.Median()
		var best, flat *engine
		for _, e := range r.engines {
			if e.name == faissFlat {
				flat = e
			}
			if e.peer && (best == nil || e.times.Median() < best.times.Median()) {
				best = e
			}
		}
		bestTime, flatTime := best.times.Median(), flat.times.Median()
		goal := goals[r.set.Name]
		got := bestTime / auto
		if goal.peer == faissFlat {
			got = flatTime / auto
		}
		verdict := "missed"
		if got >= goal.ratio {
			verdict = "met"
		}
		fmt.Printf("| %s | %s (%s) | %s (%s) | %.1f | %s | %.1f | %.0f x %s: %s |\n", r.set.Name,
			side.Seconds(auto), r.engines[0].note, side.Seconds(bestTime), strings.Fields(best.name)[0], bestTime/auto,
			side.Seconds(flatTime), flatTime/auto, goal.ratio, strings.Fields(goal.peer)[0], verdict)
	}
}
