package generatortest

import (
	"slices"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/xrand"
)

// table is a data set of the suite.
type table struct {
	name               string
	dim                int
	labeled, unlabeled []float64
	columns            []generator.Column
	varied             bool // whether samples of different seeds must differ
}

func (a *table) na() int { return len(a.labeled) / a.dim }
func (a *table) nu() int { return len(a.unlabeled) / a.dim }

func (a *table) row(labeled bool, i int) []float64 {
	if labeled {
		return a.labeled[i*a.dim:][:a.dim]
	}
	return a.unlabeled[i*a.dim:][:a.dim]
}

func (a *table) nominal(j int) bool { return a.columns != nil && a.columns[j].Nominal }

func (a *table) data() generator.Data {
	return generator.Data{
		Labeled:   generator.Dense(a.labeled, a.dim),
		Unlabeled: generator.Dense(a.unlabeled, a.dim),
		Columns:   a.columns,
	}
}

func (a *table) clone() *table {
	c := *a
	c.labeled, c.unlabeled, c.columns = slices.Clone(a.labeled), slices.Clone(a.unlabeled), slices.Clone(a.columns)
	return &c
}

// valuesOf returns the values in column j.
func (a *table) valuesOf(j int) (values []float64) {
	for _, side := range [][]float64{a.labeled, a.unlabeled} {
		for i := j; i < len(side); i += a.dim {
			values = append(values, side[i])
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// tables returns the data sets: an ordinary one and all that is awkward.
func tables() []*table {
	uniform := func(_, _ int, s *xrand.Stream) float64 { return s.Uniform() }
	units := func(j, _ int, s *xrand.Stream) float64 { return float64(j*1000) + s.Normal()*float64(uint(1)<<(3*j)) }
	coarse := func(_, _ int, s *xrand.Stream) float64 { return float64(s.IntN(3)) }
	constant := func(j, _ int, s *xrand.Stream) float64 {
		if j%2 == 0 {
			return 0.1 * float64(j+1)
		}
		return s.Uniform()
	}
	return []*table{
		newTable("scaled already", 7, 25, 150, uniform, nil),
		newTable("units", 6, 25, 150, units, ranges()),
		newTable("nominal columns", 8, 25, 150, coarse, ranges(1, 4, 7)),
		newTable("nominal columns only", 3, 10, 40, coarse, ranges(0, 1, 2)),
		newTable("many columns", 60, 12, 80, units60, ranges()),
		newTable("one column", 1, 10, 60, uniform, ranges()),
		newTable("one labeled anomaly", 7, 1, 60, uniform, ranges()),
		newTable("two labeled anomalies", 7, 2, 60, uniform, ranges()),
		newTable("fewer unlabeled rows than k", 5, 30, 3, uniform, ranges()),
		newTable("one row on each side", 4, 1, 1, uniform, ranges()),
		newTable("many equal rows", 2, 60, 200, coarse, ranges()),
		newTable("all rows equal", 3, 30, 30, func(j, _ int, _ *xrand.Stream) float64 { return 0.3 * float64(j+1) }, ranges()).fixed(),
		newTable("all rows equal, no ranges", 3, 30, 30, func(j, _ int, _ *xrand.Stream) float64 { return 0.3 * float64(j+1) }, nil).fixed(),
		newTable("constant columns", 6, 20, 100, constant, ranges()),
		newTable("constant columns, no ranges", 6, 20, 100, constant, nil),
		newTable("huge values", 4, 15, 90, func(j, _ int, s *xrand.Stream) float64 { return 1e300 * s.Uniform() }, ranges()),
		newTable("tiny ranges", 4, 15, 90, func(j, _ int, s *xrand.Stream) float64 { return 1 + 0x1p-50*float64(s.IntN(8)) }, ranges()),
	}
}

// units60 is 60 columns of mixed units.
func units60(j, _ int, s *xrand.Stream) float64 { return float64(j) + s.Normal()*float64(j%7) }

// fixed marks a table whose samples may not depend on the seed.
func (a *table) fixed() *table {
	a.varied = false
	return a
}

// newTable fills na labeled and nu unlabeled rows with value(column, row) and
// lets columns complete it.
func newTable(name string, dim, na, nu int, value func(j, i int, s *xrand.Stream) float64, columns func(*table)) *table {
	a := &table{name: name, dim: dim, varied: na > 1}
	s := xrand.New(uint64(dim), uint64(na))
	for i := range na + nu {
		row := make([]float64, dim)
		for j := range row {
			row[j] = value(j, i, &s)
		}
		if i < na {
			a.labeled = append(a.labeled, row...)
		} else {
			a.unlabeled = append(a.unlabeled, row...)
		}
	}
	if columns != nil {
		columns(a)
	}
	return a
}

// ranges gives each column its range, or makes it nominal.
func ranges(nominal ...int) func(*table) {
	return func(a *table) {
		a.columns = make([]generator.Column, a.dim)
		for j := range a.columns {
			values := a.valuesOf(j)
			a.columns[j] = generator.Column{Min: values[0], Max: values[len(values)-1], Nominal: slices.Contains(nominal, j)}
		}
	}
}
