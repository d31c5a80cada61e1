package dataset

import (
	"context"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// setTypical sets what a missing value becomes in the given features: the median of
// numbers, an observed value, or the most frequent code of a category, the least of
// equals. 0 where a feature has no value.
//
// The median is selected by the digits of the values, as a radix sort has them: each
// time through the table counts the values by their next 16 bits, until those that
// are left are few enough to be sorted.
func (s *Summary) setTypical(ctx context.Context, t *table.Stream, features []int) error {
	var numbers, codes []int
	for _, j := range features {
		if s.Columns[j].Nominal {
			codes = append(codes, j)
		} else {
			numbers = append(numbers, j)
		}
	}
	if err := s.setModes(ctx, t, codes); err != nil {
		return err
	}
	var open []*selection
	for _, j := range numbers {
		n := s.seen[s.places[j]].values(s.Rows)
		open = append(open, &selection{feature: j, rank: (n+1)/2 - 1, within: n})
	}
	for len(open) > 0 {
		if err := s.narrow(ctx, t, open); err != nil {
			return err
		}
		open = slices.DeleteFunc(open, func(x *selection) bool {
			if x.done {
				s.fill[x.feature] = x.value + 0 // 0 without a sign
			}
			return x.done
		})
	}
	return nil
}

// selection looks for the value of a feature that so many others are below.
type selection struct {
	feature int
	rank    int    // among the values that begin with prefix
	within  int    // the number of these
	prefix  uint64 // the first bits of the value's key
	bits    int    // how many of them are known
	done    bool
	value   float64
}

// few is how many values are sorted rather than counted.
const few = 1 << 16

// key returns a number that is greater where x is.
func key(x float64) uint64 {
	b := math.Float64bits(x)
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

// unkey is the inverse of key.
func unkey(k uint64) float64 {
	if k>>63 == 1 {
		return math.Float64frombits(k &^ (1 << 63))
	}
	return math.Float64frombits(^k)
}

// tallies are what one goroutine counts of a selection.
type tallies struct {
	counts []int    // by the next 16 bits
	keys   []uint64 // or all, where they are few
}

// narrow goes through the table once and brings all selections forward.
func (s *Summary) narrow(ctx context.Context, t *table.Stream, open []*selection) error {
	features := make([]int, len(open))
	for i, x := range open {
		features[i] = x.feature
	}
	workers := parallel.Threads(0)
	seen := make([][]tallies, workers)
	for w := range seen {
		seen[w] = make([]tallies, len(open))
		for i, x := range open {
			if x.within > few {
				seen[w][i].counts = make([]int, 1<<16)
			}
		}
	}
	err := s.eachValue(ctx, t, features, func(worker, i int, values []float64) {
		x, to := open[i], &seen[worker][i]
		for _, v := range values {
			if v != v {
				continue
			}
			k := key(v)
			switch {
			case x.bits > 0 && k>>(64-x.bits) != x.prefix:
			case to.counts != nil:
				to.counts[k<<x.bits>>48]++
			default:
				to.keys = append(to.keys, k)
			}
		}
	})
	if err != nil {
		return err
	}
	for i, x := range open {
		var keys []uint64
		for w := range seen {
			keys = append(keys, seen[w][i].keys...)
			if w > 0 {
				for b, n := range seen[w][i].counts {
					seen[0][i].counts[b] += n
				}
			}
		}
		x.advance(seen[0][i].counts, keys)
	}
	return nil
}

// advance takes account of what was counted.
func (x *selection) advance(counts []int, keys []uint64) {
	if counts == nil {
		slices.Sort(keys)
		if x.done = true; len(keys) > 0 {
			x.value = unkey(keys[x.rank])
		}
		return
	}
	for b, n := range counts {
		if x.rank < n {
			x.prefix, x.bits, x.within = x.prefix<<16|uint64(b), x.bits+16, n
			break
		}
		x.rank -= n
	}
	if x.bits == 64 {
		x.done, x.value = true, unkey(x.prefix)
	}
}

// setModes sets what is most frequent in features that are categories.
func (s *Summary) setModes(ctx context.Context, t *table.Stream, features []int) error {
	if len(features) == 0 {
		return nil
	}
	counts := make([][][]int, parallel.Threads(0))
	for w := range counts {
		counts[w] = make([][]int, len(features))
		for i, j := range features {
			counts[w][i] = make([]int, max(2, s.codes[j].count(s.input(j))))
		}
	}
	err := s.eachValue(ctx, t, features, func(worker, i int, values []float64) {
		for _, v := range values {
			if v == v {
				counts[worker][i][int(v)]++
			}
		}
	})
	for i, j := range features {
		all := counts[0][i]
		for _, other := range counts[1:] {
			for c, n := range other[i] {
				all[c] += n
			}
		}
		s.fill[j] = float64(slices.Index(all, slices.Max(all)))
	}
	return err
}

// eachValue calls f, from several goroutines, with runs of the values of features,
// numbered as they are given.
func (s *Summary) eachValue(ctx context.Context, t *table.Stream, features []int, f func(worker, i int, values []float64)) error {
	return s.eachRun(ctx, t, features, func(worker, i, _ int, values []float64) { f(worker, i, values) })
}

// eachRun is eachValue that tells the row of the first value.
func (s *Summary) eachRun(ctx context.Context, t *table.Stream, features []int, f func(worker, i, first int, values []float64)) error {
	fields := make([]int, len(features))
	for i, j := range features {
		fields[i] = s.places[j]
	}
	buffers := make([][chunkRows]float64, parallel.Threads(0))
	return t.Each(ctx, fields, func(first int, columns []table.Column) error {
		views := make([]table.Column, len(columns))
		for i, c := range columns {
			views[i] = s.feature(features[i], c)
		}
		return eachChunk(ctx, columns[0].Len(), func(worker, from, to int) {
			for i, c := range views {
				c.Floats(buffers[worker][:], 1, from, to)
				f(worker, i, first+from, buffers[worker][:to-from])
			}
		})
	})
}
