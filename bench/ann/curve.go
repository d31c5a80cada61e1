package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// targets are the recalls at which engines are compared.
var targets = []float64{0.95, 0.99}

// crossing returns the number of the first recall that is at least target, or
// len(recalls) where none is.
func crossing(recalls []float64, target float64) int {
	i := slices.IndexFunc(recalls, func(r float64) bool { return r >= target })
	if i < 0 {
		return len(recalls)
	}
	return i
}

// commonRecall returns target, or the recall of the smallest efSearch of either of two
// engines where that is higher, as far as both reach it.
func commonRecall(target float64, a, b []float64) float64 {
	r := max(target, a[0], b[0])
	return max(target, min(r, slices.Max(a), slices.Max(b)))
}

// deciding returns which points of a curve decide its comparison with ours: the
// first, and those on either side of each recall that is compared.
func deciding(curve, ours []point) []int {
	a, b := recallsOf(curve), recallsOf(ours)
	chosen := []int{0}
	for _, target := range targets {
		for _, r := range []float64{target, commonRecall(target, a, b)} {
			i := crossing(a, r)
			chosen = append(chosen, max(i-1, 0), min(i, len(a)-1))
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen)
}

func recallsOf(curve []point) []float64 {
	var recalls []float64
	for _, p := range curve {
		recalls = append(recalls, p.recall)
	}
	return recalls
}

// speed is the queries per second of an engine at some recall.
type speed struct {
	qps     float64
	atLeast bool // the smallest efSearch has that recall already
	exact   bool // exact search has it, and no efSearch
	never   bool // nothing has it; then best is the highest recall
	best    float64
}

// speedAt returns the speed of a curve, which ascends by efSearch and may end with exact
// search, at a recall. Between
// two points the logarithm of the speed is taken to be linear in recall.
func speedAt(curve []line, recall float64) speed {
	recalls := lineRecalls(curve)
	i := crossing(recalls, recall)
	switch i {
	case len(curve):
		return speed{never: true, best: slices.Max(recalls)}
	case 0:
		return speed{qps: curve[0].Value, atLeast: recalls[0] > recall}
	}
	if curve[i].Ef == exactSearch {
		return speed{qps: curve[i].Value, exact: true}
	}
	share := (recall - recalls[i-1]) / (recalls[i] - recalls[i-1])
	return speed{qps: math.Exp((1-share)*math.Log(curve[i-1].Value) + share*math.Log(curve[i].Value))}
}

func lineRecalls(curve []line) []float64 {
	var recalls []float64
	for _, l := range curve {
		recalls = append(recalls, l.Recall)
	}
	return recalls
}

// String returns "12.7k", ">49.1k", "2.21k (exact)" or "never (.979)".
func (s speed) String() string {
	switch {
	case s.never:
		return fmt.Sprintf("never (%s)", shortRecall(s.best))
	case s.atLeast:
		return ">" + thousands(s.qps)
	case s.exact:
		return thousands(s.qps) + " (exact)"
	}
	return thousands(s.qps)
}

// shortRecall writes a recall with three digits, rounded down, so that only all of it
// reads as 1.
func shortRecall(r float64) string {
	return strings.TrimPrefix(fmt.Sprintf("%.3f", math.Floor(r*1000+1e-9)/1000), "0")
}

// thousands writes v with three significant digits.
func thousands(v float64) string {
	switch {
	case v >= 99_950:
		return fmt.Sprintf("%.0fk", v/1000)
	case v >= 9_995:
		return fmt.Sprintf("%.1fk", v/1000)
	case v >= 999.5:
		return fmt.Sprintf("%.2fk", v/1000)
	}
	return fmt.Sprintf("%.0f", v)
}

// versus is how many times faster one engine is than another at a recall.
type versus struct {
	ours   bool    // ours reaches the recall
	exact  bool    // but only by exact search
	theirs bool    // theirs does
	ratio  float64 // of the speeds at which they do, where both do
	recall float64 // the recall, or that of the smallest efSearch of either where it is higher
	equal  float64 // ratio of the speeds at that
}

// compare compares two curves at a recall.
func compare(ours, theirs []line, target float64) versus {
	a, b := lineRecalls(ours), lineRecalls(theirs)
	v := versus{ours: slices.Max(a) >= target, theirs: slices.Max(b) >= target}
	v.exact = v.ours && speedAt(ours, target).exact
	if v.ours && v.theirs {
		v.ratio = speedAt(ours, target).qps / speedAt(theirs, target).qps
		v.recall = commonRecall(target, a, b)
		v.equal = speedAt(ours, v.recall).qps / speedAt(theirs, v.recall).qps
	}
	return v
}
