package dataset

import (
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/table"
)

// Samples are samples on their way from a generator into a file.
type Samples struct {
	Values  []float64      // rows x features, as a generator writes them
	Columns []table.Column // what they are in the columns of the set's table, after Decode

	set  *Set
	rows int
	fill []func(n int, source, other []int64) // completes the first n rows of a column
}

// NewSamples returns room for so many samples.
func (s *Set) NewSamples(rows int) *Samples {
	m := &Samples{set: s, rows: rows, Values: make([]float64, rows*len(s.Features))}
	for at, c := range s.Table.Columns {
		j, ok := slices.BinarySearch(s.places, at)
		switch {
		case at == s.label:
			m.addLabel(c)
		case ok:
			m.addFeature(c, j)
		default:
			m.addMissing(c)
		}
	}
	return m
}

// Decode turns the first n samples, which are in Values, into Columns. source and
// other are the rows of the set's Table that each was made from, or -1.
func (m *Samples) Decode(n int, source, other []int64) {
	for _, fill := range m.fill {
		fill(n, source, other)
	}
}

// addFeature adds feature j, which is column c of the table.
func (m *Samples) addFeature(c table.Column, j int) {
	k, dim := &m.set.codes[j], len(m.set.Features)
	switch {
	case k.Ints != nil:
		ints, gaps := m.addWhole(c)
		m.fill = append(m.fill, func(n int, _, _ []int64) {
			for i := range n {
				code := m.Values[i*dim+j]
				if gaps[i] = code != code; !gaps[i] {
					ints[i] = k.Ints[int(code)]
				}
			}
		})
	case k.Floats != nil:
		floats := make([]float64, m.rows)
		m.Columns = append(m.Columns, table.New(c.Name(), floats))
		m.fill = append(m.fill, func(n int, _, _ []int64) {
			for i := range n {
				if floats[i] = m.Values[i*dim+j]; floats[i] == floats[i] {
					floats[i] = k.Floats[int(floats[i])]
				}
			}
		})
	case m.set.whole[j].Used:
		m.addWholeFeature(c, j)
	default:
		m.Columns = append(m.Columns, table.Strided(c.Name(), m.Values[j:], dim, m.rows))
	}
}

// addWholeFeature adds a feature whose numbers become whole ones. Where they are
// rounded, a sample that is the same as its parent has the parent's own value.
func (m *Samples) addWholeFeature(c table.Column, j int) {
	w, view, dim := &m.set.whole[j], m.set.Features[j], len(m.set.Features)
	ints, gaps := m.addWhole(c)
	m.fill = append(m.fill, func(n int, source, other []int64) {
		for i := range n {
			x := m.Values[i*dim+j]
			if gaps[i] = x != x; gaps[i] {
				continue
			}
			ints[i] = w.value(x)
			if !w.Rough {
				continue
			}
			for _, row := range [2]int{int(source[i]), int(other[i])} {
				if row >= 0 && view.Float(row) == x {
					c.Ints(ints[i:i+1], row, row+1)
					break
				}
			}
		}
	})
}

// addWhole adds a column of whole numbers of the type of c.
func (m *Samples) addWhole(c table.Column) (ints []int64, gaps []bool) {
	ints, gaps = make([]int64, m.rows), make([]bool, m.rows)
	m.Columns = append(m.Columns, table.Live(c.Field(), ints, gaps))
	return ints, gaps
}

// addLabel adds the label column: a sample has the label of its source, or that of
// the first labeled anomaly where its source is none.
func (m *Samples) addLabel(c table.Column) {
	row := func(source int64) int {
		if source < 0 {
			return m.set.Labeled[0]
		}
		return int(source)
	}
	if c.Type().Float() {
		floats := make([]float64, m.rows)
		m.Columns = append(m.Columns, table.New(c.Name(), floats))
		m.fill = append(m.fill, func(n int, source, _ []int64) {
			for i := range n {
				floats[i] = c.Float(row(source[i]))
			}
		})
		return
	}
	ints, gaps := m.addWhole(c)
	m.fill = append(m.fill, func(n int, source, _ []int64) {
		for i := range n {
			at := row(source[i])
			c.Ints(ints[i:i+1], at, at+1)
			gaps[i] = c.Missing(at)
		}
	})
}

// addMissing adds a column of the table that is no feature: samples lack it.
func (m *Samples) addMissing(c table.Column) {
	if c.Type().Float() {
		floats := make([]float64, m.rows)
		for i := range floats {
			floats[i] = math.NaN()
		}
		m.Columns = append(m.Columns, table.New(c.Name(), floats))
		return
	}
	_, gaps := m.addWhole(c)
	for i := range gaps {
		gaps[i] = true
	}
}
