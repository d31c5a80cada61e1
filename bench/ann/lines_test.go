package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var stored = []line{
	{Set: "a", Rows: 5, Dim: 2, Engine: ours, Measure: buildTime, Threads: 1, Value: 1.5, Least: 1.25, Most: 2, Runs: 3, Commit: "abc-dirty"},
	{Set: "a", Rows: 5, Dim: 2, Engine: ours, Measure: heldOut, Threads: 1, Ef: 10, Recall: 0.9375, Value: 1e6, Least: 9e5, Most: 2e6, Runs: 5},
	{Set: "a", Rows: 5, Dim: 2, Engine: ours, Measure: heldOut, Threads: 1, Ef: 14, Recall: 1, Value: 5e5, Least: 5e5, Most: 5e5, Runs: 1},
	{Set: "a", Rows: 5, Dim: 2, Engine: hnswlib, Measure: heldOut, Threads: 1, Ef: 10, Recall: 0.5, Value: 7, Least: 7, Most: 7, Runs: 1},
	{Set: "b", Rows: 6, Dim: 3, Engine: ours, Measure: heldOut, Threads: 2, Ef: 10, Recall: 0.5, Value: 8, Least: 8, Most: 8, Runs: 1},
}

func TestLinesRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ann.csv")
	if got, err := readLines(path); got != nil || err != nil {
		t.Fatalf("a missing file gives %v, %v", got, err)
	}
	if err := writeLines(path, stored); err != nil {
		t.Fatal(err)
	}
	got, err := readLines(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(stored, got); diff != "" {
		t.Error(diff)
	}
}

func TestDamagedLines(t *testing.T) {
	var whole bytes.Buffer
	if err := encodeLines(&whole, stored); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"other header":  {"x,y\n1,2\n", "first line"},
		"empty":         {"", "first line"},
		"no number":     {strings.Replace(whole.String(), "1.5,", "fast,", 1), "line 2, value"},
		"field missing": {whole.String() + "a,1\n", "wrong number of fields"},
	} {
		if _, err := decodeLines(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, tc.want)
		}
	}
}

func TestMergeReplacesWhatIsMeasuredAgain(t *testing.T) {
	again := []line{{Set: "a", Engine: ours, Measure: heldOut, Threads: 1, Ef: 10, Recall: 0.75, Value: 3}}
	fresh := []line{{Set: "c", Engine: ours, Measure: buildTime, Threads: 1, Value: 4}}
	got := merge(merge(stored, again), fresh)
	// Both points of that curve go, everything else stays, sets keep their order.
	want := []line{stored[0], stored[3], again[0], stored[4], fresh[0]}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
