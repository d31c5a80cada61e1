package generator

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func mustNew(t testing.TB, data Data, opt Options) *Generator {
	t.Helper()
	g, err := New(t.Context(), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// sampleN returns samples 0 to n-1 and their origins.
func sampleN(t testing.TB, g *Generator, n int) (dense, []Origin) {
	t.Helper()
	samples, origins := dense{make([]float64, n*g.Dim()), g.Dim()}, make([]Origin, n)
	if err := g.Fill(t.Context(), samples.data, origins, 0, 0); err != nil {
		t.Fatal(err)
	}
	return samples, origins
}

func TestSampleAllocatesNothing(t *testing.T) {
	data := Data{Labeled: randomRows(1, 20, 9), Unlabeled: randomRows(2, 300, 9)}
	for _, method := range Methods() {
		opt := DefaultOptions()
		opt.Method = method
		g := mustNew(t, data, opt)
		dst := make([]float64, 9)
		i := uint64(0)
		if n := testing.AllocsPerRun(500, func() { g.Sample(dst, i); i++ }); n != 0 {
			t.Errorf("%v: %g allocations for a sample", method, n)
		}
	}
}

func TestSamplePanicsOnWrongLength(t *testing.T) {
	g := mustNew(t, Data{Labeled: randomRows(1, 3, 4), Unlabeled: randomRows(2, 9, 4)}, DefaultOptions())
	for name, call := range map[string]func(){
		"Sample":       func() { g.Sample(make([]float64, 3), 0) },
		"Fill":         func() { g.Fill(t.Context(), make([]float64, 7), nil, 0, 1) },
		"Fill origins": func() { g.Fill(t.Context(), make([]float64, 8), make([]Origin, 3), 0, 1) },
		"Dense":        func() { Dense(make([]float64, 7), 2) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}

func TestNewErrors(t *testing.T) {
	rows := func(values ...float64) Rows { return Dense(values, 2) }
	good := func() (Data, Options) {
		return Data{Labeled: rows(1, 2, 3, 4), Unlabeled: rows(5, 6, 7, 8, 9, 10), Columns: []Column{{Max: 10}, {Max: 10}}}, DefaultOptions()
	}
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name   string
		change func(*Data, *Options)
		is     error
		want   string
	}{
		{"options", func(d *Data, o *Options) { o.K = 0 }, ErrOptions, "K is 0"},
		{"no labeled rows", func(d *Data, o *Options) { d.Labeled = rows() }, ErrNoLabeled, ""},
		{"nil labeled rows", func(d *Data, o *Options) { d.Labeled = nil }, ErrNoLabeled, ""},
		{"no unlabeled rows", func(d *Data, o *Options) { d.Unlabeled = rows() }, ErrNoUnlabeled, "method nng-mix"},
		{"nil unlabeled rows", func(d *Data, o *Options) { d.Unlabeled, o.Method = nil, Mixup }, ErrNoUnlabeled, "method mixup"},
		{"columns of the sides", func(d *Data, o *Options) { d.Unlabeled = Dense(make([]float64, 6), 3) }, ErrColumns, "of 3 columns, labeled rows of 2"},
		{"number of ranges", func(d *Data, o *Options) { d.Columns = d.Columns[:1] }, ErrColumns, "1 entries, the rows have 2"},
		{"range upside down", func(d *Data, o *Options) { d.Columns[1] = Column{Min: 3, Max: 2} }, ErrColumns, "column 1 reaches from 3 to 2"},
		{"range NaN", func(d *Data, o *Options) { d.Columns[0].Min = nan }, ErrColumns, "column 0"},
		{"range too wide", func(d *Data, o *Options) { d.Columns[0] = Column{Min: -1e308, Max: 1e308} }, ErrColumns, "column 0"},
		{"labeled NaN", func(d *Data, o *Options) { d.Labeled = rows(1, 2, 3, nan) }, ErrValue, "labeled row 1, column 1 is NaN, want a finite number"},
		{"unlabeled Inf", func(d *Data, o *Options) { d.Unlabeled = rows(1, 2, 3, 4, inf, 5) }, ErrValue, "unlabeled row 2, column 0 is +Inf"},
		{"unlabeled Inf, no search", func(d *Data, o *Options) { d.Unlabeled, o.Method = rows(1, 2, inf, 4), CutMix }, ErrValue, "unlabeled row 1, column 0"},
		{"beyond float32", func(d *Data, o *Options) { d.Unlabeled, d.Columns = rows(1, 2, 3, 1e39), nil }, ErrValue, "unlabeled row 1, column 1 is 1e+39, which does not fit float32"},
		{"code beyond float32", func(d *Data, o *Options) { d.Unlabeled, d.Columns[0].Nominal = rows(1<<24+1, 2), true }, ErrValue, "column 0 is 16777217, which does not fit float32"},
		{"clip without ranges", func(d *Data, o *Options) { d.Columns, o.Clip = nil, true }, ErrOptions, "Clip is true without Data.Columns"},
		{"noise overflows", func(d *Data, o *Options) { d.Columns[1].Max, o.NoiseStd = 1e300, 1e20 }, ErrOptions, "too large for column 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, opt := good()
			test.change(&data, &opt)
			g, err := New(t.Context(), data, opt)
			if g != nil || !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %v with %q", err, test.is, test.want)
			}
		})
	}
	data, opt := good()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(ctx, data, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// TestLabeledSuffices: methods that do not look at unlabeled rows work without.
func TestLabeledSuffices(t *testing.T) {
	for _, method := range []Method{Gaussian, SMOTE, Oversample, Mixup, CutMix, Cutout} {
		for _, n := range []int{1, 2, 5} {
			opt := DefaultOptions()
			opt.Method, opt.LabeledOnly = method, true
			samples, origins := sampleN(t, mustNew(t, Data{Labeled: randomRows(1, n, 30)}, opt), 100)
			for i, o := range origins {
				if o.Source < 0 || o.Other >= 0 && !o.OtherLabeled || !finite(samples.row(i)[0]) {
					t.Fatalf("%v with %d rows: sample %v of %+v", method, n, samples.row(i), o)
				}
			}
		}
	}
}

// TestOneLabeledAnomaly: the labeled branch makes copies with the noise of a
// mixture of the anomaly with itself.
func TestOneLabeledAnomaly(t *testing.T) {
	opt := DefaultOptions()
	opt.NoiseStd = 0.1
	g := mustNew(t, Data{Labeled: Dense([]float64{3, 5}, 2), Unlabeled: randomRows(2, 40, 2)}, opt)
	samples, origins := sampleN(t, g, 40_000)
	copies, variance := 0, 0.0
	for i, o := range origins {
		if o.Other < 0 {
			copies++
			variance += math.Pow(samples.row(i)[0]-3, 2)
		}
	}
	if copies < 19_000 || copies > 21_000 {
		t.Errorf("%d copies, want about half", copies)
	}
	// The mean of lambda² + (1-lambda)² for Beta(a, a) is (a+1)/(2a+1).
	want := 0.01 * 1.2 / 1.4
	if got := variance / float64(copies); math.Abs(got/want-1) > 0.05 {
		t.Errorf("noise has variance %g, want %g", got, want)
	}
}

func TestClip(t *testing.T) {
	columns := units(4)
	columns[2].Nominal = true
	data := Data{Labeled: rowsIn(columns, 1, 9), Unlabeled: rowsIn(columns, 2, 50), Columns: columns}
	columns[2] = Column{Nominal: true} // to no range are codes clipped
	opt := DefaultOptions()
	opt.NoiseStd = 3
	free, _ := sampleN(t, mustNew(t, data, opt), 500)
	opt.Clip = true
	clipped, _ := sampleN(t, mustNew(t, data, opt), 500)
	moved := 0
	for i, x := range free.data {
		want := x
		if c := columns[i%4]; !c.Nominal {
			want = min(max(x, c.Min), c.Max)
		}
		if clipped.data[i] != want {
			t.Fatalf("value %d: got %g, want %g", i, clipped.data[i], want)
		}
		if want != x {
			moved++
		}
	}
	if moved < 500 {
		t.Errorf("only %d values moved", moved)
	}
}

// TestGoldenSamples pins the bytes of samples: they must be the same on every
// architecture, and in every later version.
func TestGoldenSamples(t *testing.T) {
	columns := units(7)
	columns[3].Nominal = true
	data := Data{Labeled: rowsIn(columns, 1, 20), Unlabeled: rowsIn(columns, 2, 300), Columns: columns}
	want := map[Method]uint64{
		NNGMix:     0x993b79cc471511fd,
		Mixup:      0xde41801a3c8619df,
		CutMix:     0xa4a4b0c368ddc507,
		Cutout:     0xbc88df8776b99567,
		Gaussian:   0x26b4ebc71791aef4,
		SMOTE:      0xfa14a6489f0f558c,
		Oversample: 0xfdb4fb929aec9208,
	}
	for _, method := range Methods() {
		opt := DefaultOptions()
		opt.Method, opt.Alpha, opt.Beta, opt.Seed = method, 0.4, 0.3, 12
		samples, _ := sampleN(t, mustNew(t, data, opt), 2000)
		h := fnv.New64a()
		binary.Write(h, binary.LittleEndian, samples.data)
		if h.Sum64() != want[method] {
			t.Errorf("%v: hash %#x, want %#x", method, h.Sum64(), want[method])
		}
	}
}

// TestUnitsDoNotMatter: doubling a column and its range as often as you like
// doubles the samples, to the last bit, and nothing else.
func TestUnitsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 12).Draw(t, "dim")
		na, nu := rapid.IntRange(1, 15).Draw(t, "labeled"), rapid.IntRange(1, 40).Draw(t, "unlabeled")
		opt := DefaultOptions()
		opt.Method = rapid.SampledFrom(Methods()).Draw(t, "method")
		opt.Seed = rapid.Uint64().Draw(t, "seed")
		opt.K, opt.KLabeled = rapid.IntRange(1, 12).Draw(t, "k"), rapid.IntRange(1, 12).Draw(t, "k labeled")
		opt.NoiseStd = rapid.SampledFrom([]float64{0, 0.01, 1}).Draw(t, "noise")
		opt.Clip = rapid.Bool().Draw(t, "clip")
		levels := rapid.IntRange(1, 50).Draw(t, "levels") // few make equal rows and ties
		power := rapid.SliceOfN(rapid.IntRange(-40, 40), dim, dim).Draw(t, "powers")
		columns := units(dim)
		for j := range columns {
			columns[j].Nominal = rapid.IntRange(0, 4).Draw(t, "nominal") == 0
		}
		coarse := func(seed uint64, n int) dense {
			d := rowsIn(columns, seed, n).(dense)
			for i := range d.data {
				c := columns[i%dim]
				if c.Nominal {
					continue
				}
				d.data[i] = c.Min + math.Floor((d.data[i]-c.Min)/c.width()*float64(levels))/float64(levels)*c.width()
			}
			return d
		}
		data := Data{Labeled: coarse(1, na), Unlabeled: coarse(2, nu), Columns: columns}
		want, wantOrigins := sampleN2(t, data, opt)

		double := func(d dense) dense {
			d = dense{slices.Clone(d.data), dim}
			for i := range d.data {
				if !columns[i%dim].Nominal {
					d.data[i] = math.Ldexp(d.data[i], power[i%dim])
				}
			}
			return d
		}
		doubled := slices.Clone(columns)
		for j, c := range columns {
			if !c.Nominal {
				doubled[j] = Column{Min: math.Ldexp(c.Min, power[j]), Max: math.Ldexp(c.Max, power[j])}
			}
		}
		got, gotOrigins := sampleN2(t, Data{Labeled: double(data.Labeled.(dense)), Unlabeled: double(data.Unlabeled.(dense)), Columns: doubled}, opt)
		if !slices.Equal(got.data, double(want).data) || !slices.Equal(gotOrigins, wantOrigins) {
			t.Fatalf("samples depend on the units")
		}
	})
}

func sampleN2(t *rapid.T, data Data, opt Options) (dense, []Origin) {
	g, err := New(context.Background(), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	const n = 60
	samples, origins := dense{make([]float64, n*g.Dim()), g.Dim()}, make([]Origin, n)
	for i := range origins {
		origins[i] = g.Sample(samples.row(i), uint64(i))
	}
	return samples, origins
}
