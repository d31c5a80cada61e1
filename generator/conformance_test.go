package generator_test

import (
	"context"
	"testing"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/generator/generatortest"
)

// TestConformance runs the suite over all methods, their variants and the option
// that changes every sample.
func TestConformance(t *testing.T) {
	tests := []struct {
		name   string
		change func(*generator.Options)
		traits generatortest.Traits
	}{
		{"nng-mix", func(o *generator.Options) {}, generatortest.Traits{Moves: true}},
		{"nng-mix/no noise", func(o *generator.Options) { o.NoiseStd = 0 }, generatortest.Traits{Mixes: true}},
		{"nng-mix/k=1", func(o *generator.Options) { o.K, o.KLabeled, o.NoiseStd = 1, 1, 0 }, generatortest.Traits{Mixes: true}},
		{"nng-mix/k from labeled", func(o *generator.Options) { o.KFactor, o.KLabeledShare, o.NoiseStd = 2, 0.3, 0 }, generatortest.Traits{Mixes: true}},
		{"nng-mix/uniform weight", func(o *generator.Options) { o.UniformLambda, o.NoiseStd = true, 0 }, generatortest.Traits{Mixes: true}},
		{"nng-mix/extreme weights", func(o *generator.Options) { o.Alpha, o.Beta, o.NoiseStd = 1e-300, 1e-300, 0 }, generatortest.Traits{Mixes: true}},
		{"mixup", func(o *generator.Options) { o.Method = generator.Mixup }, generatortest.Traits{Mixes: true}},
		{"mixup/labeled only", func(o *generator.Options) { o.Method, o.LabeledOnly = generator.Mixup, true }, generatortest.Traits{Mixes: true}},
		{"cutmix", func(o *generator.Options) { o.Method = generator.CutMix }, generatortest.Traits{Moves: true}},
		{"cutmix/labeled only", func(o *generator.Options) { o.Method, o.LabeledOnly = generator.CutMix, true }, generatortest.Traits{Moves: true}},
		{"cutout", func(o *generator.Options) { o.Method = generator.Cutout }, generatortest.Traits{Moves: true, AnySource: true}},
		{"cutout/labeled only", func(o *generator.Options) { o.Method, o.LabeledOnly = generator.Cutout, true }, generatortest.Traits{Moves: true}},
		{"gaussian", func(o *generator.Options) { o.Method = generator.Gaussian }, generatortest.Traits{Moves: true}},
		{"gaussian/no noise", func(o *generator.Options) { o.Method, o.NoiseStd = generator.Gaussian, 0 }, generatortest.Traits{Mixes: true}},
		{"smote", func(o *generator.Options) { o.Method = generator.SMOTE }, generatortest.Traits{Mixes: true}},
		{"oversample", func(o *generator.Options) { o.Method = generator.Oversample }, generatortest.Traits{Mixes: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			generatortest.Run(t, func(ctx context.Context, data generator.Data, seed uint64) (generatortest.Sampler, error) {
				opt := generator.DefaultOptions()
				opt.Seed = seed
				test.change(&opt)
				return generator.New(ctx, data, opt)
			}, test.traits)
		})
	}
}
