package tableindex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// Fits returns an error that tells in what set, read with options opt, is not
// the table of the index.
func (m *Schema) Fits(set *dataset.Set, opt Options) error {
	differ := m.differ(set.Summary, opt)
	if differ == nil {
		p := m.newPieces()
		p.add(set.Inputs, set.Table.Rows)
		differ = m.differentValues(set.Summary, p)
	}
	return notOfTable(differ)
}

// notOfTable is the error of an index that differs so from a table; nil where differ
// is.
func notOfTable(differ []string) error {
	if differ == nil {
		return nil
	}
	return fmt.Errorf("the index is not one of this table: %s; build one with 'nngmix index build' and the same column options, or leave out --index", strings.Join(differ, "; "))
}

// differ tells in what the table of s, read with options opt, differs from that of the
// index without a look at values.
func (m *Schema) differ(s *dataset.Summary, opt Options) (differ []string) {
	report := func(different bool, format string, args ...any) {
		if different {
			differ = append(differ, fmt.Sprintf(format, args...))
		}
	}
	report(m.Rows != s.Rows, "it has %d rows, here are %d", m.Rows, s.Rows)
	report(m.Scale != string(opt.Scale), "it was built with --scale %s, here it is %s", m.Scale, opt.Scale)
	shape := m.differentColumns(s)
	report(shape != "", "%s", shape)
	if shape == "" && m.Rows == s.Rows {
		report(m.Dropped != s.Dropped, "it was built with --missing %s, which left out %d rows, here are %d left out with --missing %s", m.Missing, m.Dropped, s.Dropped, opt.Missing)
		wider := m.widened(s)
		report(len(wider) > 0, "rows that were added to it have changed the ranges, medians or categories of %s, by which the table is scaled", columns.SomeNames(wider))
	}
	return differ
}

// widened returns the names of the columns that are scaled by other ranges, medians or
// categories than the index knew before rows were added to it.
func (m *Schema) widened(s *dataset.Summary) (names []string) {
	if m.Added == nil {
		return nil
	}
	for j := range m.Columns {
		c, here := &m.Columns[j], &s.Columns[j]
		if c.Min != here.Min || c.Max != here.Max || c.Base != s.Base(j) || c.Fill != s.Fill()[j] || !slices.Equal(c.All(), s.Categories(j)) {
			names = append(names, c.Name)
		}
	}
	return names
}

// differentColumns tells in which names the columns differ; "" for none.
func (m *Schema) differentColumns(s *dataset.Summary) string {
	var here []string
	for _, at := range s.FeatureFields() {
		here = append(here, s.Fields[at].Name)
	}
	there := m.Names()
	if slices.Equal(there, here) {
		return m.differentKinds(s)
	}
	missing := func(from, in []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(name string) bool { return slices.Contains(in, name) })
	}
	lacks, more := missing(there, here), missing(here, there)
	switch {
	case len(lacks) > 0 && len(more) > 0:
		return fmt.Sprintf("it has the columns %s, here are %s instead", columns.SomeNames(lacks), columns.SomeNames(more))
	case len(lacks) > 0:
		return fmt.Sprintf("it has the columns %s, which are missing here", columns.SomeNames(lacks))
	case len(more) > 0:
		return fmt.Sprintf("it lacks the columns %s, which --drop would leave out here", columns.SomeNames(more))
	}
	return "its columns are in another order"
}

// differentKinds tells which columns are numbers on one side and categories on
// the other; "" for none.
func (m *Schema) differentKinds(s *dataset.Summary) string {
	var numbers, nominal []string // in the index
	for j, c := range m.Columns {
		switch {
		case c.Nominal && !s.Columns[j].Nominal:
			nominal = append(nominal, c.Name)
		case !c.Nominal && s.Columns[j].Nominal:
			numbers = append(numbers, c.Name)
		}
	}
	var differ []string
	if len(nominal) > 0 {
		differ = append(differ, fmt.Sprintf("it holds categories in %s, here are numbers (--categorical)", columns.SomeNames(nominal)))
	}
	if len(numbers) > 0 {
		differ = append(differ, fmt.Sprintf("it holds numbers in %s, here are categories", columns.SomeNames(numbers)))
	}
	return strings.Join(differ, "; ")
}

// differentValues tells which columns of the table of s, of which here are the
// fingerprints, have other values; nil for none.
func (m *Schema) differentValues(s *dataset.Summary, here *pieces) []string {
	differ := here.differ(m)
	var names []string
	for j := range m.Columns {
		c := &m.Columns[j]
		if differ[j] || c.Fill != s.Fill()[j] || !slices.Equal(c.All(), s.Categories(j)) {
			names = append(names, c.Name)
		}
	}
	if names == nil {
		return nil
	}
	return []string{fmt.Sprintf("the values in %s are others", columns.SomeNames(names))}
}

// pieces are the fingerprints of the rows that an index was built of, and of those that
// were added each time, in a table that is gone through in batches.
type pieces struct {
	all  []*prints
	rows []int // of each
}

func (m *Schema) newPieces() *pieces {
	p := &pieces{rows: []int{m.built()}}
	for _, a := range m.Added {
		p.rows = append(p.rows, a.Rows)
	}
	for range p.rows {
		p.all = append(p.all, newPrints(len(m.Columns)))
	}
	return p
}

// add takes account of the next n rows: of list, the columns in order.
func (p *pieces) add(list []table.Column, n int) {
	at := 0
	for i, one := range p.all {
		take := min(n-at, p.rows[i]-one.rows)
		if take <= 0 {
			continue
		}
		var batch []table.Column
		for _, c := range list {
			batch = append(batch, table.Rows(c, at, at+take))
		}
		one.add(batch, take)
		at += take
	}
}

// differ tells of each column whether its fingerprints are others than those of m.
func (p *pieces) differ(m *Schema) []bool {
	differ := make([]bool, len(m.Columns))
	for i, one := range p.all {
		for j, sum := range one.sums() {
			known := m.Columns[j].Sum
			if i > 0 {
				known = m.Added[i-1].Sums[j]
			}
			differ[j] = differ[j] || sum != known
		}
	}
	return differ
}
