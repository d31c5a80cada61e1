package dataset

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
)

// texts returns a column of n rows with that many different texts.
func texts(name string, n, distinct int) table.Column {
	dictionary, codes := make([]string, distinct), make([]uint32, n)
	for i := range dictionary {
		dictionary[i] = fmt.Sprint("t", i)
	}
	for i := range codes {
		codes[i] = uint32(i % distinct)
	}
	return table.Codes(name, codes, dictionary)
}

// whoseField returns a column of row numbers with what change makes of its field.
func whoseField(name string, n int, change func(*table.Field)) table.Column {
	ints := make([]int64, n)
	for i := range ints {
		ints[i] = int64(i)
	}
	f := table.Field{Name: name, Type: table.Int64}
	change(&f)
	return table.Live(f, ints, make([]bool, n))
}

func TestColumnsThatNameRowsAreNoFeatures(t *testing.T) {
	const n = 120
	label := make([]int64, n)
	label[0] = 1
	index := func(r *table.Reading) table.Column {
		return whoseField("c", n, func(f *table.Field) { f.Role, f.Reading = table.Index, r })
	}
	tests := []struct {
		name    string
		column  table.Column
		asked   []string
		feature bool
	}{
		{"text that names rows", texts("c", n, n), nil, false},
		{"text that nearly does", texts("c", n, 108), nil, false},
		{"text that repeats", texts("c", n, 107), nil, true},
		{"text that was asked for", texts("c", n, n), []string{"c"}, true},
		{"index", index(nil), nil, false},
		{"index read as it stands", index(&table.Reading{Why: "pandas wrote it"}), nil, false},
		{"index asked for as a category", index(&table.Reading{Category: true}), nil, true},
		{"index asked for as a number", index(&table.Reading{Asked: true}), nil, true},
		{"numbers that differ", whoseField("c", n, func(*table.Field) {}), nil, true},
		{"nothing", table.New("c", make([]float64, 0)), nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := test.column
			if c.Len() == 0 {
				gaps := make([]bool, n)
				for i := range gaps {
					gaps[i] = true
				}
				c = table.Live(table.Field{Name: "c", Type: table.Int32}, make([]int64, n), gaps)
			}
			x := make([]float64, n)
			s, err := New(tableOf(c, table.New("x", x), table.New("y", label)), options(func(o *Options) { o.Categorical = test.asked }))
			if err != nil {
				t.Fatal(err)
			}
			if got := s.Inputs[0].Name() == "c"; got != test.feature {
				t.Errorf("it is a feature: %v", got)
			}
			if got := len(Lines(s.Notes)) == 0; got != test.feature {
				t.Errorf("notes %q", Lines(s.Notes))
			}
			_, err = New(tableOf(c, table.New("y", label)), options(func(o *Options) { o.Categorical = test.asked }))
			if (err == nil) != test.feature {
				t.Errorf("alone: %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "no feature column is left beside the label y: c: ") {
				t.Errorf("error %v does not tell why c was left out", err)
			}
		})
	}
	short := tableOf(texts("c", 99, 99), table.New("y", label[:99]))
	if _, err := New(short, options(nil)); err != nil {
		t.Error("few rows, each with another text:", err)
	}
}

func TestCategoricalTakesNamesWithCommas(t *testing.T) {
	input := tableOf(table.New("a,b", []int64{1, 2}), table.New("c", []int64{1, 2}), table.New("d", []int64{1, 2}), table.New("y", []int64{1, 0}))
	s, err := New(input, options(func(o *Options) { o.Categorical = []string{"a,b", "c,d"} }))
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range s.Columns {
		if !c.Nominal {
			t.Errorf("%s is a number", s.Inputs[j].Name())
		}
	}
}

func TestNotesMakeALineForEachKind(t *testing.T) {
	var notes []Note
	for i := range 6 {
		notes = append(notes, Note{NoteMass, fmt.Sprint("c", i), "90 % of rows are 0", "--noise keep keeps such values"})
	}
	notes = append(notes, Note{Kind: NoteUnused, Text: "3 of 9 rows, which lack a value"}, Note{NoteReading, "zip", "007 in row 3 would lose its zeros as a number", ""})
	want := []string{
		"odd       zip: 007 in row 3 would lose its zeros as a number",
		"not used  3 of 9 rows, which lack a value",
		"piled up  c0: 90 % of rows are 0; c1: 90 % of rows are 0; c2: 90 % of rows are 0; c3: 90 % of rows are 0; and 2 columns more (--noise keep keeps such values)",
	}
	if diff := cmp.Diff(want, Lines(notes)); diff != "" {
		t.Error(diff)
	}
}

func TestOddReadingsAreNoted(t *testing.T) {
	c := whoseField("zip", 2, func(f *table.Field) { f.Reading = &table.Reading{Why: "007 in row 3 would lose its zeros", Odd: true} })
	s, err := New(tableOf(c, table.New("y", []int64{1, 0})), options(nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Note{Kind: NoteReading, Column: "zip", Text: "007 in row 3 would lose its zeros"}, s.Notes[0]); diff != "" {
		t.Error(diff)
	}
}
