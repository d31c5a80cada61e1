package eval

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

func TestMeasureRecall(t *testing.T) {
	truth := &exact.Result{K: 3, IDs: []uint32{4, 5, 6, 1, 2, 0}, Distances: []float64{0, 1, 2, 3, 3, 0}, Counts: []int32{3, 2}}
	full := []exact.Neighbor{{ID: 2, Distance: 3}, {ID: 1, Distance: 3}} // of the second query
	for _, c := range []struct {
		name             string
		found            []exact.Neighbor
		byDistance, byID float64
	}{
		{"all", []exact.Neighbor{{ID: 4}, {ID: 5, Distance: 1}, {ID: 6, Distance: 2}}, 1, 1},
		{"other order", []exact.Neighbor{{ID: 6, Distance: 2}, {ID: 4}, {ID: 5, Distance: 1}}, 1, 1},
		{"a tie", []exact.Neighbor{{ID: 4}, {ID: 5, Distance: 1}, {ID: 9, Distance: 2}}, 1, 2.0 / 3},
		{"rounded", []exact.Neighbor{{ID: 4}, {ID: 5, Distance: 1}, {ID: 6, Distance: 2.000001}}, 1, 1},
		{"too far", []exact.Neighbor{{ID: 4}, {ID: 5, Distance: 1}, {ID: 9, Distance: 2.00001}}, 2.0 / 3, 2.0 / 3},
		{"one thrice", []exact.Neighbor{{ID: 4}, {ID: 4}, {ID: 4}}, 1.0 / 3, 1.0 / 3},
		{"too many", []exact.Neighbor{{ID: 7, Distance: 9}, {ID: 8, Distance: 9}, {ID: 9, Distance: 9}, {ID: 4}}, 0, 0},
		{"none", nil, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := MeasureRecall(truth, [][]exact.Neighbor{c.found, full})
			want := Recall{(c.byDistance + 1) / 2, (c.byID + 1) / 2, 2}
			if err != nil || math.Abs(got.ByDistance-want.ByDistance) > 1e-12 || math.Abs(got.ByID-want.ByID) > 1e-12 || got.Queries != 2 {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
	if _, err := MeasureRecall(truth, nil); err == nil {
		t.Error("answers to no queries were accepted")
	}
	negative := &exact.Result{K: 1, IDs: []uint32{1}, Distances: []float64{-5}, Counts: []int32{1}} // inner products
	if got, _ := MeasureRecall(negative, [][]exact.Neighbor{{{ID: 1, Distance: -5}}}); got.ByDistance != 1 {
		t.Errorf("a negative distance: got %+v", got)
	}
}

func TestMeasurePoint(t *testing.T) {
	r := stream(1, "points")
	rows, queries := make([]float32, 2000*4), make([]float32, 50*4)
	for _, s := range [][]float32{rows, queries} {
		for i := range s {
			s[i] = r.Float32()
		}
	}
	index, err := exact.Build(t.Context(), rows, 4, exact.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	truth, err := index.SearchBatch(t.Context(), queries, 10, exact.SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	opt := CurveOptions{Threads: 2, Rounds: 2}
	all := func(ctx context.Context, q []float32, k int) ([]exact.Neighbor, error) {
		return index.Search(ctx, q, k, exact.SearchOptions{})
	}
	p, err := MeasurePoint(t.Context(), all, queries, 4, truth, opt)
	if err != nil {
		t.Fatal(err)
	}
	l := p.Latency
	if p.ByDistance != 1 || p.ByID != 1 || p.QPS <= 0 || !(0 < l.P50 && l.P50 <= l.P90 && l.P90 <= l.P99 && l.P99 <= l.Max) {
		t.Errorf("exact search: %+v", p)
	}
	half := func(ctx context.Context, q []float32, k int) ([]exact.Neighbor, error) {
		return index.Search(ctx, q, k/2, exact.SearchOptions{})
	}
	if p, err = MeasurePoint(t.Context(), half, queries, 4, truth, opt); err != nil || p.ByDistance != 0.5 {
		t.Errorf("half of the neighbors: %+v, %v", p, err)
	}
	broken := errors.New("broken")
	fail := func(context.Context, []float32, int) ([]exact.Neighbor, error) { return nil, broken }
	if _, err = MeasurePoint(t.Context(), fail, queries, 4, truth, opt); !errors.Is(err, broken) {
		t.Errorf("a failing search: %v", err)
	}
	if _, err = MeasurePoint(t.Context(), half, queries[1:], 4, truth, opt); err == nil {
		t.Error("a part of a query was accepted")
	}
	if _, err = MeasurePoint(t.Context(), half, queries, 4, truth, CurveOptions{}); err == nil {
		t.Error("no threads were accepted")
	}
}

func TestLatency(t *testing.T) {
	seconds := make([]float64, 100)
	for i := range seconds {
		seconds[i] = float64(100 - i)
	}
	if got, want := latencyOf(seconds), (Latency{50, 90, 99, 100}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
