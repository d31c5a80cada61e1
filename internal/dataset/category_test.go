package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// wholeNumbers lists values of which float64 tells few apart.
var wholeNumbers = []int64{0, 1, -1, 5, 1 << 53, 1<<53 + 1, 1<<53 + 2, 1<<62 + 1, 1<<62 + 2, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1, -1 << 60, -1<<60 + 1}

// drawWhole draws a column of whole numbers of n rows, some of them missing.
func drawWhole(t *rapid.T, name string, n int) (c table.Column, ints []int64, gaps []bool) {
	f := table.Field{Name: name, Type: rapid.SampledFrom([]table.Type{table.Int64, table.Uint64, table.Decimal}).Draw(t, "type")}
	if f.Type == table.Decimal {
		f.Precision, f.Places = 18, rapid.IntRange(0, 18).Draw(t, "places")
	}
	ints = rapid.SliceOfN(rapid.SampledFrom(wholeNumbers), n, n).Draw(t, "values")
	gaps = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bool { return rapid.IntRange(0, 5).Draw(t, "gap") == 0 }), n, n).Draw(t, "gaps")
	return table.Live(f, ints, gaps), ints, gaps
}

func TestCategoriesAreTheExactValuesOfEachRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "rows")
		c, ints, gaps := drawWhole(t, "merchant", n)
		k, f := categoriesOf(c), c.Field()
		codes := k.encode(c, &f)
		for i := range n {
			if codes.Missing(i) != gaps[i] {
				t.Fatalf("row %d: missing %v, want %v", i, codes.Missing(i), gaps[i])
			}
			if !gaps[i] && k.Ints[int(codes.Float(i))] != ints[i] {
				t.Fatalf("row %d: code %v stands for %d, want %d", i, codes.Float(i), k.Ints[int(codes.Float(i))], ints[i])
			}
		}
		texts := k.texts(&f)
		if slices.Sort(texts); len(slices.Compact(texts)) != len(k.Ints) {
			t.Fatalf("two of %v have one text: %v", k.Ints, texts)
		}
	})
}

func TestTextsOfNumbersGiveThemBack(t *testing.T) {
	dec := table.Field{Type: table.Decimal, Places: 2}
	wide := table.Field{Type: table.Decimal, Places: 18}
	u64, i64 := table.Field{Type: table.Uint64}, table.Field{Type: table.Int64}
	for want, got := range map[string]string{
		"12.5":                  intText(1250, &dec),
		"12":                    intText(1200, &dec),
		"-0.05":                 intText(-5, &dec),
		"0":                     intText(0, &dec),
		"-9.223372036854775808": intText(math.MinInt64, &wide),
		"18446744073709551615":  intText(-1, &u64),
		"9007199254740993":      intText(1<<53+1, &i64),
		"16777216":              floatText(1<<24, table.Float32),
		"0.1":                   floatText(float64(float32(0.1)), table.Float32),
		"0.10000000149011612":   floatText(float64(float32(0.1)), table.Float64),
		"1e+300":                floatText(1e300, table.Float64),
		"0.00001":               floatText(1e-5, table.Float64),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64().Draw(t, "x")
		if back, err := strconv.ParseFloat(floatText(x, table.Float64), 64); err != nil || back != x {
			t.Fatalf("%v became %s", x, floatText(x, table.Float64))
		}
	})
}

func TestRecodeFindsEqualNumbersOfOtherTypes(t *testing.T) {
	k := categoriesOf(table.New("id", []int64{7, 1 << 53, 1<<53 + 1, -2}))
	categories := k.texts(&table.Field{Name: "id", Type: table.Int64})
	if diff := cmp.Diff([]string{"-2", "7", "9007199254740992", "9007199254740993"}, categories); diff != "" {
		t.Fatal(diff)
	}
	cents := table.Live(table.Field{Name: "id", Type: table.Decimal, Places: 2}, []int64{700, 750, -200}, make([]bool, 3))
	for _, test := range []struct {
		queries table.Column
		want    []float64
	}{
		{table.New("id", []uint64{1<<53 + 1, 1<<53 + 2, 7}), []float64{3, unseen, 1}},
		{table.New("id", []float64{7, 7.5, nan, -2, 1 << 53}), []float64{1, unseen, nan, 0, 2}},
		{cents, []float64{1, unseen, 0}},
		{table.Codes("id", []uint32{0, 1}, []string{"007", "7"}), []float64{unseen, 1}},
	} {
		c, err := Recode(test.queries, categories)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, c.Len())
		c.Floats(got, 1, 0, c.Len())
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%v: codes %v, want %v", test.queries.Type(), got, test.want)
		}
	}
}

