package eval

import (
	"cmp"
	"math"
	"slices"
)

// Wilcoxon returns the two-sided p-value of the signed-rank test that the differences
// are symmetric about 0 (Wilcoxon, Individual Comparisons by Ranking Methods, 1945).
// Differences of 0 are left out. Up to 50 differences without ties the distribution is
// exact; otherwise it is approximated by a normal one, corrected for ties. It is 1 when
// no difference is left.
func Wilcoxon(differences []float64) float64 {
	d := slices.DeleteFunc(slices.Clone(differences), func(v float64) bool { return v == 0 })
	if len(d) == 0 {
		return 1
	}
	size := make([]float64, len(d))
	for i, v := range d {
		size[i] = math.Abs(v)
	}
	ranks, ties := averageRanks(size)
	var plus float64
	for i, v := range d {
		if v > 0 {
			plus += ranks[i]
		}
	}
	if n := len(d); n <= 50 && ties == 0 {
		return exactSignedRank(n, plus)
	}
	n := float64(len(d))
	mean, variance := n*(n+1)/4, n*(n+1)*(2*n+1)/24-ties/48
	z := math.Abs(plus-mean) / math.Sqrt(variance)
	return math.Erfc(z / math.Sqrt2)
}

// exactSignedRank returns the two-sided p-value of the rank sum plus of n differences,
// by counting the subsets of the ranks 1 to n with each sum.
func exactSignedRank(n int, plus float64) float64 {
	counts := make([]float64, n*(n+1)/2+1)
	counts[0] = 1
	for rank := 1; rank <= n; rank++ {
		for sum := len(counts) - 1; sum >= rank; sum-- {
			counts[sum] += counts[sum-rank]
		}
	}
	tail := min(int(plus), len(counts)-1-int(plus))
	var p float64
	for _, c := range counts[:tail+1] {
		p += c
	}
	return min(1, 2*p/math.Exp2(float64(n)))
}

// averageRanks returns the ranks of values, from 1 for the smallest, equal values sharing
// the mean of theirs, and the sum of t³-t over groups of t equal values.
func averageRanks(values []float64) (ranks []float64, ties float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	ranks = make([]float64, len(values))
	for start := 0; start < len(order); {
		end := start + 1
		for end < len(order) && values[order[end]] == values[order[start]] {
			end++
		}
		for _, i := range order[start:end] {
			ranks[i] = float64(start+end+1) / 2
		}
		t := float64(end - start)
		ties += t*t*t - t
		start = end
	}
	return ranks, ties
}
