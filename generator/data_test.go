package generator

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRanges(t *testing.T) {
	labeled := Dense([]float64{1, -2, 5, 4, 0, 5}, 3)
	unlabeled := Dense([]float64{-7, 3, 5}, 3)
	got, err := Ranges(labeled, unlabeled)
	if diff := cmp.Diff([]Column{{Min: -7, Max: 4}, {Min: -2, Max: 3}, {Min: 5, Max: 5}}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	got, err = Ranges(labeled, nil)
	if diff := cmp.Diff([]Column{{Min: 1, Max: 4}, {Min: -2, Max: 0}, {Min: 5, Max: 5}}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for name, test := range map[string]struct {
		labeled, unlabeled Rows
		want               error
	}{
		"none":              {nil, unlabeled, ErrNoLabeled},
		"columns":           {labeled, Dense(make([]float64, 4), 2), ErrColumns},
		"NaN":               {labeled, Dense([]float64{1, math.NaN(), 3}, 3), ErrValue},
		"Inf among labeled": {Dense([]float64{1, math.Inf(-1), 3}, 3), unlabeled, ErrValue},
	} {
		if _, err := Ranges(test.labeled, test.unlabeled); !errors.Is(err, test.want) {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
	}
}

// TestValueErrorIsTheFirst: whatever the threads, the first bad row is named.
func TestValueErrorIsTheFirst(t *testing.T) {
	rows := randomRows(1, 50_000, 2)
	for _, i := range []int{49_999, 20_002, 20_001, 31_000} {
		rows.(dense).row(i)[1] = math.Inf(1)
	}
	for threads := 1; threads < 6; threads++ {
		opt := DefaultOptions()
		opt.Threads = threads
		_, err := New(t.Context(), Data{Labeled: randomRows(2, 3, 2), Unlabeled: rows}, opt)
		var bad *ValueError
		if !errors.As(err, &bad) || *bad != (ValueError{Row: 20_001, Column: 1, Value: math.Inf(1)}) {
			t.Fatalf("%d threads: got %v", threads, err)
		}
	}
}

// TestRowsOneByOne: rows that cannot be read many at a time give the same samples.
func TestRowsOneByOne(t *testing.T) {
	type oneByOne struct{ Rows }
	columns := units(4)
	data := Data{Labeled: rowsIn(columns, 1, 20), Unlabeled: rowsIn(columns, 2, 900), Columns: columns}
	want, _ := sampleN(t, mustNew(t, data, DefaultOptions()), 300)
	data.Labeled, data.Unlabeled = oneByOne{data.Labeled}, oneByOne{data.Unlabeled}
	got, _ := sampleN(t, mustNew(t, data, DefaultOptions()), 300)
	if diff := cmp.Diff(want.data, got.data); diff != "" {
		t.Errorf("other samples (-bulk +one by one):\n%s", diff)
	}
}
