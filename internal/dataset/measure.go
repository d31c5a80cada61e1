package dataset

import (
	"fmt"
	"math"
	"strings"

	"github.com/nngmix/nngmix/internal/table"
)

// measure sets the range of every feature over the rows that are used, and tells
// whether many of them have its least or greatest value.
func (s *Summary) measure() error {
	for j := range s.Columns {
		c := &s.Columns[j]
		switch {
		case c.Nominal:
			c.Max = 1 // of no effect
		case s.opt.Scale == ScaleNone:
			c.Max = s.unit(j)
		default:
			b, ok := s.ranges[j]
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
		return v.Bounds
	}
	if v.empty() {
		return empty
	}
	return bounds{w.number(v.Lo, f), w.number(v.Hi, f), v.AtLo, v.AtHi}
}

// measurer finds ranges that the first look did not find: all where rows are dropped,
// and those of whole numbers so far apart that some become one.
type measurer struct {
	summary  *Summary
	features []int
	found    []bounds
	values   [chunkRows]float64
}

func (s *Summary) newMeasurer() ([]int, part) {
	m := &measurer{summary: s}
	for j := range s.Columns {
		if s.opt.Scale != ScaleNone && !s.Columns[j].Nominal && (s.Dropped > 0 || s.whole[j].Rough) {
			m.features, m.found = append(m.features, j), append(m.found, empty)
		}
	}
	if m.features == nil {
		return nil, nil
	}
	return s.fieldsOf(m.features), m
}

func (m *measurer) chunk(columns []table.Column, first, from, to int) {
	for i, c := range columns {
		m.summary.floats(m.values[:], m.features[i], c, from, to)
		for at, x := range m.values[:to-from] {
			if !m.summary.dropped.has(first + from + at) {
				m.found[i].add(x)
			}
		}
	}
}

func (m *measurer) join(p part) {
	for i, b := range p.(*measurer).found {
		m.found[i] = m.found[i].join(b)
	}
}

// ranges returns what was found, by feature.
func (m *measurer) ranges() map[int]bounds {
	by := map[int]bounds{}
	for i, j := range m.features {
		by[j] = m.found[i]
	}
	return by
}

// unit returns what is 1 in search space where columns are not scaled: a second of
// times, and 1 of other numbers.
func (s *Summary) unit(j int) float64 {
	f := s.input(j)
	switch {
	case f.Temporal.Kind != table.NotTemporal:
		return f.PerSecond()
	case s.whole[j].Based && f.Type == table.Decimal:
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
	if !isFinite(b.Hi - b.Lo) {
		return fmt.Errorf("column %s: its range from %v to %v is too wide for float64; leave it out with --drop %s", name, b.Lo, b.Hi, name)
	}
	c := &s.Columns[j]
	c.Min, c.Max = b.Lo+0, b.Hi+0 // 0 without a sign
	if c.Min == c.Max {
		return nil
	}
	share := func(n int) float64 { return float64(n) / float64(s.used()) }
	c.MassMin, c.MassMax = share(b.AtLo) >= massShare, share(b.AtHi) >= massShare
	var piles []string
	if c.MassMin && share(b.AtLo) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.AtLo), s.numberText(j, b.Lo)))
	}
	if c.MassMax && share(b.AtHi) >= noteShare {
		piles = append(piles, fmt.Sprintf("%.0f %% of rows are %s", 100*share(b.AtHi), s.numberText(j, b.Hi)))
	}
	if piles != nil {
		s.note(NoteMass, name, "--noise keep keeps such values", "%s", strings.Join(piles, ", "))
	}
	return nil
}

// numberText returns x, a number of feature j, as its column has it.
func (s *Summary) numberText(j int, x float64) string {
	if w := &s.whole[j]; w.Used {
		f := *s.input(j)
		return string(f.AppendInt(nil, w.value(x)))
	}
	return floatText(x, s.input(j).Type)
}
