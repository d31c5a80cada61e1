package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
)

var nan = math.NaN()

// options returns the options that the tests start from.
func options(change func(*Options)) Options {
	opt := Options{Label: "y", Missing: MissingError, LabeledFraction: 1, Scale: ScaleMinMax}
	if change != nil {
		change(&opt)
	}
	return opt
}

func tableOf(columns ...table.Column) *table.Table {
	return &table.Table{Columns: columns, Rows: columns[0].Len()}
}

// sample is a table with a number, a text and a label.
func sample() *table.Table {
	return tableOf(
		table.New("amount", []float64{3, -1, nan, 7, 5}),
		table.Codes("kind", []uint32{0, 1, 1, 0, 1}, []string{"a", "b"}),
		table.New("y", []int64{0, 1, 0, 1, 0}))
}

func TestNewSplitsAndMeasures(t *testing.T) {
	s, err := New(sample(), options(func(o *Options) { o.Missing = MissingDrop }))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 3}, s.Labeled); diff != "" {
		t.Error("labeled:", diff)
	}
	if diff := cmp.Diff([]int{0, 4}, s.Unlabeled); diff != "" {
		t.Error("unlabeled:", diff)
	}
	want := []Column{{Min: -1, Max: 7, MassMin: true, MassMax: true}, {Max: 1, Nominal: true}} // of four rows, one is much
	if diff := cmp.Diff(want, s.Columns); diff != "" {
		t.Error("columns:", diff)
	}
	if s.Dropped != 1 {
		t.Errorf("dropped %d rows, want 1", s.Dropped)
	}
}

func TestMissingMedian(t *testing.T) {
	input := tableOf(
		table.New("x", []float64{9, nan, 1, 3}),
		table.New("y", []int64{1, 0, 0, 0}))
	s, err := New(input, options(func(o *Options) { o.Missing = MissingMedian }))
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float64, 1)
	s.UnlabeledRows().Row(row, 0)
	if row[0] != 3 {
		t.Errorf("filled with %v, want the median 3", row[0])
	}
}

