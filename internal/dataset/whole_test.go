package dataset

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"
)

// asBig returns v, of field f, as an integer of any size.
func asBig(v int64, f table.Field) *big.Int {
	if f.Type == table.Uint64 {
		return new(big.Int).SetUint64(uint64(v))
	}
	return big.NewInt(v)
}

// drawTimes draws a column of times of n rows.
func drawTimes(t *rapid.T, n int) (table.Column, []int64) {
	fields := map[string]table.Field{
		"days":         {Type: table.Int32, Temporal: table.Temporal{Kind: table.Date}},
		"milliseconds": {Type: table.Int64, Temporal: table.Temporal{Kind: table.Date, Unit: time.Millisecond}},
		"nanoseconds":  {Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Nanosecond}},
		"microseconds": {Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Microsecond}},
		"clock":        {Type: table.Int64, Temporal: table.Temporal{Kind: table.TimeOfDay, Unit: time.Microsecond}},
		"span":         {Type: table.Int64, Temporal: table.Temporal{Kind: table.Duration, Unit: time.Second}},
	}
	name := rapid.SampledFrom([]string{"days", "milliseconds", "nanoseconds", "microseconds", "clock", "span"}).Draw(t, "times")
	f, seconds := fields[name], rapid.Int64Range(-5e9, 5e9)
	f.Name = "when"
	ints := make([]int64, n)
	for i := range ints {
		switch s := seconds.Draw(t, "seconds"); name {
		case "days":
			ints[i] = s / 86400
		case "milliseconds":
			ints[i] = s / 86400 * 86400_000
		case "nanoseconds":
			ints[i] = s*1e9 + s%977
		case "microseconds":
			ints[i] = s*1e6 + s%977
		case "clock":
			ints[i] = (s%86400+86400)%86400*1e6 + 13
		default:
			ints[i] = s
		}
	}
	return table.Live(f, ints, make([]bool, n)), ints
}

// TestCopiesOfWholeNumbersComeBackExactly gives rows as samples: integers of 64
// bits, decimals and times, in every unit.
func TestCopiesOfWholeNumbersComeBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "rows")
		c, ints, _ := drawWhole(t, "v", n)
		if rapid.Bool().Draw(t, "any") {
			ints = rapid.SliceOfN(rapid.Int64(), n, n).Draw(t, "ints")
		}
		if c = table.Live(c.Field(), ints, make([]bool, n)); rapid.Bool().Draw(t, "time") {
			c, ints = drawTimes(t, n)
		}
		y := make([]int64, n)
		y[0] = 1
		scale := rapid.SampledFrom([]Scale{ScaleMinMax, ScaleNone}).Draw(t, "scale")
		s, err := New(tableOf(c, table.New("y", y)), options(func(o *Options) { o.Scale = scale }))
		if err != nil {
			t.Fatal(err)
		}
		if f := c.Field(); !s.whole[0].Used {
			for _, v := range ints { // what is left to the writer must be exact there
				if got := int64(math.RoundToEven(c.Float(slices.Index(ints, v)))); got != v {
					t.Fatalf("%s: %d is left to float64", f.Type, v)
				}
			}
		}
		m := s.NewSamples(n)
		s.rows(allRows(n)).Rows(m.Values, 0, n)
		source, other := make([]int64, n), make([]int64, n)
		for i := range source {
			source[i], other[i] = int64(i), int64(n-1-i)
			if rapid.Bool().Draw(t, "swap") {
				source[i], other[i] = other[i], source[i]
			}
		}
		m.Decode(n, source, other)
		got := make([]int64, n)
		m.Columns[0].Ints(got, 0, n)
		for i := range got {
			if m.Columns[0].Type().Float() || !s.whole[0].Used {
				got[i] = int64(math.RoundToEven(m.Columns[0].Float(i)))
			}
			equal := func(row int64) bool { return s.Features[0].Float(int(row)) == m.Values[i] && got[i] == ints[row] }
			if got[i] != ints[i] && !equal(source[i]) && !equal(other[i]) {
				t.Fatalf("row %d: got %d, want %d", i, got[i], ints[i])
			}
		}
	})
}

// TestWholeNumbersAreRoundedAndBounded compares value with arithmetic of any size.
func TestWholeNumbersAreRoundedAndBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ints, _ := drawWhole(t, "v", 2)
		f := c.Field()
		f.Precision = 0 // no bound but that of the type
		v := survey{Lo: ints[0], Hi: ints[1]}
		if flip := signBit(f.Type == table.Uint64); order(v.Lo, flip) > order(v.Hi, flip) {
			v.Lo, v.Hi = v.Hi, v.Lo
		}
		w := newWhole(f, &v, false)
		if !w.Based {
			return
		}
		x := rapid.OneOf(rapid.Float64Range(-1e20, 1e20), rapid.Float64Range(-10, 10)).Draw(t, "x")
		want, _ := big.NewFloat(math.RoundToEven(x)).Int(nil)
		want.Add(want, asBig(w.Base, f))
		lo, hi := wholeBounds(f)
		if least := asBig(lo, f); want.Cmp(least) < 0 {
			want = least
		}
		if most := asBig(hi, f); want.Cmp(most) > 0 {
			want = most
		}
		if got := asBig(w.value(x), f); got.Cmp(want) != 0 {
			t.Fatalf("%s: %v from %v is %v, want %v", f.Type, x, asBig(w.Base, f), got, want)
		}
	})
}

