package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// metaVersion is the version of indexMeta that this program writes, and the
// newest that it reads. Version 1 knew no types of queries and rounded categories to
// float64; see upgrade.
const metaVersion = 2

// indexMeta is what an index file knows of the table it was built from: enough to
// scale queries as its rows were, to tell whose row numbers it returns, and to see
// whether another table is the same. It is kept as JSON in the file's meta section.
type indexMeta struct {
	Version int           `json:"nngmix_table_index"`
	Source  string        `json:"source"`          // name of the table's file
	Label   string        `json:"label,omitempty"` // column left out of the search
	Rows    int           `json:"rows"`            // of the table
	Dropped int           `json:"dropped"`         // rows that --missing drop left out
	Gaps    []byte        `json:"gaps,omitempty"`  // bit i%8 of byte i/8: row i was left out
	Missing string        `json:"missing"`
	Markers []string      `json:"missing_values,omitempty"` // texts that --missing-value named
	Scale   string        `json:"scale"`
	Columns []indexColumn `json:"columns"`
}

// newIndexMeta describes set, all of whose rows are unlabeled.
func newIndexMeta(set *dataset.Set, opt *indexBuildOptions) *indexMeta {
	m := &indexMeta{
		Version: metaVersion, Source: filepath.Base(opt.In), Label: opt.Label, Rows: set.Table.Rows, Dropped: set.Dropped,
		Gaps: gaps(set.Unlabeled, set.Table.Rows), Missing: opt.Missing, Markers: opt.MissingValues, Scale: opt.Scale,
	}
	sums := columnSums(set.Inputs, set.Table.Rows)
	for j, c := range set.Columns {
		column := newIndexColumn(set, j)
		column.Min, column.Max, column.Fill, column.Sum = c.Min, c.Max, set.Fill()[j], sums[j]
		m.Columns = append(m.Columns, column)
	}
	return m
}

// gaps returns the bits of the rows below n that are not among used, which is
// ascending; nil where none are.
func gaps(used []int, n int) []byte {
	if len(used) == n {
		return nil
	}
	b := bytes.Repeat([]byte{0xff}, (n+7)/8)
	if n%8 != 0 {
		b[n/8] = 1<<(n%8) - 1
	}
	for _, i := range used {
		b[i/8] &^= 1 << (i % 8)
	}
	return b
}

// encode returns m as JSON. Equal tables give equal bytes.
func (m *indexMeta) encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds finite numbers and text only
	}
	return text
}

// errNotOfTable says that an index was made by a program, not by index build.
var errNotOfTable = errors.New("it says nothing of columns and scaling: it was not made by 'nngmix index build'")

// decodeMeta returns the description in text, which may be damaged or crafted.
func decodeMeta(text []byte) (*indexMeta, error) {
	m := new(indexMeta)
	if err := json.Unmarshal(text, m); err != nil || m.Version < 1 {
		return nil, errNotOfTable
	}
	if m.Version > metaVersion {
		return nil, fmt.Errorf("its description has version %d, this program knows %d: use a newer nngmix", m.Version, metaVersion)
	}
	if m.Version < metaVersion {
		if err := m.upgrade(); err != nil {
			return nil, err
		}
	}
	dropped := 0
	for _, b := range m.Gaps {
		dropped += bits.OnesCount8(b)
	}
	sound := len(m.Columns) > 0 && dropped == m.Dropped && m.Rows > m.Dropped && (m.Gaps == nil || len(m.Gaps) == (m.Rows+7)/8)
	for _, c := range m.Columns {
		sound = sound && c.Min <= c.Max && !math.IsInf(c.Max-c.Min, 0) && c.sound() && c.checkBase() == nil
	}
	if !sound {
		return nil, errors.New("its description is damaged: build it anew with 'nngmix index build'")
	}
	return m, nil
}

// fills tells whether queries that lack a value are searched for with a typical one.
func (m *indexMeta) fills() bool {
	return dataset.Missing(m.Missing).Fills()
}

// kinds returns as what the columns of queries are read: as those of the index are,
// but for what asked says.
func (m *indexMeta) kinds(asked map[string]table.Kind) map[string]table.Kind {
	kinds := make(map[string]table.Kind, len(m.Columns))
	for _, c := range m.Columns {
		kinds[c.Name] = c.kind()
	}
	maps.Copy(kinds, asked)
	return kinds
}

// used returns how many rows of the table are in the index.
func (m *indexMeta) used() int { return m.Rows - m.Dropped }