// TestCopiesOfCategoriesComeBackExactly gives the rows themselves as samples.
func TestCopiesOfCategoriesComeBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "rows")
		c, ints, _ := drawWhole(t, "id", n)
		gaps := make([]bool, n)
		c = table.Live(c.Field(), ints, gaps)
		y := make([]int64, n)
		y[0] = 1
		rate := rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "rate")
		s, err := New(tableOf(table.New("y", y), c, table.New("rate", rate)), options(func(o *Options) { o.Categorical = []string{"id", "rate"} }))
		if err != nil {
			t.Fatal(err)
		}
		m := s.NewSamples(n)
		all := Rows{s.Features, s.fill, allRows(n)}
		all.Rows(m.Values, 0, n)
		source := make([]int64, n)
		m.Decode(n, source, source)
		if diff := cmp.Diff(s.Table.Names(), (&table.Table{Columns: m.Columns}).Names()); diff != "" {
			t.Fatal(diff)
		}
		got := make([]int64, n)
		m.Columns[1].Ints(got, 0, n)
		for i := range n {
			if got[i] != ints[i] || m.Columns[1].Missing(i) {
				t.Fatalf("row %d: got %d, want %d", i, got[i], ints[i])
			}
			if m.Columns[2].Float(i) != rate[i] || m.Columns[0].Float(i) != 1 {
				t.Fatalf("row %d: rate %v, label %v; want %v, 1", i, m.Columns[2].Float(i), m.Columns[0].Float(i), rate[i])
			}
		}
	})
}

func TestMoreCategoriesThanFloat32TellsApartAreRefused(t *testing.T) {
	if err := fewEnough("session", maxCategories); err != nil {
		t.Error(err)
	}
	err := fewEnough("session", maxCategories+1)
	if err == nil || !strings.Contains(err.Error(), "column session has 16777217 categories") || !strings.Contains(err.Error(), "--drop session") {
		t.Errorf("got %v", err)
	}
	if code := float32(maxCategories); code-1 == code {
		t.Error("float32 does not tell the last two codes apart")
	}
}

// TestExtend: new categories follow the others in the order of rows, and codes of a
// batch are then those of the whole.
func TestExtend(t *testing.T) {
	gaps := []bool{false, false, true, false, false}
	for _, tt := range []struct {
		name  string
		c     table.Column
		known []string
		want  []string
	}{
		{"texts", table.Live(table.Field{Name: "c", Type: table.String, Dictionary: []string{"a", "b", "x", "never"}}, []int64{2, 1, 3, 2, 0}, gaps), []string{"b"}, []string{"b", "x", "a"}},
		{"numbers", table.Live(table.Field{Name: "c", Type: table.Int64}, []int64{1 << 60, 5, 9, 1<<60 + 1, 5}, gaps), []string{"7"}, []string{"7", "1152921504606846976", "5", "1152921504606846977"}},
		{"floats", table.New("c", []float64{0.5, 2, 0.25}), []string{"2"}, []string{"2", "0.5", "0.25"}},
		{"nothing new", table.New("c", []float64{2}), []string{"1", "2"}, []string{"1", "2"}},
	} {
		got, err := Extend(tt.c, tt.known)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
		}
		codes, err := Recode(tt.c, got)
		if err != nil {
			t.Fatal(err)
		}
		for i := range codes.Len() {
			if !codes.Missing(i) && codes.Float(i) < 0 {
				t.Errorf("%s: row %d has no code", tt.name, i)
			}
		}
	}
}
