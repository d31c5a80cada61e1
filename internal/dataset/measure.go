package dataset

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// measure sets the range of every feature over the rows that are used, and tells
// whether many of them have its least or greatest value.
func (s *Summary) measure(ctx context.Context, t *table.Stream) error {
	again, err := s.measureAgain(ctx, t)
	if err != nil {
		return err
	}
	for j := range s.Columns {
		c := &s.Columns[j]
		switch {
		case c.Nominal:
			c.Max = 1 // of no effect
		case s.opt.Scale == ScaleNone:
			c.Max = s.unit(j)
		default:
			b, ok := again[j]
			if !ok {
				b = s.observed(j)
			}
			if err := s.setRange(j, b); err != nil {
				return err
			}
		}
	}
	return nil
}

// observed returns the range of feature j as the first look found it.
func (s *Summary) observed(j int) bounds {
	v, f, w := &s.seen[s.places[j]], s.input(j), &s.whole[j]
	if !large(f) {
		return v.bounds
	}
	if v.empty() {
		return empty
	}
	number := func(x int64) float64 { return w.number(x, f) }
	return bounds{number(v.lo), number(v.hi), v.atLo, v.atHi}
}

// measureAgain returns the ranges, by feature, that the first look did not find: all
// where rows are dropped, and those of whole numbers so far apart that some become
// one.
func (s *Summary) measureAgain(ctx context.Context, t *table.Stream) (map[int]bounds, error) {
	var features []int
	for j := range s.Columns {
		if s.opt.Scale != ScaleNone && !s.Columns[j].Nominal && (s.dropped != nil || s.whole[j].rough) {
			features = append(features, j)
		}
	}
	if features == nil {
		return nil, nil
	}
	found := make([][]bounds, parallel.Threads(0))
	for w := range found {
		for range features {
			found[w] = append(found[w], empty)
		}
	}
	err := s.eachRun(ctx, t, features, func(worker, i, first int, values []float64) {
		b := &found[worker][i]
		for at, x := range values {
			if !s.dropped.has(first + at) {
				b.add(x)
			}
		}
	})
	again := map[int]bounds{}
	for i, j := range features {
		b := empty
		for w := range found {
			b = b.join(found[w][i])
		}
		again[j] = b
	}
	return again, err
}

// unit returns what is 1 in search space where columns are not scaled: a second of
// times, and 1 of other numbers.
func (s *Summary) unit(j int) float64 {
	f := s.input(j)
	switch {
	case f.Temporal.Kind != table.NotTemporal:
		return f.PerSecond()
	case s.whole[j].based && f.Type == table.Decimal:
		return math.Pow10(f.Places)
	default:
		return 1
	}
}

// massShare is the share of the rows from which on a value at the end of a column's
// range is a mass.
const massShare = 0.05

// noteShare is the share from which on the user hears of it.
const noteShare = 0.25

// setRange sets the range of feature j.
func (s *Summary) setRange(j int, b bounds) error {
	if b == empty {
		b = bounds{} // no row that is used has a value
	}
	name := s.name(j)
	if !isFinite(b.hi - b.lo) {
		return fmt.Errorf("column %s: its range from %v to %v is too wide for float64; leave it out with --drop %s", name, b.lo, b.hi, name)
	}
	c := &s.Columns[j]
	c.Min, c.Max = b.lo+0, b.hi+0 // 0 without a sign
	if c.Min == c.Max {
		return nil
	}
	share := func(n int) float64 { return float64(n) / float64(s.used()) }
	c.MassMin, c.MassMax = share(b.atLo) >= massShare, share(b.atHi) >= massShare
	var piles []string
	if c.MassMin && share(b.atLo) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.atLo), s.numberText(j, b.lo)))
	}
	if c.MassMax && share(b.atHi) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.atHi), s.numberText(j, b.hi)))
	}
	if piles != nil {
		s.note(NoteMass, name, "--noise keep keeps such values", "%s", strings.Join(piles, ", "))
	}
	return nil
}

// numberText returns x, a number of feature j, as its column has it.
func (s *Summary) numberText(j int, x float64) string {
	if w := &s.whole[j]; w.used {
		f := *s.input(j)
		return string(f.AppendInt(nil, w.value(x)))
	}
	return floatText(x, s.input(j).Type)
}
