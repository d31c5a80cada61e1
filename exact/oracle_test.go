package exact

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/simd"
)

// oracle returns the neighbors of queries by sorting all rows, with distances
// written as the package comment has them.
func oracle(rows, queries []float32, dim, k int, opt Options) *Result {
	n := len(rows) / dim
	res := newResult(len(queries)/dim, min(k, n))
	all := make([]Neighbor, n)
	for q := range res.Counts {
		for i := range all {
			all[i] = Neighbor{ID: uint32(i), Distance: oracleDistance(queries[q*dim:][:dim], rows[i*dim:][:dim], opt)}
		}
		slices.SortFunc(all, func(a, b Neighbor) int {
			switch {
			case a.Distance != b.Distance && a.Distance < b.Distance:
				return -1
			case a.Distance != b.Distance:
				return 1
			}
			return int(a.ID) - int(b.ID)
		})
		for i, nb := range all[:res.K] {
			res.IDs[q*res.K+i], res.Distances[q*res.K+i] = nb.ID, nb.Distance
		}
		res.Counts[q] = int32(res.K)
	}
	return res
}

func oracleDistance(q, x []float32, opt Options) float64 {
	numeric := len(q) - opt.Nominal
	var l2, l1, dot, qq, xx float64
	for i := range numeric {
		a, b := float64(q[i]), float64(x[i])
		l2 += float64((a - b) * (a - b))
		l1 += math.Abs(a - b)
		dot += float64(a * b)
		qq += float64(a * a)
		xx += float64(b * b)
	}
	switch opt.Metric {
	case L1:
		return l1
	case InnerProduct:
		return -dot
	case Cosine:
		if qq == 0 || xx == 0 {
			return 1
		}
		return max(0, 1-dot/math.Sqrt(qq*xx))
	}
	for i := numeric; i < len(q); i++ {
		if q[i] != x[i] {
			l2++
		}
	}
	return l2
}

// variants returns the options with which every search must give one answer for
// a metric.
func variants(m Metric, nominal int, threads ...int) []Options {
	methods := []Method{Auto, Brute, KDTree}
	if m != L2Squared && m != L1 {
		methods = methods[:2]
	}
	var all []Options
	for _, method := range methods {
		for _, t := range threads {
			all = append(all, Options{Metric: m, Method: method, Nominal: nominal, Threads: t})
		}
	}
	return all
}

// check compares search with the oracle: the same ids and bits of distances.
func check(tb testing.TB, rows, queries []float32, dim, k int, opts []Options, levels []simd.Level) {
	tb.Helper()
	want := oracle(rows, queries, dim, k, opts[0])
	for _, level := range levels {
		for _, opt := range opts {
			x, err := newIndex(tb.Context(), rows, dim, opt, level)
			if err != nil {
				tb.Fatal(err)
			}
			if err := x.build(tb.Context(), nil, k); err != nil {
				tb.Fatal(err)
			}
			got, err := x.SearchBatch(tb.Context(), queries, k, SearchOptions{})
			if err != nil {
				tb.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				tb.Fatalf("%d rows of %d columns, k=%d, level %v, %+v (-oracle +got):\n%s", len(rows)/dim, dim, k, level, opt, diff)
			}
			got, _, err = searchAt(tb.Context(), rows, dim, queries, k, opt, level)
			if err != nil {
				tb.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				tb.Fatalf("Search: %d rows of %d columns, k=%d, level %v, %+v (-oracle +got):\n%s", len(rows)/dim, dim, k, level, opt, diff)
			}
		}
	}
}
