package generator

import (
	"fmt"
	"math"
)

// maxCount bounds the number of samples: above it a float64 skips integers.
const maxCount = 1 << 53

// Multiple returns multiplier times the number of labeled anomalies, rounded to
// the nearest integer. The error is ErrCount unless multiplier is at least 0 and
// the product at most 2⁵³.
func Multiple(labeled int, multiplier float64) (uint64, error) {
	return count(float64(labeled)*multiplier, "multiplier", multiplier)
}

// Balance returns how many samples make labeled anomalies and samples together
// the share ratio of the number of unlabeled rows, rounded to the nearest; 0 where the
// labeled anomalies are that many already. The error is ErrCount unless ratio is
// at least 0 and the result at most 2⁵³.
func Balance(labeled, unlabeled int, ratio float64) (uint64, error) {
	return count(max(0, math.Round(float64(unlabeled)*ratio)-float64(labeled)), "balance", ratio)
}

// count returns n, which option gave with value, rounded to the nearest integer.
func count(n float64, option string, value float64) (uint64, error) {
	if !(value >= 0 && n <= maxCount) {
		return 0, fmt.Errorf("%w: %s is %v, want at least 0 and at most 2^53 samples", ErrCount, option, value)
	}
	return uint64(math.Round(n)), nil
}
