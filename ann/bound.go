package ann

import (
	"maps"
	"slices"

	"github.com/nngmix/nngmix/internal/xrand"
)

// lowerBound returns a value that the mean of a distribution on [0, 1] is at least
// with the given confidence, from a sample of it: Learned-Miller and Thomas, A New
// Confidence Interval for the Mean of a Bounded Random Variable, 2019,
// arXiv:1905.06208. That is the bootstrap over queries with two changes: the
// weights of the sample are drawn from a Dirichlet distribution, and one value is
// added, the worst that could have been drawn, 0.
//
// The plain bootstrap calls n perfect queries a proof of recall 1; this bound is
// then that of Clopper and Pearson, (1-confidence)^(1/n). With sampled recalls
// between 0 and 1 it is nearer to the mean than bounds for hits and misses, of
// which the variance is larger.
//
// The quantile is taken from draws made with seed: equal samples and seeds give
// equal bits.
func lowerBound(sample []float64, confidence float64, seed uint64) float64 {
	const draws = 2000
	count := map[float64]float64{0: 1}
	for _, r := range sample {
		count[r]++
	}
	levels := slices.Sorted(maps.Keys(count))
	if len(levels) == 1 {
		return 0
	}
	// Weights of equal values are drawn as one, by breaking a stick of length 1.
	rest := float64(len(sample) + 1)
	parts := make([]xrand.Beta, len(levels)-1)
	for i := range parts {
		rest -= count[levels[i]]
		parts[i] = xrand.NewBeta(count[levels[i]], rest)
	}
	means := make([]float64, draws)
	for i := range means {
		s, stick := xrand.New(seed, uint64(i)), 1.0
		for j := range parts {
			part := float64(stick * parts[j].Draw(&s))
			means[i] += float64(part * levels[j])
			stick -= part
		}
		means[i] += float64(stick * levels[len(levels)-1])
	}
	slices.Sort(means)
	return means[int((1-confidence)*draws)]
}
