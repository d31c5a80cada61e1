package main

import (
	"math"
	"testing"
)

// Rows at 0, 1, 2, 3, 3 and 10 of one column; queries at 0 and 3.
var (
	testRows    = []float32{0, 1, 2, 3, 3, 10}
	testQueries = []float32{0, 3}
)

func TestCompare(t *testing.T) {
	exact := &engine{name: "exact", ids: []int64{0, 1, 3, 4}}
	tied := &engine{name: "other order", ids: []int64{1, 0, 4, 3}}
	wrong := &engine{name: "one wrong", ids: []int64{0, 2, 3, 4}} // distance 4 instead of 1
	twice := &engine{name: "a row twice", ids: []int64{0, 1, 3, 3}}
	short := &engine{name: "an id missing", ids: []int64{0, -1, 3, 4}}
	skipped := &engine{name: "estimated", estimated: true}
	compare([]*engine{exact, tied, wrong, twice, short, skipped}, testRows, testQueries, 1, 2)
	for _, tc := range []struct {
		e             *engine
		right, excess float64
	}{
		{exact, 1, 0}, {tied, 1, 0}, {wrong, 0.5, 3}, {twice, 0.5, math.Inf(1)}, {short, 0.5, math.Inf(1)},
	} {
		if tc.e.right != tc.right || tc.e.excess != tc.excess {
			t.Errorf("%s: right %g, excess %g, want %g, %g", tc.e.name, tc.e.right, tc.e.excess, tc.right, tc.excess)
		}
	}
}

func TestPercentRoundsDown(t *testing.T) {
	for share, want := range map[float64]string{1: "100 %", 0.99999: "99.99 %", 0.5: "50.00 %"} {
		if got := percent(share); got != want {
			t.Errorf("percent(%v) is %q, want %q", share, got, want)
		}
	}
}
