package generator

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
	"pgregory.net/rapid"
)

// inflated returns rows of two columns, zero with that chance and else above it: the
// second one negated, so that its mass is at the other end.
func inflated(seed uint64, n int, zeros float64) Rows {
	s := xrand.New(seed, 1)
	rows := dense{make([]float64, 2*n), 2}
	for i := range rows.data {
		if s.Uniform() >= zeros {
			rows.data[i] = 10 * s.Uniform()
		}
		if i%2 == 1 {
			rows.data[i] = 0 - rows.data[i]
		}
	}
	return rows
}

// TestNoiseKeepKeepsZeros: among samples are as many zeros as among their parents,
// by their weights, and no value beyond the zeros.
func TestNoiseKeepKeepsZeros(t *testing.T) {
	columns := []Column{{Min: 0, Max: 10, MassMin: true}, {Min: -10, Max: 0, MassMax: true}}
	data := Data{Labeled: inflated(1, 40, 0.7), Unlabeled: inflated(2, 900, 0.95), Columns: columns}
	for _, method := range []Method{NNGMix, Mixup, SMOTE, Gaussian} {
		for _, std := range []float64{0.01, 0.3, 5} {
			opt := DefaultOptions()
			opt.Method, opt.Noise, opt.NoiseStd = method, NoiseKeep, std
			samples, origins := sampleN(t, mustNew(t, data, opt), 12_000)
			sides := map[bool]dense{false: data.Unlabeled.(dense), true: data.Labeled.(dense)}
			for j := range 2 {
				var got, want, variance float64
				for i, o := range origins {
					x, p := samples.row(i)[j], 0.0
					if j == 0 && x < 0 || j == 1 && x > 0 {
						t.Fatalf("%v: sample %d, column %d is %v, beyond the zeros", method, i, j, x)
					}
					if sides[true].row(o.Source)[j] == 0 {
						p += o.Lambda
					}
					if o.Other >= 0 && sides[o.OtherLabeled].row(o.Other)[j] == 0 {
						p += 1 - o.Lambda
					}
					want += p
					variance += p * (1 - p)
					if x == 0 {
						got++
					}
				}
				if math.Abs(got-want) > 5*math.Sqrt(variance)+1e-9 || want == 0 {
					t.Errorf("%v, std %g, column %d: %g zeros, want about %.0f", method, std, j, got, want)
				}
			}
		}
	}
}

// TestNoiseKeepLeavesWhatParentsAgreeOn looks at random tables of few values.
func TestNoiseKeepLeavesWhatParentsAgreeOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 6).Draw(t, "dim")
		side := func(name string) Rows {
			n := rapid.IntRange(1, 12).Draw(t, name)
			return Dense(rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 2, 7}), n*dim, n*dim).Draw(t, name), dim)
		}
		data := Data{Labeled: side("labeled"), Unlabeled: side("unlabeled"), Columns: make([]Column, dim)}
		for j := range data.Columns {
			data.Columns[j] = Column{Max: 7, Nominal: rapid.IntRange(0, 3).Draw(t, "nominal") == 0, MassMin: rapid.Bool().Draw(t, "min"), MassMax: rapid.Bool().Draw(t, "max")}
		}
		opt := DefaultOptions()
		opt.Method = rapid.SampledFrom([]Method{NNGMix, Mixup, SMOTE}).Draw(t, "method")
		opt.Noise, opt.NoiseStd = NoiseKeep, rapid.SampledFrom([]float64{0, 0.1, 3}).Draw(t, "std")
		samples, origins := sampleN2(t, data, opt)
		sides := map[bool]dense{false: data.Unlabeled.(dense), true: data.Labeled.(dense)}
		for i, o := range origins {
			if o.Other < 0 {
				continue
			}
			for j, c := range data.Columns {
				a, b, x := sides[true].row(o.Source)[j], sides[o.OtherLabeled].row(o.Other)[j], samples.row(i)[j]
				if mass := c.Nominal || c.onMass(a) || c.onMass(b); (a == b || mass) && x != a && x != b {
					t.Fatalf("sample %d, column %d: %v, want one of %v and %v", i, j, x, a, b)
				}
			}
		}
	})
}

func TestNoiseKeepMovesOtherValues(t *testing.T) {
	columns := units(3)
	opt := DefaultOptions()
	opt.Noise, opt.NoiseStd, opt.Seed = NoiseKeep, 0.25, 3
	data := Data{Labeled: rowsIn(columns, 1, 12), Unlabeled: rowsIn(columns, 2, 200), Columns: columns}
	g := mustNew(t, data, opt)
	samples, origins := sampleN(t, g, 20_000)
	// No parents agree and there is no mass, so that this is Gaussian noise.
	g.opt.Noise = NoiseGaussian
	checkNoise(t, g, samples, origins, opt.NoiseStd)
}

func TestNoiseNames(t *testing.T) {
	for _, n := range []Noise{NoiseGaussian, NoiseKeep} {
		text, err := json.Marshal(n)
		var back Noise
		if err == nil {
			err = json.Unmarshal(text, &back)
		}
		if err != nil || back != n {
			t.Errorf("%v became %s and %v: %v", n, text, back, err)
		}
	}
	if _, err := ParseNoise("none"); err == nil {
		t.Error("no error for an unknown name")
	}
}
