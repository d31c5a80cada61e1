package main

import (
	"math"
	"slices"
	"testing"
)

// curveOf makes a curve of pairs of recall and queries per second.
func curveOf(pairs ...float64) []line {
	var curve []line
	for i := 0; i < len(pairs); i += 2 {
		curve = append(curve, line{Ef: 10 + i, Recall: pairs[i], Value: pairs[i+1]})
	}
	return curve
}

// withExact returns curve with exact search at its end.
func withExact(curve []line, qps float64) []line {
	return append(slices.Clone(curve), line{Ef: exactSearch, Recall: 1, Value: qps})
}

func TestSpeedAt(t *testing.T) {
	steep := curveOf(0.90, 10_000, 0.98, 1_000, 0.995, 100)
	for _, tc := range []struct {
		name   string
		curve  []line
		recall float64
		want   speed
		text   string
	}{
		{"half way on a log scale", steep, 0.94, speed{qps: math.Sqrt(10_000 * 1_000)}, "3.16k"},
		{"on a point", steep, 0.98, speed{qps: 1_000}, "1.00k"},
		{"on the first point", steep, 0.90, speed{qps: 10_000}, "10.0k"},
		{"below the first point", steep, 0.5, speed{qps: 10_000, atLeast: true}, ">10.0k"},
		{"not reached", steep, 0.999, speed{never: true, best: 0.995}, "never (.995)"},
		{"rounded down", curveOf(0.98999, 5), 0.99, speed{never: true, best: 0.98999}, "never (.989)"},
		{"by exact search", withExact(steep, 70), 0.999, speed{qps: 70, exact: true}, "70 (exact)"},
		{"before exact search", withExact(steep, 70), 0.98, speed{qps: 1_000}, "1.00k"},
		{"a dip after the crossing", curveOf(0.9, 400, 0.96, 100, 0.94, 50), 0.96, speed{qps: 100}, "100"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := speedAt(tc.curve, tc.recall)
			if math.Abs(got.qps-tc.want.qps) > 1e-6 || got.atLeast != tc.want.atLeast || got.never != tc.want.never || got.exact != tc.want.exact || got.best != tc.want.best {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if got.String() != tc.text {
				t.Errorf("got %q, want %q", got, tc.text)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	for _, tc := range []struct {
		name         string
		ours, theirs []line
		want         versus
	}{
		{"both pass through", curveOf(0.9, 400, 0.96, 200), curveOf(0.9, 200, 0.96, 100), versus{ours: true, theirs: true, ratio: 2, recall: 0.95, equal: 2}},
		{"ours starts above", curveOf(0.98, 300, 0.995, 100), curveOf(0.96, 600, 0.98, 150), versus{ours: true, theirs: true, ratio: 0.5, recall: 0.98, equal: 2}},
		{"ours starts where theirs ends", curveOf(0.999, 300), curveOf(0.96, 600, 0.98, 150), versus{ours: true, theirs: true, ratio: 0.5, recall: 0.98, equal: 2}},
		{"only ours", curveOf(0.96, 300), curveOf(0.5, 600), versus{ours: true}},
		{"ours by exact search", withExact(curveOf(0.9, 300), 20), curveOf(0.96, 10), versus{ours: true, exact: true, theirs: true, ratio: 2, recall: 0.96, equal: 2}},
		{"only theirs", curveOf(0.9, 300), curveOf(0.96, 600), versus{theirs: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := compare(tc.ours, tc.theirs, 0.95)
			if math.Abs(got.ratio-tc.want.ratio) > 1e-9 || math.Abs(got.equal-tc.want.equal) > 1e-9 ||
				got.recall != tc.want.recall || got.ours != tc.want.ours || got.theirs != tc.want.theirs || got.exact != tc.want.exact {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestDeciding(t *testing.T) {
	points := func(recalls ...float64) (curve []point) {
		for _, r := range recalls {
			curve = append(curve, point{recall: r})
		}
		return curve
	}
	for _, tc := range []struct {
		name        string
		curve, ours []point
		want        []int
	}{
		{"around .95 and .99", points(.5, .7, .9, .96, .97, .98, .995, .9996), points(.5), []int{0, 2, 3, 5, 6}},
		{"above both, and around what ours starts with", points(.992, .994, .996, .9996), points(.995), []int{0, 1, 2}},
		{"never", points(.1, .2, .3), points(.9), []int{0, 2}},
		{"one point", points(.99), points(.99), []int{0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := deciding(tc.curve, tc.ours); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestShortRecallRoundsDown(t *testing.T) {
	for r, want := range map[float64]string{1: "1.000", 0.99999: ".999", 0.57: ".570", 0.1304: ".130"} {
		if got := shortRecall(r); got != want {
			t.Errorf("%v is written %q, want %q", r, got, want)
		}
	}
}
