package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/internal/table"
	"pgregory.net/rapid"
)

// gaps draws which of n rows lack a value: long runs, whole chunks and single rows.
func drawGaps(t *rapid.T, name string, n int) []bool {
	gaps := make([]bool, n)
	for range rapid.IntRange(0, 4).Draw(t, name+" runs") {
		from := rapid.OneOf(rapid.IntRange(0, n-1), rapid.SampledFrom([]int{0, min(n-1, chunkRows), min(n-1, 2*chunkRows)})).Draw(t, name+" from")
		length := rapid.SampledFrom([]int{1, 70, chunkRows, 2 * chunkRows, n}).Draw(t, name+" length")
		for i := from; i < min(n, from+length); i++ {
			gaps[i] = true
		}
	}
	return gaps
}

// gapped is a table of some chunks with gaps, and what it is made of.
type gapped struct {
	numbers []float64 // NaN and infinite ones are missing
	counts  []int64
	codes   []int64
	missing [3][]bool
	table   *table.Table
}

func drawGapped(t *rapid.T) *gapped {
	n := rapid.SampledFrom([]int{1, 2, 64, chunkRows - 1, chunkRows, chunkRows + 1, 2*chunkRows + 3, 3 * chunkRows}).Draw(t, "rows")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "values"), 0))
	g := &gapped{numbers: make([]float64, n), counts: make([]int64, n), codes: make([]int64, n)}
	y := make([]int64, n)
	y[rng.IntN(n)] = 1
	for j := range g.missing {
		g.missing[j] = drawGaps(t, fmt.Sprintf("column %d", j), n)
	}
	for i := range n {
		g.numbers[i] = math.Round(rng.NormFloat64() * 3)
		g.counts[i] = int64(rng.IntN(9) - 4)
		g.codes[i] = int64(rng.IntN(3))
		if g.missing[0][i] {
			g.numbers[i] = []float64{nan, math.Inf(1), math.Inf(-1)}[rng.IntN(3)]
		}
	}
	text := table.Field{Name: "text", Type: table.String, Dictionary: []string{"a", "b", "c"}}
	g.table = tableOf(table.New("number", g.numbers),
		table.Live(table.Field{Name: "count", Type: table.Int64}, g.counts, g.missing[1]),
		table.Live(text, g.codes, g.missing[2]), table.New("y", y))
	return g
}

// value returns column j of row i.
func (g *gapped) value(i, j int) float64 {
	switch {
	case g.missing[j][i]:
		return nan
	case j == 0:
		return g.numbers[i]
	case j == 1:
		return float64(g.counts[i])
	default:
		return float64(g.codes[i])
	}
}

// values returns the values of column j in rows.
func (g *gapped) values(j int, rows []int) (values []float64) {
	for _, i := range rows {
		if x := g.value(i, j); x == x {
			values = append(values, x)
		}
	}
	return values
}

// fill is what --missing median should make of a missing value of column j: the
// lower median, or the most frequent code, the least of equals.
func (g *gapped) fill(j int) float64 {
	values := g.values(j, allRows(len(g.numbers)))
	slices.Sort(values)
	if len(values) == len(g.numbers) {
		return 0 // not needed
	}
	if j < 2 {
		return values[(len(values)+1)/2-1]
	}
	best, most := 0.0, 0
	for code := range 3 {
		if n := len(slices.DeleteFunc(slices.Clone(values), func(x float64) bool { return x != float64(code) })); n > most {
			best, most = float64(code), n
		}
	}
	return best
}

// TestGapsAcrossChunksAreAsANaiveLookFindsThem compares ranges, masses, fills, rows
// and counts with what is found value by value.
func TestGapsAcrossChunksAreAsANaiveLookFindsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawGapped(t)
		n := len(g.numbers)
		how := rapid.SampledFrom([]Missing{MissingError, MissingKeep, MissingDrop, MissingMedian}).Draw(t, "missing")
		s, err := New(g.table, options(func(o *Options) { o.Missing = how }))
		var features, rows []int
		lacking := false
		for j := range 3 {
			if values := g.values(j, allRows(n)); len(values) > 0 {
				features = append(features, j)
				lacking = lacking || len(values) < n
			}
		}
		for i := range n {
			whole := !slices.ContainsFunc(features, func(j int) bool { return g.missing[j][i] })
			if whole || how != MissingDrop {
				rows = append(rows, i)
			}
		}
		labeled := slices.ContainsFunc(rows, func(i int) bool { return g.table.Columns[3].Float(i) == 1 })
		if len(features) == 0 || how == MissingError && lacking || len(rows) == 0 || !labeled {
			if err == nil {
				t.Fatal("no error")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		used := slices.Sorted(slices.Values(slices.Concat(s.Labeled, s.Unlabeled)))
		if !slices.Equal(used, rows) || s.Dropped != n-len(rows) {
			t.Fatalf("%d rows used and %d dropped, want %d of %d", len(used), s.Dropped, len(rows), n)
		}
		for at, j := range features {
			checkFeature(t, g, s, at, j, rows, how)
		}
	})
}

