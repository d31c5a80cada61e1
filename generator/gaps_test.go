package generator

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// gappy returns rows of dim columns: numbers, the last column codes, every other
// column with gaps of that share, and the columns.
func gappy(seed uint64, labeled, unlabeled, dim int, share float64) Data {
	columns := units(dim)
	columns[dim-1].Nominal = true
	for j := range columns {
		if columns[j].Gaps = j%2 == 1 || j == dim-1; columns[j].Gaps {
			columns[j].Fill = math.Floor(columns[j].Min + columns[j].width()/2)
		}
		if columns[j].Nominal {
			columns[j].Fill = 1
		}
	}
	s := xrand.New(seed, 0)
	side := func(seed uint64, n int) Rows {
		rows := rowsIn(columns, seed, n).(dense)
		for i := range rows.data {
			if columns[i%dim].Gaps && s.Uniform() < share {
				rows.data[i] = math.NaN()
			}
		}
		return rows
	}
	return Data{Labeled: side(seed, labeled), Unlabeled: side(seed+1, unlabeled), Columns: columns}
}

// filled returns rows with Fill in place of what is missing.
func filled(rows Rows, columns []Column) Rows {
	d := dense{slices.Clone(rows.(dense).data), rows.Dim()}
	for i, x := range d.data {
		if x != x {
			d.data[i] = columns[i%d.dim].Fill
		}
	}
	return d
}

func TestGapsOfSamplesComeFromAParent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(2, 14).Draw(t, "dim")
		data := gappy(rapid.Uint64().Draw(t, "data"), rapid.IntRange(1, 9).Draw(t, "labeled"), rapid.IntRange(1, 60).Draw(t, "unlabeled"), dim, rapid.SampledFrom([]float64{0.1, 0.9, 1}).Draw(t, "share"))
		opt := DefaultOptions()
		opt.Method = rapid.SampledFrom(Methods()).Draw(t, "method")
		opt.Noise = Noise(rapid.IntRange(0, 1).Draw(t, "noise"))
		opt.NoiseStd = rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "std")
		opt.Clip = rapid.Bool().Draw(t, "clip")
		samples, origins := sampleN2(t, data, opt)
		sides := map[bool]dense{false: data.Unlabeled.(dense), true: data.Labeled.(dense)}
		for i, o := range origins {
			var parents [][]float64
			if o.Source >= 0 {
				parents = append(parents, sides[true].row(o.Source))
			}
			if o.Other >= 0 {
				parents = append(parents, sides[o.OtherLabeled].row(o.Other))
			}
			for j, x := range samples.row(i) {
				lack := 0
				for _, p := range parents {
					if p[j] != p[j] {
						lack++
					}
				}
				if lack == 0 && x != x || lack == len(parents) && x == x || math.IsInf(x, 0) {
					t.Fatalf("sample %d of %+v, column %d: %v of parents %v", i, o, j, x, parents)
				}
				alone := lack == 1 && x == x && opt.NoiseStd == 0 && opt.Method != CutMix && opt.Method != Cutout
				if alone && !opt.Clip && x != parents[0][j] && x != parents[1][j] {
					t.Fatalf("sample %d of %+v, column %d: %v, want that of one of %v", i, o, j, x, parents)
				}
			}
		}
	})
}

func TestWeightDrawsTheParentThatTellsWhatIsMissing(t *testing.T) {
	data := gappy(4, 12, 200, 6, 0.4)
	for _, noise := range []Noise{NoiseGaussian, NoiseKeep} {
		for _, method := range []Method{NNGMix, Mixup, SMOTE} {
			opt := DefaultOptions()
			opt.Method, opt.Noise, opt.Alpha, opt.Beta = method, noise, 2, 1
			samples, origins := sampleN(t, mustNew(t, data, opt), 20_000)
			sides := map[bool]dense{false: data.Unlabeled.(dense), true: data.Labeled.(dense)}
			var got, want, variance float64
			for i, o := range origins {
				for j, a := range sides[true].row(o.Source) {
					b := sides[o.OtherLabeled].row(o.Other)[j]
					if (a != a) == (b != b) {
						continue
					}
					p := o.Lambda
					if b != b {
						p = 1 - p
					}
					want += p
					variance += p * (1 - p)
					if x := samples.row(i)[j]; x != x {
						got++
					}
				}
			}
			if math.Abs(got-want) > 5*math.Sqrt(variance) || want == 0 {
				t.Errorf("%v, %v: %g values missing, want about %.0f", method, noise, got, want)
			}
		}
	}
}

func TestNeighborsAreThoseOfFilledRows(t *testing.T) {
	data := gappy(7, 15, 300, 8, 0.3)
	opt := DefaultOptions()
	opt.NoiseStd = 0
	samples, origins := sampleN(t, mustNew(t, data, opt), 3000)
	whole := Data{Labeled: filled(data.Labeled, data.Columns), Unlabeled: filled(data.Unlabeled, data.Columns), Columns: slices.Clone(data.Columns)}
	for j := range whole.Columns {
		whole.Columns[j].Gaps = false
	}
	want, wantOrigins := sampleN(t, mustNew(t, whole, opt), 3000)
	if !slices.Equal(origins, wantOrigins) {
		t.Error("the parents are not those of the filled rows")
	}
	for i := range origins {
		for j := range data.Columns {
			if got := samples.row(i)[j]; !data.Columns[j].Gaps && got != want.row(i)[j] {
				t.Fatalf("sample %d, column %d without gaps: %v, want %v, as without gaps elsewhere", i, j, got, want.row(i)[j])
			}
		}
	}
}

func TestGapsAreTheSameAtAnyNumberOfThreads(t *testing.T) {
	data := gappy(9, 10, 500, 9, 0.5)
	for _, method := range Methods() {
		opt := DefaultOptions()
		opt.Method = method
		var want []float64
		for _, threads := range []int{1, 3} {
			opt.Threads = threads
			g := mustNew(t, data, opt)
			got := make([]float64, 2000*g.Dim())
			if err := g.Fill(t.Context(), got, nil, 0, threads); err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			for i := range got {
				if math.Float64bits(got[i]) != math.Float64bits(want[i]) {
					t.Fatalf("%v: value %d is %v with %d threads, %v with 1", method, i, got[i], threads, want[i])
				}
			}
		}
	}
}

func TestGapsThatAreNotAnnouncedAreErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name    string
		columns []Column
		row     []float64
		is      error
		want    string
	}{
		{"no gaps", []Column{{Max: 1}, {Max: 1}}, []float64{1, nan}, ErrValue, "column 1 is NaN"},
		{"infinite", []Column{{Max: 1}, {Max: 1, Gaps: true}}, []float64{1, inf}, ErrValue, "column 1 is +Inf"},
		{"nothing to fill with", []Column{{Max: 1}, {Max: 1, Gaps: true, Fill: nan}}, []float64{1, nan}, ErrColumns, "column 1 has gaps that NaN fills"},
		{"fill beyond float32", []Column{{Max: 1}, {Max: 1, Gaps: true, Fill: 1e300}}, []float64{1, nan}, ErrValue, "column 1"},
		{"code with gaps", []Column{{Max: 1}, {Nominal: true, Gaps: true, Fill: 1<<24 + 1}}, []float64{1, nan}, ErrValue, "column 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data := Data{Labeled: Dense(test.row, 2), Unlabeled: Dense([]float64{0, 0, 1, 1}, 2), Columns: test.columns}
			if _, err := New(t.Context(), data, DefaultOptions()); !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %v with %q", err, test.is, test.want)
			}
		})
	}
}