func TestLabeledFraction(t *testing.T) {
	x, y := make([]float64, 100), make([]int64, 100)
	for i := range 25 {
		y[4*i] = 1
	}
	read := func(seed uint64) *Set {
		s, err := New(tableOf(table.New("x", x), table.New("y", y)),
			options(func(o *Options) { o.LabeledFraction, o.Seed = 0.1, seed }))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := read(1)
	if len(s.Labeled) != 3 || len(s.Unlabeled) != 97 || s.Hidden != 22 {
		t.Errorf("%d labeled, %d unlabeled, %d hidden; want ceil(2.5) = 3, 97, 22", len(s.Labeled), len(s.Unlabeled), s.Hidden)
	}
	if !slices.IsSorted(s.Labeled) || !slices.IsSorted(s.Unlabeled) {
		t.Error("row numbers are not ascending")
	}
	hidden := s.HiddenIn(0, s.Rows)
	for i := range 100 {
		if got, want := hidden[i] == 1, y[i] == 1 && !slices.Contains(s.Labeled, i); got != want {
			t.Errorf("row %d: hidden: %v, want %v", i, got, want)
		}
	}
	if !slices.Equal(read(1).Labeled, s.Labeled) {
		t.Error("the same seed keeps other anomalies")
	}
	if slices.Equal(read(2).Labeled, s.Labeled) && slices.Equal(read(3).Labeled, s.Labeled) {
		t.Error("other seeds keep the same anomalies")
	}
}

func TestLabels(t *testing.T) {
	text := func(words ...string) table.Column {
		dictionary := []string{}
		codes := make([]uint32, len(words))
		for i, w := range words {
			at := slices.Index(dictionary, w)
			if at < 0 {
				at = len(dictionary)
				dictionary = append(dictionary, w)
			}
			codes[i] = uint32(at)
		}
		return table.Codes("y", codes, dictionary)
	}
	tests := []struct {
		name, value string
		label       table.Column
		want        []int
		err         string
	}{
		{name: "zeros and ones", label: table.New("y", []int64{0, 1, 1}), want: []int{1, 2}},
		{name: "missing is unlabeled", label: table.New("y", []float64{nan, 1, 0}), want: []int{1}},
		{name: "words", label: text("true", "False", "1"), want: []int{0, 2}},
		{name: "other number", label: table.New("y", []int64{-1, 1, 0}), err: "row 0: \"-1\" is neither 1/0 nor true/false"},
		{name: "other word", label: text("no", "yes", "no"), err: "--anomaly-value"},
		{name: "value among words", value: "yes", label: text("no", "yes", "maybe"), want: []int{1}},
		{name: "value among numbers", value: "-1", label: table.New("y", []int64{-1, 1, 0}), want: []int{0}},
		{name: "value that never occurs", value: "fraud", label: text("no", "yes", "no"), err: `it holds "no", "yes"`},
		{name: "number that never occurs", value: "2", label: table.New("y", []int64{0, 1, 0}), err: "marks no anomaly among 3 rows: it holds 0, 1"},
		{name: "value is no number", value: "x", label: table.New("y", []int64{0, 1, 0}), err: "not a number"},
		{name: "none", label: table.New("y", []int64{0, 0, 0}), err: "marks no anomaly"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			input := tableOf(table.New("x", []float64{1, 2, 3}), test.label)
			s, err := New(input, options(func(o *Options) {
				if test.value != "" {
					o.AnomalyValues = []string{test.value}
				}
			}))
			switch {
			case test.err == "" && err != nil:
				t.Fatal(err)
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
			default:
				if diff := cmp.Diff(test.want, s.Labeled); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name   string
		input  *table.Table
		change func(*Options)
		want   string
	}{
		{"missing values are counted", sample(), nil, "amount 1 (of 5 rows); say what to do with --missing"},
		{"unknown label", sample(), func(o *Options) { o.Label = "Y" }, `did you mean "y"`},
		{"unknown categorical", sample(), func(o *Options) { o.Categorical = []string{"kinds"} }, `did you mean "kind"`},
		{"only a label", tableOf(table.New("y", []int64{1})), nil, "no feature column"},
		{"infinite", tableOf(table.New("x", []float64{1, math.Inf(1)}), table.New("y", []int64{1, 0})), nil, "column x, row 1"},
		{"too wide", tableOf(table.New("x", []float64{-1.7e308, 1.7e308}), table.New("y", []int64{1, 0})), nil, "too wide"},
		{"nothing left", tableOf(table.New("x", []float64{nan, 1}), table.New("z", []float64{1, nan}), table.New("y", []int64{1, 0})), func(o *Options) { o.Missing = MissingDrop }, "leaves none"},
		{"fraction", sample(), func(o *Options) { o.LabeledFraction = 0 }, "--labeled-fraction 0"},
		{"scale", sample(), func(o *Options) { o.Scale = "log" }, "--scale log"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := New(test.input, options(test.change)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestRowsReadsAsRow(t *testing.T) {
	input := tableOf(
		table.New("x", []float64{9, nan, 1, 3, nan, 8, 2}),
		table.New("n", []int32{1, 2, 3, 4, 5, 6, 7}),
		table.New("y", []int64{1, 0, 0, 0, 1, 0, 0}))
	s, err := New(input, options(func(o *Options) { o.Missing = MissingMedian }))
	if err != nil {
		t.Fatal(err)
	}
	rows := s.UnlabeledRows()
	for from := range rows.Len() {
		for to := from; to <= rows.Len(); to++ {
			got, want := make([]float64, 2*(to-from)), make([]float64, 2*(to-from))
			rows.Rows(got, from, to)
			for i := from; i < to; i++ {
				rows.Row(want[2*(i-from):][:2], i)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rows %d to %d: %s", from, to, diff)
			}
		}
	}
}
