package dataset

import (
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// openGaps begins to look for what missing values become: the median of numbers, an
// observed value, or the most frequent code of a category, the least of equals.
//
// The median is selected by the digits of the values, as a radix sort has them: each
// round counts the values by their next 16 bits, until those that are left are few
// enough to be sorted.
func (s *Summary) openGaps() {
	if !s.opt.Missing.Fills() {
		return
	}
	for _, j := range s.lackingFeatures() {
		n := s.seen[s.places[j]].values(s.Rows)
		s.open = append(s.open, &selection{Feature: j, Rank: (n+1)/2 - 1, Within: n})
	}
}

// selection looks for the median of a feature, the value that so many others are
// below, or for its most frequent code.
type selection struct {
	Feature int
	Rank    int    // among the values that begin with prefix
	Within  int    // the number of these
	Prefix  uint64 // the first bits of the value's key
	Bits    int    // how many of them are known
	done    bool
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

// filler counts values of the features whose gaps are to be filled.
type filler struct {
	summary *Summary
	tallies []tally
	values  [chunkRows]float64
}

// tally is what is counted of a selection.
type tally struct {
	Counts []int    // of codes, or of values by the next 16 bits of their keys
	Keys   []uint64 // or all keys, where they are few
}

func (s *Summary) newFiller() ([]int, part) {
	if len(s.open) == 0 {
		return nil, nil
	}
	var features []int
	f := &filler{summary: s, tallies: make([]tally, len(s.open))}
	for i, x := range s.open {
		features = append(features, x.Feature)
		switch {
		case s.Columns[x.Feature].Nominal:
			f.tallies[i].Counts = make([]int, max(2, s.codes[x.Feature].count(s.input(x.Feature))))
		case x.Within > few:
			f.tallies[i].Counts = make([]int, 1<<16)
		}
	}
	return s.fieldsOf(features), f
}

func (f *filler) chunk(columns []table.Column, _, from, to int) {
	for i, c := range columns {
		x, t := f.summary.open[i], &f.tallies[i]
		f.summary.floats(f.values[:], x.Feature, c, from, to)
		values := f.values[:to-from]
		if f.summary.Columns[x.Feature].Nominal {
			for _, v := range values {
				if v == v {
					t.Counts[int(v)]++
				}
			}
			continue
		}
		t.add(x, values)
	}
}

// add counts values.
func (t *tally) add(x *selection, values []float64) {
	for _, v := range values {
		if v != v {
			continue
		}
		k := key(v)
		switch {
		case x.Bits > 0 && k>>(64-x.Bits) != x.Prefix:
		case t.Counts != nil:
			t.Counts[k<<x.Bits>>48]++
		default:
			t.Keys = append(t.Keys, k)
		}
	}
}

func (f *filler) join(p part) {
	for i, o := range p.(*filler).tallies {
		t := &f.tallies[i]
		t.Keys = append(t.Keys, o.Keys...)
		for c, n := range o.Counts {
			t.Counts[c] += n
		}
	}
}

// advance takes account of what was counted.
func (s *Summary) advance(f *filler) {
	for i, x := range s.open {
		t := &f.tallies[i]
		value := 0.0
		if s.Columns[x.Feature].Nominal {
			value, x.done = float64(slices.Index(t.Counts, slices.Max(t.Counts))), true
		} else {
			value = x.narrow(t)
		}
		if x.done {
			s.setFill(x.Feature, value+0) // 0 without a sign
		}
	}
	s.open = slices.DeleteFunc(s.open, func(x *selection) bool { return x.done })
}

// setFill sets what missing values of feature j become.
func (s *Summary) setFill(j int, value float64) {
	s.fill[j] = value
	if s.opt.Missing == MissingKeep {
		s.Columns[j].Gaps, s.Columns[j].Fill = true, value
	}
}

// narrow takes account of what was counted, and returns the value if it is found.
func (x *selection) narrow(t *tally) (value float64) {
	if t.Counts == nil {
		x.done = true
		slices.Sort(t.Keys)
		return unkey(t.Keys[x.Rank])
	}
	for b, n := range t.Counts {
		if x.Rank < n {
			x.Prefix, x.Bits, x.Within = x.Prefix<<16|uint64(b), x.Bits+16, n
			break
		}
		x.Rank -= n
	}
	x.done = x.Bits == 64
	return unkey(x.Prefix)
}

// floats writes rows from ≤ i < to of c, a column of feature j, to dst as the feature
// has them.
func (s *Summary) floats(dst []float64, j int, c table.Column, from, to int) {
	s.feature(j, table.Rows(c, from, to)).Floats(dst, 1, 0, to-from)
}
