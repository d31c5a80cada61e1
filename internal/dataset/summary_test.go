package dataset

import (
	"context"
	"errors"
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
	ignore := cmp.Options{cmpopts.EquateNaNs(), cmpopts.IgnoreFields(Summary{}, "kept", "labels"), cmp.AllowUnexported(Summary{})}
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
		kept, err := s.Kept(nil, []int{})
		if err != nil {
			t.Fatal(err)
		}
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
	const n = 200_000
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.SampledFrom([]float64{1, 1e-300, 1e300}).Draw(t, "scale")
		seed := rapid.Uint64().Draw(t, "seed")
		narrow := rapid.Bool().Draw(t, "narrow")
		values, codes, labels := make([]float64, n), make([]float64, n), make([]int64, n)
		labels[0] = 1
		var all []float64
		counts := make([]int, 7)
		for i := range values {
			seed = seed*6364136223846793005 + 1442695040888963407
			if values[i] = (float64(seed>>11)/(1<<53) - 0.4) * wide; narrow {
				values[i] = float64(seed >> 62)
			}
			if seed>>40%10 == 0 {
				values[i], codes[i] = nan, nan
				continue
			}
			codes[i] = float64(seed >> 33 % 7)
			all = append(all, values[i])
			counts[int(codes[i])]++
		}
		in := tableOf(table.New("x", values), table.New("c", codes), table.New("y", labels)).InBatches(rapid.IntRange(1000, 300_000).Draw(t, "batch"))
		s, err := Summarize(context.Background(), in, options(func(o *Options) { o.Missing, o.Categorical = MissingMedian, []string{"c"} }))
		if err != nil {
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

// shard returns rows from ≤ i < to of columns as another file would have them, with
// texts coded by themselves.
func shard(columns []table.Column, from, to int) []table.Column {
	var part []table.Column
	for _, c := range columns {
		c = table.Rows(c, from, to)
		if c.Type() == table.String {
			var dictionary []string
			codes := make([]uint32, to-from)
			for i := range codes {
				text := c.Dictionary()[int(c.Float(i))]
				at := slices.Index(dictionary, text)
				if at < 0 {
					at = len(dictionary)
					dictionary = append(dictionary, text)
				}
				codes[i] = uint32(at)
			}
			c = table.Codes(c.Name(), codes, dictionary)
		}
		part = append(part, c)
	}
	return part
}

// inOrder returns t with its texts coded in the order of their first rows, as readers
// code them.
func inOrder(t *table.Table) *table.Table {
	return &table.Table{Columns: shard(t.Columns, 0, t.Rows), Rows: t.Rows}
}

// What is known of a table does not depend on how many saw how much of it, in which
// order it is put together, and whether it was stored in between.
func TestSummaryOfShardsIsThatOfTheTable(t *testing.T) {
	ignore := cmp.Options{cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(Summary{}, "kept", "labels"), cmp.AllowUnexported(Summary{})}
	rapid.Check(t, func(t *rapid.T) {
		whole := inOrder(drawTable(t))
		opt := options(func(o *Options) {
			o.Missing = rapid.SampledFrom([]Missing{MissingError, MissingKeep, MissingDrop, MissingMedian}).Draw(t, "missing")
			o.Scale = rapid.SampledFrom([]Scale{ScaleMinMax, ScaleNone}).Draw(t, "scale")
			o.LabeledFraction = rapid.SampledFrom([]float64{1, 0.5}).Draw(t, "fraction")
			o.Categorical = []string{"merchant"}
		})
		set, want := New(whole, opt)
		cut := rapid.SampledFrom([]int{1, 2, 5}).Draw(t, "shards")
		var shards [][]table.Column
		var firsts []int
		for i := range cut {
			from, to := i*whole.Rows/cut, (i+1)*whole.Rows/cut
			if to > from {
				shards, firsts = append(shards, shard(whole.Columns, from, to)), append(firsts, from)
			}
		}
		scans := make([]*Scan, len(shards))
		for i, columns := range shards {
			var fields []table.Field
			for _, c := range columns {
				fields = append(fields, c.Field())
			}
			var err error
			if scans[i], err = NewScan(fields, opt); err != nil {
				t.Fatal(err)
			}
			scans[i].Keep()
		}
		for {
			order := rapid.Permutation(firsts).Draw(t, "order")
			var all *Scan
			for _, first := range order {
				i := slices.Index(firsts, first)
				columns := shards[i]
				if fields := scans[i].Fields(); fields != nil {
					columns = nil
					for _, at := range fields {
						columns = append(columns, shards[i][at])
					}
				}
				if err := scans[i].Add(context.Background(), first, columns); err != nil {
					t.Fatal(err)
				}
				if all == nil {
					all = again(t, scans[i])
				} else if err := all.Merge(again(t, scans[i])); err != nil {
					t.Fatal(err)
				}
			}
			done, err := all.Next()
			if fmt.Sprint(err) != fmt.Sprint(want) && (done || err != nil) {
				t.Fatalf("in shards: %v, want %v", err, want)
			}
			if err != nil {
				return
			}
			if done {
				if diff := cmp.Diff(set.Summary, again(t, all).Summary(), ignore); diff != "" {
					t.Fatal(diff)
				}
				kept, err := again(t, all).Summary().Kept(nil, []int{})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(kept.numbers, set.Anomalies) {
					t.Fatalf("kept %v, want %v", kept.numbers, set.Anomalies)
				}
				return
			}
			for i := range scans {
				scans[i] = again(t, all)
			}
		}
	})
}

// again returns what x is after it was stored.
func again(t *rapid.T, x *Scan) *Scan {
	data, err := x.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	y := new(Scan)
	if err := y.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	return y
}

func TestScanEncodingIsChecked(t *testing.T) {
	x, err := NewScan(tableOf(table.New("x", []float64{1}), table.New("y", []int64{1})).Stream().Fields, options(nil))
	if err != nil {
		t.Fatal(err)
	}
	data, err := x.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		if err := new(Scan).UnmarshalBinary(bad); !errors.Is(err, ErrEncoding) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if err := new(Scan).UnmarshalBinary(data[:i]); !errors.Is(err, ErrEncoding) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
}
