package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// Rows at 0 to 11 of one column; the last two are equal.
func twelve() *data {
	rows := []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}
	return &data{"twelve", 1, rows, []queries{{heldOut, []float32{1, 10}}}}
}

func TestRecall(t *testing.T) {
	c := &contest{data: twelve(), folder: t.TempDir()}
	if err := c.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	nearZero := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9} // exactly those nearest to 1
	nearTen := []int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}
	change := func(ids []int64, at int, to int64) []int64 {
		ids = slices.Clone(ids)
		ids[at] = to
		return ids
	}
	for _, tc := range []struct {
		name string
		ids  []int64
		want float64
	}{
		{"all", slices.Concat(nearZero, nearTen), 1},
		{"one too far", slices.Concat(nearZero, change(nearTen, 9, 0)), 0.95},
		{"one twice", slices.Concat(nearZero, change(nearTen, 0, 10)), 0.95},
		{"one missing", slices.Concat(change(nearZero, 3, -1), nearTen), 0.95},
		{"none", slices.Repeat([]int64{-1}, 20), 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var raw bytes.Buffer
			if err := binary.Write(&raw, binary.LittleEndian, tc.ids); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(c.folder, "found.i64")
			if err := os.WriteFile(file, raw.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := c.recall(file, 0)
			if err != nil || math.Abs(got-tc.want) > 1e-12 {
				t.Errorf("recall %v, %v, want %v", got, err, tc.want)
			}
		})
	}
	if _, err := withDistances([]int64{12}, c.data.rows, []float32{0}, 1); err == nil {
		t.Error("a row that is not there is no error")
	}
}

// The requests that an engine gets, to our own engine.
func TestServe(t *testing.T) {
	c := &contest{data: twelve(), folder: t.TempDir()}
	if err := c.prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := server{engine: new(ourEngine)}
	out := filepath.Join(c.folder, "found.i64")
	for _, request := range [][]string{
		{"build", c.path("rows"), "1", "1"},
		{"search", c.path(heldOut), "10", "2", "3", out},
	} {
		if _, err := s.answer(request); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.recall(out, 0); err != nil || got != 1 {
		t.Errorf("recall %v, %v, want 1: so few rows are all looked at", got, err)
	}
	for _, request := range [][]string{{}, {"search"}, {"build", "no-file", "1", "1"}, {"build", c.path("rows"), "x", "1"}} {
		if _, err := s.answer(request); err == nil {
			t.Errorf("%q is no error", request)
		}
	}
}

func TestSyntheticPrefix(t *testing.T) {
	small, large := synthetic(10, 7), synthetic(5000, 7)
	if !slices.Equal(small.rows, large.rows[:len(small.rows)]) || !slices.Equal(small.queries[0].values, large.queries[0].values) {
		t.Error("the first rows of a larger set are not those of a smaller one")
	}
	x, _, err := exact.Search(t.Context(), large.rows, large.dim, small.queries[0].values[:large.dim], 1, exact.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if _, distances := x.Of(0); distances[0] == 0 {
		t.Error("a query is among the rows")
	}
}