// rowNumbers returns the row of the table behind each id of the index.
func (m *indexMeta) rowNumbers() []int {
	rows := make([]int, 0, m.used())
	for i := range m.Rows {
		if m.Gaps == nil || m.Gaps[i/8]>>(i%8)&1 == 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

// names returns the names of the columns.
func (m *indexMeta) names() []string {
	names := make([]string, len(m.Columns))
	for j, c := range m.Columns {
		names[j] = c.Name
	}
	return names
}

// scaler returns the columns as the generator scales them.
func (m *indexMeta) scaler() (columns []generator.Column, fill []float64) {
	for _, c := range m.Columns {
		columns = append(columns, generator.Column{Min: c.Min, Max: c.Max, Nominal: c.Nominal})
		fill = append(fill, c.Fill)
	}
	return columns, fill
}

// fits returns an error that tells in what set, read with options opt, is not the
// table of the index.
func (m *indexMeta) fits(set *dataset.Set, opt *setFlags) error {
	var differ []string
	report := func(different bool, format string, args ...any) {
		if different {
			differ = append(differ, fmt.Sprintf(format, args...))
		}
	}
	report(m.Rows != set.Table.Rows, "it has %d rows, here are %d", m.Rows, set.Table.Rows)
	report(m.Scale != opt.Scale, "it was built with --scale %s, here it is %s", m.Scale, opt.Scale)
	columns := m.differentColumns(set)
	report(columns != "", "%s", columns)
	if columns == "" && m.Rows == set.Table.Rows {
		report(m.Dropped != set.Dropped, "it was built with --missing %s, which left out %d rows, here are %d left out with --missing %s", m.Missing, m.Dropped, set.Dropped, opt.Missing)
		values := m.differentValues(set)
		report(len(values) > 0, "the values in %s are others", someNames(values))
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("the index is not one of this table: %s; build one with 'nngmix index build' and the same column options, or leave out --index", strings.Join(differ, "; "))
}

// differentColumns tells in which names the columns differ; "" for none.
func (m *indexMeta) differentColumns(set *dataset.Set) string {
	var here []string
	for _, c := range set.Inputs {
		here = append(here, c.Name())
	}
	there := m.names()
	if slices.Equal(there, here) {
		return m.differentKinds(set)
	}
	missing := func(from, in []string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(name string) bool { return slices.Contains(in, name) })
	}
	lacks, more := missing(there, here), missing(here, there)
	switch {
	case len(lacks) > 0 && len(more) > 0:
		return fmt.Sprintf("it has the columns %s, here are %s instead", someNames(lacks), someNames(more))
	case len(lacks) > 0:
		return fmt.Sprintf("it has the columns %s, which are missing here", someNames(lacks))
	case len(more) > 0:
		return fmt.Sprintf("it lacks the columns %s, which --drop would leave out here", someNames(more))
	}
	return "its columns are in another order"
}

// differentKinds tells which columns are numbers on one side and categories on the
// other; "" for none.
func (m *indexMeta) differentKinds(set *dataset.Set) string {
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
		differ = append(differ, fmt.Sprintf("it holds categories in %s, here are numbers (--categorical)", someNames(nominal)))
	}
	if len(numbers) > 0 {
		differ = append(differ, fmt.Sprintf("it holds numbers in %s, here are categories", someNames(numbers)))
	}
	return strings.Join(differ, "; ")
}

// nominal returns the number of columns that hold codes.
func (m *indexMeta) nominal() (n int) {
	for _, c := range m.Columns {
		if c.Nominal {
			n++
		}
	}
	return n
}

// differentValues returns the names of the columns whose values differ.
func (m *indexMeta) differentValues(set *dataset.Set) []string {
	var names []string
	for j, sum := range columnSums(set.Inputs, set.Table.Rows) {
		c := &m.Columns[j]
		if sum != c.Sum || c.Fill != set.Fill()[j] || !slices.Equal(c.all(), set.Categories(j)) {
			names = append(names, c.Name)
		}
	}
	return names
}

// someNames joins names, the first ones where there are many.
func someNames(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// tableIndex is an open index of a table.
type tableIndex struct {
	*ann.Index
	meta *indexMeta
}

// openIndex opens the index in the file path with open, ann.Open or ann.Load.
func openIndex(path string, open func(string) (*ann.Index, error)) (*tableIndex, error) {
	x, err := open(path)
	if err != nil {
		return nil, err
	}
	meta, err := decodeMeta(x.Meta())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := x.Stats()
	switch {
	case s.Dim != len(meta.Columns):
		err = fmt.Errorf("its rows have %d columns, its description %d: build it anew with 'nngmix index build'", s.Dim, len(meta.Columns))
	case x.Options().Nominal != meta.nominal():
		err = fmt.Errorf("%d columns of its rows are categories, %d in its description: build it anew with 'nngmix index build'", x.Options().Nominal, meta.nominal())
	case s.Rows != meta.used() || s.Deleted > 0:
		err = fmt.Errorf("it holds %d rows, %d when it was built: rows were added or deleted since; build it anew with 'nngmix index build'", s.Rows, meta.used())
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &tableIndex{x, meta}, nil
}
