package report

import (
	"math"
	"slices"
	"strconv"
)

// scale maps values to places along an axis of a figure.
type scale struct {
	lo, hi   float64 // values, hi above lo
	from, to float64 // places of lo and hi
	log      bool    // by the logarithm of the values, which are positive
}

// newScale returns a scale over the values that are numbers, with a margin, between the
// places from and to. Without two different values it spans some around them.
func newScale(values []float64, from, to float64, log bool) scale {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || log && v <= 0 })
	if len(values) == 0 {
		values = []float64{1}
	}
	lo, hi := slices.Min(values), slices.Max(values)
	if log {
		return scale{lo / 1.5, hi * 1.5, from, to, true}
	}
	size := max(math.Abs(lo), math.Abs(hi))
	margin := hi*0.05 - lo*0.05 // in this order it cannot overflow
	if margin < size*1e-9 || margin == 0 {
		margin = max(size*0.05, 0.01) // so narrow that ticks would fall together
	}
	return scale{lo - margin, hi + margin, from, to, false}
}

// at returns the place of v.
func (s scale) at(v float64) float64 {
	share := (v - s.lo) / (s.hi - s.lo)
	if s.log {
		share = math.Log(v/s.lo) / math.Log(s.hi/s.lo)
	}
	return s.from + float64(share*(s.to-s.from))
}

// ticks returns about n round values on the scale.
func (s scale) ticks(n int) []float64 {
	if s.log {
		return s.logTicks(n)
	}
	step := math.Pow(10, math.Floor(math.Log10((s.hi-s.lo)/float64(n))))
	for _, factor := range []float64{1, 2, 5, 10} {
		if (s.hi-s.lo)/(step*factor) <= float64(n) {
			step *= factor
			break
		}
	}
	var ticks []float64
	first := math.Ceil(s.lo / step)
	for i := range 4 * n { // more than fit, whatever was rounded
		tick := (first + float64(i)) * step
		if !(tick <= s.hi) {
			break
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// logTicks returns the powers of ten on the scale, with twos and fives where they are few.
func (s scale) logTicks(n int) []float64 {
	for _, factors := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}} {
		var ticks []float64
		for e := math.Floor(math.Log10(s.lo)); e <= math.Ceil(math.Log10(s.hi)); e++ {
			for _, f := range factors {
				if v := f * math.Pow(10, e); v >= s.lo && v <= s.hi {
					ticks = append(ticks, v)
				}
			}
		}
		if len(ticks) >= min(n, 3) {
			return ticks
		}
	}
	return []float64{s.lo, s.hi}
}

// tick returns the label of a value on an axis.
func tick(v float64) string {
	switch a := math.Abs(v); {
	case a >= 1e6:
		return strconv.FormatFloat(v/1e6, 'g', 3, 64) + "M"
	case a >= 1e3:
		return strconv.FormatFloat(v/1e3, 'g', 3, 64) + "k"
	case a < 1e-9:
		return "0"
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