func TestTimesStayTimes(t *testing.T) {
	clock := newWhole(table.Field{Type: table.Int32, Temporal: table.Temporal{Kind: table.TimeOfDay, Unit: time.Millisecond}}, &survey{Lo: 5, Hi: 86399_000}, false)
	date := newWhole(table.Field{Type: table.Int64, Temporal: table.Temporal{Kind: table.Date, Unit: time.Millisecond}}, &survey{Lo: 0, Hi: 86400_000}, false)
	money := newWhole(table.Field{Type: table.Decimal, Precision: 5, Places: 2}, &survey{Lo: 0, Hi: 99999}, false)
	for _, test := range []struct {
		name string
		w    whole
		x    float64
		want int64
	}{
		{"before midnight", clock, -3, 0},
		{"after midnight", clock, 86400_000, 86399_999},
		{"between two days", date, 1.6 * 86400_000, 2 * 86400_000},
		{"before the first day", date, -0.7 * 86400_000, -86400_000},
		{"half a cent", money, 12.345001, 1235},
		{"more digits than there are", money, 1234, 99999},
	} {
		if got := test.w.value(test.x); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestUnscaledTimesAreSeconds(t *testing.T) {
	f := table.Field{Name: "when", Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Millisecond}}
	c := table.Live(f, []int64{1_700_000_000_000, 1_700_000_002_500}, make([]bool, 2))
	s, err := New(tableOf(c, table.New("y", []int64{1, 0})), options(func(o *Options) { o.Scale = ScaleNone }))
	if err != nil {
		t.Fatal(err)
	}
	if got := (s.Features[0].Float(1) - s.Columns[0].Min) / (s.Columns[0].Max - s.Columns[0].Min); got != 2.5 {
		t.Errorf("2.5 seconds later is %v in search space", got)
	}
}

func TestWideIntegersAreNoted(t *testing.T) {
	stamp := table.Field{Name: "id", Type: table.Int64, Temporal: table.Temporal{Kind: table.Timestamp, Unit: time.Nanosecond}}
	for _, test := range []struct {
		ints []int64
		f    table.Field
		want string
	}{
		{[]int64{math.MinInt64, math.MaxInt64}, table.Field{Name: "id", Type: table.Int64}, "wide      id: the last digits of mixtures are rounded"},
		{[]int64{1<<60 + 1, 1<<60 + 2}, table.Field{Name: "id", Type: table.Int64}, "wide      id: integers beyond 2^53, mixed as numbers (--categorical id takes the values as codes)"},
		{[]int64{1, 2}, table.Field{Name: "id", Type: table.Int64}, ""},
		{[]int64{1<<60 + 1, 1<<60 + 2}, stamp, ""},
		{[]int64{1, 1 << 60}, stamp, "wide      id: the last digits"},
	} {
		s, err := New(tableOf(table.Live(test.f, test.ints, make([]bool, 2)), table.New("y", []int64{1, 0})), options(nil))
		if err != nil {
			t.Fatal(err)
		}
		wide := slices.DeleteFunc(Lines(s.Notes), func(line string) bool { return !strings.HasPrefix(line, "wide") })
		if got := strings.Join(wide, ""); !strings.HasPrefix(got, test.want) || (got == "") != (test.want == "") {
			t.Errorf("%v: notes %q, want %q", test.ints, wide, test.want)
		}
	}
}

// TestFromBringsOtherTablesIntoTheSpace counts rows of a second table from the base
// of the first.
func TestFromBringsOtherTablesIntoTheSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, ints, _ := drawWhole(t, "v", 5)
		c = table.Live(c.Field(), ints, make([]bool, 5))
		s, err := New(tableOf(c, table.New("y", []int64{1, 0, 0, 0, 0})), options(nil))
		if err != nil {
			t.Fatal(err)
		}
		same, err := From(c, s.Base(0))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			if got, want := same.Float(i), s.Features[0].Float(i); got != want {
				t.Fatalf("row %d: %v counted from %q, want %v", i, got, s.Base(0), want)
			}
		}
	})
	below, err := From(table.New("v", []uint64{3, 1 << 60}), "1152921504606846977")
	if err != nil {
		t.Fatal(err)
	}
	if below.Float(1) != -1 || below.Float(0) != 3-0x1p60 {
		t.Errorf("below the base are %v and %v", below.Float(0), below.Float(1))
	}
	for _, c := range []table.Column{table.New("v", []float64{1}), table.New("v", []uint64{1})} {
		if _, err := From(c, "-5"); err == nil || !strings.Contains(err.Error(), "column v") {
			t.Errorf("%s counted from -5: %v", c.Type(), err)
		}
	}
}
