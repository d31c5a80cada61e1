package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
)

func TestLabelsOfSeveralValues(t *testing.T) {
	attacks := table.Codes("y", []uint32{0, 1, 2, 0, 1}, []string{"BENIGN", "DDoS", "Port,Scan", "never"})
	gaps := table.Live(table.Field{Name: "y", Type: table.Int64}, []int64{-1, 0, 1, 2, -1}, []bool{false, true, false, false, false})
	ids := table.New("y", []int64{1<<53 + 1, 1 << 53, 5, 1<<53 + 2, 5})
	cents := table.Live(table.Field{Name: "y", Type: table.Decimal, Places: 2}, []int64{150, 100, 99, 150, -5}, make([]bool, 5))
	tests := []struct {
		name              string
		label             table.Column
		anomalies, normal []string
		want              []int
		err               string
	}{
		{name: "two texts", label: attacks, anomalies: []string{"DDoS", "Port,Scan"}, want: []int{1, 2, 4}},
		{name: "all but one text", label: attacks, normal: []string{"BENIGN"}, want: []int{1, 2, 4}},
		{name: "all but two texts", label: attacks, normal: []string{"BENIGN", "DDoS"}, want: []int{2}},
		{name: "one that never occurs", label: attacks, anomalies: []string{"DDoS", "Botnet"}, err: `never holds --anomaly-value "Botnet", so it marks no anomaly among 5 rows: it holds "BENIGN", "DDoS", "Port,Scan"`},
		{name: "one that is in the dictionary alone", label: attacks, anomalies: []string{"never"}, err: `never holds --anomaly-value "never"`},
		{name: "a normal one that never occurs", label: attacks, normal: []string{"benign"}, err: `never holds --normal-value "benign"`},
		{name: "normal ones that are all", label: attacks, normal: []string{"BENIGN", "DDoS", "Port,Scan"}, err: "--normal-value names all of them"},
		{name: "no label is no anomaly", label: gaps, normal: []string{"1", "2"}, want: []int{0, 4}},
		{name: "numbers in other words", label: gaps, anomalies: []string{"2.0", "-1e0"}, want: []int{0, 3, 4}},
		{name: "integers beyond float64", label: ids, anomalies: []string{"9007199254740993"}, want: []int{0}},
		{name: "integers beyond float64 are not rounded", label: ids, anomalies: []string{"9007199254740995"}, err: "it holds 9007199254740993, 9007199254740992, 5, 9007199254740994"},
		{name: "decimals", label: cents, anomalies: []string{"1.5", "-0.050"}, want: []int{0, 3, 4}},
		{name: "unsigned", label: table.New("y", []uint64{math.MaxUint64, 1, 2, 3, math.MaxUint64 - 1}), normal: []string{"1", "2", "3", "18446744073709551614"}, want: []int{0}},
		{name: "single precision", label: table.New("y", []float32{0.1, 1, 2, 0.1, 3}), anomalies: []string{"0.10"}, want: []int{0, 3}},
		{name: "booleans", label: table.Live(table.Field{Name: "y", Type: table.Bool}, []int64{0, 1, 0, 1, 0}, make([]bool, 5)), normal: []string{"True"}, want: []int{0, 2, 4}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := New(tableOf(table.New("x", []float64{1, 2, 3, 4, 5}), test.label), options(func(o *Options) { o.AnomalyValues, o.NormalValues = test.anomalies, test.normal }))
			switch {
			case test.err != "":
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Fatalf("error %v, want one with %q", err, test.err)
				}
			case err != nil:
				t.Fatal(err)
			default:
				if diff := cmp.Diff(test.want, s.Labeled); diff != "" {
					t.Error(diff)
				}
				if all := slices.Sorted(slices.Values(slices.Concat(s.Labeled, s.Unlabeled))); !slices.Equal(all, allRows(5)) {
					t.Errorf("rows %v", all)
				}
			}
		})
	}
	both := options(func(o *Options) { o.AnomalyValues, o.NormalValues = []string{"1"}, []string{"0"} })
	if err := both.Validate(); err == nil || !strings.Contains(err.Error(), "exclude each other") {
		t.Errorf("both kinds of values: %v", err)
	}
}

func TestSamplesHaveTheLabelOfTheirSource(t *testing.T) {
	x := table.New("x", []float64{1, 2, 3, 4})
	for _, label := range []table.Column{
		table.Codes("y", []uint32{0, 1, 2, 1}, []string{"no", "a", "b"}),
		table.New("y", []int64{0, 1<<53 + 1, 1<<53 + 2, 1<<53 + 1}),
		table.New("y", []float64{0, 0.5, 2, 0.5}),
	} {
		s, err := New(tableOf(label, x), options(func(o *Options) { o.NormalValues = []string{"0"} }))
		if label.Type() == table.String {
			s, err = New(tableOf(label, x), options(func(o *Options) { o.NormalValues = []string{"no"} }))
		}
		if err != nil {
			t.Fatal(err)
		}
		m := s.NewSamples(3)
		m.Decode(3, []int64{2, 1, -1}, []int64{0, 0, 0})
		for i, row := range []int{2, 1, 1} { // without a source it is the first anomaly
			if got, want := valueText(m.Columns[0], i), valueText(label, row); got != want {
				t.Errorf("sample %d has label %s, want %s", i, got, want)
			}
		}
	}
}

func TestRowsThatAreNotUsedAreCounted(t *testing.T) {
	input := tableOf(table.New("x", []float64{1, nan, 3, nan}), table.New("y", []int64{1, 1, 0, 0}))
	s, err := New(input, options(func(o *Options) { o.Missing = MissingDrop }))
	if err != nil {
		t.Fatal(err)
	}
	if s.Dropped != 2 || s.DroppedLabeled != 1 {
		t.Errorf("%d dropped, %d of them labeled; want 2, 1", s.Dropped, s.DroppedLabeled)
	}
	want := "not used  2 of 4 rows, which lack a value, 1 of them labeled anomalies (--missing keep uses them)"
	if lines := Lines(s.Notes); !slices.Contains(lines, want) {
		t.Errorf("notes %q, want %q", lines, want)
	}
	input = tableOf(table.New("x", []float64{nan, nan, 3, 2}), table.New("y", []int64{1, 1, 0, 0}))
	_, err = New(input, options(func(o *Options) { o.Missing = MissingDrop }))
	if err == nil || !strings.Contains(err.Error(), "marks 2 anomalies, but --missing drop leaves out all of them") {
		t.Errorf("got %v", err)
	}
}
