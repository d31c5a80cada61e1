package tableindex

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// readAs says how the tables of these tests are read.
var readAs = Options{Source: "t.csv", Scale: dataset.ScaleMinMax, Missing: dataset.MissingDrop}

// someTable returns rows of two columns, the second with gaps, and labels.
func someTable(rows int) *table.Table {
	rng := rand.New(rand.NewPCG(1, 2))
	a, b, y := make([]float64, rows), make([]int64, rows), make([]uint8, rows)
	gaps := make([]bool, rows)
	for i := range rows {
		a[i], b[i], gaps[i] = rng.Float64(), rng.Int64N(1000), i%17 == 3
		if i%10 == 1 {
			y[i] = 1
		}
	}
	return &table.Table{Rows: rows, Columns: []table.Column{
		table.New("a", a), table.Live(table.Field{Name: "b", Type: table.Int64}, b, gaps), table.New("y", y),
	}}
}

func setOf(t *testing.T, from *table.Table, label string) *dataset.Set {
	t.Helper()
	set, err := dataset.New(from, dataset.Options{Label: label, Missing: readAs.Missing, Scale: readAs.Scale, LabeledFraction: 1})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func indexOf(t *testing.T, from *table.Table) *Index {
	t.Helper()
	rows, err := Scale(t.Context(), setOf(t, &table.Table{Rows: from.Rows, Columns: from.Columns[:2]}, ""), readAs)
	if err != nil {
		t.Fatal(err)
	}
	x, err := rows.Build(t.Context(), ann.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestUnlabeledEqualsExact: of an index of all rows, the unlabeled ones are
// found as exact search among them finds them, whatever rows were dropped.
func TestUnlabeledEqualsExact(t *testing.T) {
	from := someTable(300)
	set := setOf(t, from, "y")
	x, err := indexOf(t, from).Unlabeled(set, readAs, SearchOptions{Recall: 1})
	if err != nil {
		t.Fatal(err)
	}
	matrix := func(rows generator.Rows) []float32 {
		m, _, err := generator.SearchMatrix(t.Context(), rows, scales(set.Summary), 1)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	queries := matrix(set.LabeledRows())
	got, stats, err := x.Answer(t.Context(), queries, 4)
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := exact.Search(t.Context(), matrix(set.UnlabeledRows()), 2, queries, 4, exact.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.IDs, want.IDs) || !slices.Equal(got.Distances, want.Distances) {
		t.Errorf("got rows %v, want %v", got.IDs, want.IDs)
	}
	if how := stats.Detail.(Asked); how.K != 4 || how.Method != "exact" || !slices.Equal(how.Queries, queries) {
		t.Errorf("it tells of %s search for %d neighbors", how.Method, how.K)
	}
}

// TestFits changes a table after it was indexed.
func TestFits(t *testing.T) {
	from := someTable(100)
	x := indexOf(t, from)
	if err := x.Schema.Fits(setOf(t, from, "y"), readAs); err != nil {
		t.Errorf("the same table: %v", err)
	}
	other := readAs
	other.Scale = dataset.ScaleNone
	values := make([]float64, 100)
	from.Columns[0].Floats(values, 1, 0, 100)
	values[7] += 1e-9
	with := func(columns ...table.Column) *table.Table {
		return &table.Table{Rows: columns[0].Len(), Columns: columns}
	}
	for _, tt := range []struct {
		name string
		t    *table.Table
		opt  Options
		want string
	}{
		{"scale", from, other, "it was built with --scale minmax, here it is none"},
		{"one value", with(table.New("a", values), from.Columns[1], from.Columns[2]), readAs, "the values in a are others"},
		{"order", with(from.Columns[1], from.Columns[0], from.Columns[2]), readAs, "its columns are in another order"},
		{"a column less", with(from.Columns[0], from.Columns[2]), readAs, "it has the columns b, which are missing here"},
		{"a column more", with(append(slices.Clone(from.Columns), table.New("c", values))...), readAs, "it lacks the columns c"},
		{"rows", someTable(101), readAs, "it has 100 rows, here are 101"},
	} {
		err := x.Schema.Fits(setOf(t, tt.t, "y"), tt.opt)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestScaleRefusesLabels: an index is of all rows.
func TestScaleRefusesLabels(t *testing.T) {
	if _, err := Scale(t.Context(), setOf(t, someTable(50), "y"), readAs); err == nil || !strings.Contains(err.Error(), "5 rows are labeled") {
		t.Errorf("got %v", err)
	}
}
