package generator

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

func TestValidate(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name   string
		change func(*Options)
		want   string // "" where valid
	}{
		{"defaults", func(o *Options) {}, ""},
		{"method", func(o *Options) { o.Method = 99 }, "Method is unknown(99), want one of nng-mix"},
		{"k = 1", func(o *Options) { o.K, o.KLabeled = 1, 1 }, ""},
		{"k = 0", func(o *Options) { o.K = 0 }, "K is 0, want at least 1"},
		{"k factor", func(o *Options) { o.KFactor = -1 }, "KFactor is -1"},
		{"k labeled = 0", func(o *Options) { o.KLabeled = 0 }, "KLabeled is 0, want at least 1"},
		{"share above 1", func(o *Options) { o.KLabeledShare = 1.5 }, "KLabeledShare is 1.5"},
		{"share NaN", func(o *Options) { o.KLabeledShare = nan }, "KLabeledShare is NaN"},
		{"alpha = 0", func(o *Options) { o.Alpha = 0 }, "Alpha is 0, want above 0"},
		{"alpha negative", func(o *Options) { o.Alpha = -0.2 }, "Alpha is -0.2"},
		{"alpha NaN", func(o *Options) { o.Alpha = nan }, "Alpha is NaN"},
		{"alpha tiny", func(o *Options) { o.Alpha = 1e-300 }, ""},
		{"beta infinite", func(o *Options) { o.Beta = inf }, "Beta is +Inf"},
		{"noise negative", func(o *Options) { o.NoiseStd = -1 }, "NoiseStd is -1, want a finite number of at least 0"},
		{"noise NaN", func(o *Options) { o.NoiseStd = nan }, "NoiseStd is NaN"},
		{"no noise", func(o *Options) { o.NoiseStd = 0 }, ""},
		{"labeled only", func(o *Options) { o.LabeledOnly = true }, "LabeledOnly is true, want false with nng-mix"},
		{"labeled only mixup", func(o *Options) { o.Method, o.LabeledOnly = Mixup, true }, ""},
		{"search", func(o *Options) { o.Search = exact.Method(9) }, "Search is unknown(9), want auto, brute or kdtree"},
		{"threads", func(o *Options) { o.Threads = -2 }, "Threads is -2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			opt := DefaultOptions()
			test.change(&opt)
			switch err := opt.Validate(); {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want none", err)
			case test.want != "" && (!errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	err := Options{Method: 50, K: -1, NoiseStd: math.NaN(), Threads: -1}.Validate()
	for _, field := range []string{"Method", "K ", "KLabeled ", "Alpha", "Beta", "NoiseStd", "Threads"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%q does not list %s", err, field)
		}
	}
}

func TestNumbersOfNeighbors(t *testing.T) {
	tests := []struct {
		name                    string
		opt                     Options
		labeled, unlabeled      int
		wantUnlabeled, wantNear int
	}{
		{"fixed", Options{K: 10, KLabeled: 10}, 30, 500, 10, 10},
		{"fewer rows", Options{K: 10, KLabeled: 10}, 4, 7, 7, 4},
		{"factor", Options{K: 10, KFactor: 2, KLabeled: 10}, 30, 500, 60, 10},
		{"factor beyond the rows", Options{K: 10, KFactor: 2, KLabeled: 10}, 30, 50, 50, 10},
		{"factor that would overflow", Options{KFactor: math.MaxInt, KLabeled: 1}, 30, 50, 50, 1},
		{"share, rounded down", Options{K: 10, KLabeledShare: 0.3}, 19, 500, 10, 5},
		{"share, at least 1", Options{K: 10, KLabeledShare: 0.3}, 2, 500, 10, 1},
		{"all", Options{K: 10, KLabeledShare: 1}, 9, 500, 10, 9},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, near := test.opt.kUnlabeled(test.labeled, test.unlabeled), test.opt.kLabeled(test.labeled)
			if got != test.wantUnlabeled || near != test.wantNear {
				t.Errorf("got %d and %d, want %d and %d", got, near, test.wantUnlabeled, test.wantNear)
			}
		})
	}
}

// FuzzOptions checks that options are either refused or work.
func FuzzOptions(f *testing.F) {
	f.Add(uint8(0), 10, 0, 10, 0.0, 0.2, 0.2, 0.01, uint8(0), 0)
	f.Add(uint8(5), 1, 2, 1, 0.3, 1e-300, 1e300, 0.0, uint8(7), 1)
	f.Add(uint8(9), 0, -1, 0, math.NaN(), math.Inf(1), -1.0, math.NaN(), uint8(255), -1)
	data := Data{Labeled: randomRows(1, 4, 3), Unlabeled: randomRows(2, 20, 3), Columns: make([]Column, 3)}
	for j := range data.Columns {
		data.Columns[j].Max = 1
	}
	f.Fuzz(func(t *testing.T, method uint8, k, factor, kLabeled int, share, alpha, beta, std float64, flags uint8, threads int) {
		opt := Options{
			Method: Method(method), K: k, KFactor: factor, KLabeled: kLabeled, KLabeledShare: share,
			Alpha: alpha, Beta: beta, NoiseStd: std, UniformLambda: flags&1 > 0, LabeledOnly: flags&2 > 0,
			Clip: flags&4 > 0, Search: exact.Method(flags >> 4), Seed: uint64(flags), Threads: min(threads, 4),
		}
		if err := opt.Validate(); err != nil {
			if !errors.Is(err, ErrOptions) {
				t.Errorf("%v is no ErrOptions", err)
			}
			return
		}
		g := mustNew(t, data, opt)
		samples, _ := sampleN(t, g, 20)
		for _, x := range samples.data {
			if !finite(x) {
				t.Fatalf("%+v gives %g", opt, x)
			}
		}
	})
}
