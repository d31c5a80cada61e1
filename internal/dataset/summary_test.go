package dataset

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nngmix/nngmix/internal/table"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

// drawTable draws a table of numbers, whole numbers, texts, truth values and a label.
func drawTable(t *rapid.T) *table.Table {
	n := rapid.IntRange(1, 300).Draw(t, "rows")
	float := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 1, 2.5, -3, 1e9, nan, math.Inf(1)})
	whole, ints, gaps := drawWhole(t, "whole", n)
	_, _, _ = whole, ints, gaps
	codes := rapid.SliceOfN(rapid.Uint32Range(0, 4), n, n).Draw(t, "codes")
	texts := make([]string, 5)
	for i := range texts {
		texts[i] = fmt.Sprint("text ", i)
	}
	label := rapid.SliceOfN(rapid.Int64Range(0, 1), n, n).Draw(t, "label")
	label[rapid.IntRange(0, n-1).Draw(t, "anomaly")] = 1
	small := rapid.SliceOfN(rapid.Int32Range(-5, 5), n, n).Draw(t, "small")
	return tableOf(
		table.New("x", rapid.SliceOfN(float, n, n).Draw(t, "x")),
		whole,
		table.New("small", small),
		table.Codes("text", codes, texts),
		table.New("merchant", rapid.SliceOfN(rapid.SampledFrom([]float64{7, 8, 8, 9.5, nan, 0}), n, n).Draw(t, "merchant")),
		table.New("y", label))
}

// What is known of a table does not depend on how it is cut into batches, and its
// rows neither.
func TestSummaryOfBatchesIsThatOfTheTable(t *testing.T) {
	ignore := cmp.Options{cmpopts.EquateNaNs(), cmpopts.IgnoreFields(Summary{}, "kept"), cmp.AllowUnexported(Summary{}, Options{}, survey{}, bounds{}, categories{}, whole{})}
	rapid.Check(t, func(t *rapid.T) {
		whole := drawTable(t)
		opt := options(func(o *Options) {
			o.Missing = rapid.SampledFrom([]Missing{MissingError, MissingKeep, MissingDrop, MissingMedian}).Draw(t, "missing")
			o.Scale = rapid.SampledFrom([]Scale{ScaleMinMax, ScaleNone}).Draw(t, "scale")
			o.LabeledFraction = rapid.SampledFrom([]float64{1, 0.5}).Draw(t, "fraction")
			o.Categorical = []string{"merchant"}
		})
		set, err := New(whole, opt)
		s, batchErr := Summarize(context.Background(), whole.InBatches(rapid.IntRange(1, 400).Draw(t, "batch")), opt)
		if fmt.Sprint(err) != fmt.Sprint(batchErr) {
			t.Fatalf("in batches: %v, want %v", batchErr, err)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(set.Summary, s, ignore); diff != "" {
			t.Fatal(diff)
		}
		kept := s.Kept(nil, []int{})
		if !slices.Equal(kept.numbers, set.Labeled) && s.Hidden+s.Dropped == 0 {
			t.Fatalf("kept %v, want %v", kept.numbers, set.Labeled)
		}
		want, got := make([]float64, len(set.Columns)), make([]float64, len(set.Columns))
		for i := range set.Labeled {
			set.LabeledRows().Row(want, i)
			kept.LabeledRows().Row(got, i)
			if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Fatalf("anomaly %d: %s", i, diff)
			}
		}
	})
}

// Medians and modes are those of sorting all values.
func TestTypicalValues(t *testing.T) {
	s := &Summary{Rows: 200_000, Fields: make([]table.Field, 2), Columns: make([]Column, 2), places: []int{0, 1},
		codes: make([]categories, 2), whole: make([]whole, 2), fill: make([]float64, 2), seen: make([]survey, 2)}
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.SampledFrom([]float64{1, 1e-300, 1e300}).Draw(t, "scale")
		seed := rapid.Uint64().Draw(t, "seed")
		narrow := rapid.Bool().Draw(t, "narrow")
		values, codes := make([]float64, s.Rows), make([]float64, s.Rows)
		var all []float64
		counts := make([]int, 7)
		for i := range values {
			seed = seed*6364136223846793005 + 1442695040888963407
			if values[i] = (float64(seed>>11)/(1<<53) - 0.4) * wide; narrow {
				values[i] = float64(seed >> 62)
			}
			codes[i] = float64(seed >> 33 % 7)
			if seed>>40%10 == 0 {
				values[i] = nan
			} else {
				all = append(all, values[i])
			}
			counts[int(codes[i])]++
		}
		s.Columns[1].Nominal = true
		s.codes[1].floats = []float64{0, 1, 2, 3, 4, 5, 6}
		s.Fields[1].Type, s.Fields[0].Type = table.Float64, table.Float64
		s.seen[0].missing = s.Rows - len(all)
		in := tableOf(table.New("x", values), table.New("c", codes)).InBatches(rapid.IntRange(1000, 300_000).Draw(t, "batch"))
		if err := s.setTypical(context.Background(), in, []int{0, 1}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		if want := stat.Quantile(0.5, stat.Empirical, all, nil); s.fill[0] != want {
			t.Fatalf("median %v, want %v", s.fill[0], want)
		}
		if want := float64(slices.Index(counts, slices.Max(counts))); s.fill[1] != want {
			t.Fatalf("mode %v, want %v", s.fill[1], want)
		}
	})
}
