package tableindex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/dataset"
)

// Fits returns an error that tells in what set, read with options opt, is not
// the table of the index.
func (m *Schema) Fits(set *dataset.Set, opt Options) error {
	var differ []string
	report := func(different bool, format string, args ...any) {
		if different {
			differ = append(differ, fmt.Sprintf(format, args...))
		}
	}
	report(m.Rows != set.Table.Rows, "it has %d rows, here are %d", m.Rows, set.Table.Rows)
	report(m.Scale != string(opt.Scale), "it was built with --scale %s, here it is %s", m.Scale, opt.Scale)
	shape := m.differentColumns(set)
	report(shape != "", "%s", shape)
	if shape == "" && m.Rows == set.Table.Rows {
		report(m.Dropped != set.Dropped, "it was built with --missing %s, which left out %d rows, here are %d left out with --missing %s", m.Missing, m.Dropped, set.Dropped, opt.Missing)
		values := m.differentValues(set)
		report(len(values) > 0, "the values in %s are others", columns.SomeNames(values))
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("the index is not one of this table: %s; build one with 'nngmix index build' and the same column options, or leave out --index", strings.Join(differ, "; "))
}

// differentColumns tells in which names the columns differ; "" for none.
func (m *Schema) differentColumns(set *dataset.Set) string {
	var here []string
	for _, c := range set.Inputs {
		here = append(here, c.Name())
	}
	there := m.Names()
	if slices.Equal(there, here) {
		return m.differentKinds(set)
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
func (m *Schema) differentKinds(set *dataset.Set) string {
	var numbers, nominal []string // in the index
	for j, c := range m.Columns {
		switch {
		case c.Nominal && !set.Columns[j].Nominal:
			nominal = append(nominal, c.Name)
		case !c.Nominal && set.Columns[j].Nominal:
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

// differentValues returns the names of the columns whose values differ.
func (m *Schema) differentValues(set *dataset.Set) []string {
	var names []string
	for j, sum := range fingerprints(set.Inputs, set.Table.Rows) {
		c := &m.Columns[j]
		if sum != c.Sum || c.Fill != set.Fill()[j] || !slices.Equal(c.All(), set.Categories(j)) {
			names = append(names, c.Name)
		}
	}
	return names
}