// checkFeature compares feature at of s, column j of g, with a naive look.
func checkFeature(t *rapid.T, g *gapped, s *Set, at, j int, rows []int, how Missing) {
	c, values := s.Columns[at], g.values(j, rows)
	if j < 2 {
		lo, hi := slices.Min(values), slices.Max(values)
		share := func(x float64) float64 {
			return float64(len(slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v != x }))) / float64(len(rows))
		}
		want := Column{Min: lo, Max: hi, MassMin: lo != hi && share(lo) >= massShare, MassMax: lo != hi && share(hi) >= massShare}
		want.Gaps, want.Fill = c.Gaps, c.Fill
		if c != want {
			t.Fatalf("column %d: %+v, want %+v", j, c, want)
		}
	}
	lacks := len(g.values(j, allRows(len(g.numbers)))) < len(g.numbers)
	if c.Gaps != (how == MissingKeep && lacks) {
		t.Fatalf("column %d: gaps %v", j, c.Gaps)
	}
	fill := 0.0
	if how.Fills() {
		fill = g.fill(j)
	}
	if s.Fill()[at] != fill || c.Gaps && c.Fill != fill {
		t.Fatalf("column %d is filled with %v, want %v", j, s.Fill()[at], fill)
	}
	got, dim := make([]float64, len(rows)*len(s.Features)), len(s.Features)
	s.rows(rows).Rows(got, 0, len(rows))
	for p, i := range rows {
		want := g.value(i, j)
		if want != want && how == MissingMedian {
			want = fill
		}
		if x := got[p*dim+at]; x != want && (x == x || want == want) {
			t.Fatalf("row %d, column %d: %v, want %v", i, j, x, want)
		}
	}
}

func TestInfiniteValuesAreMissing(t *testing.T) {
	inf := math.Inf(1)
	input := tableOf(table.New("rate", []float64{1, inf, nan, -inf, 5}), table.New("y", []int64{1, 0, 0, 0, 0}))
	_, err := New(input, options(nil))
	for _, want := range []string{"rate 3 (Inf 2) (of 5 rows)", "--missing keep, --missing median or --missing drop", "column rate, row 1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	s, err := New(input, options(func(o *Options) { o.Missing = MissingKeep }))
	if err != nil {
		t.Fatal(err)
	}
	want := Column{Min: 1, Max: 5, Gaps: true, Fill: 1, MassMin: true, MassMax: true}
	if diff := cmp.Diff(want, s.Columns[0]); diff != "" {
		t.Error(diff)
	}
}

func TestACategoryWithoutValuesIsLeftOut(t *testing.T) {
	empty := table.Live(table.Field{Name: "kind", Type: table.String}, make([]int64, 3), []bool{true, true, true})
	input := tableOf(empty, table.New("x", []float64{1, 2, 3}), table.New("y", []int64{1, 0, 0}))
	for _, how := range []Missing{MissingError, MissingKeep, MissingDrop, MissingMedian} {
		s, err := New(input, options(func(o *Options) { o.Missing, o.Categorical = how, []string{"kind"} }))
		if err != nil {
			t.Fatal(how, err)
		}
		if len(s.Features) != 1 || len(s.Unlabeled) != 2 {
			t.Errorf("%s: %d features, %d unlabeled rows", how, len(s.Features), len(s.Unlabeled))
		}
		if diff := cmp.Diff([]string{"left out  kind: it has no value"}, Lines(s.Notes)[:1]); diff != "" {
			t.Error(diff)
		}
		m := s.NewSamples(1)
		m.Decode(1, []int64{0}, []int64{-1})
		if !m.Columns[0].Missing(0) || m.Columns[1].Missing(0) {
			t.Errorf("%s: a sample has a value in a column that has none, or lacks one", how)
		}
	}
}
