package tableindex

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"path/filepath"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// metaVersion is the version of Schema that this program writes, and the newest
// that it reads. Version 1 knew no types of queries and rounded categories to
// float64; see upgrade.
const metaVersion = 2

// Schema is what an index file knows of the table it was built from: enough to
// scale queries as its rows were, to tell whose row numbers it returns, and to
// see whether another table is the same. It is kept as JSON in the file's meta
// section.
type Schema struct {
	Version int      `json:"nngmix_table_index"`
	Source  string   `json:"source"`          // name of the table's file
	Label   string   `json:"label,omitempty"` // column left out of the search
	Rows    int      `json:"rows"`            // of the table
	Dropped int      `json:"dropped"`         // rows that --missing drop left out
	Gaps    []byte   `json:"gaps,omitempty"`  // bit i%8 of byte i/8: row i was left out
	Missing string   `json:"missing"`
	Markers []string `json:"missing_values,omitempty"` // texts that --missing-value named
	Scale   string   `json:"scale"`
	Columns []Column `json:"columns"`
	Added   []Added  `json:"added,omitempty"` // rows at the end of the table that came later, in order
}

// Added are rows that an index was given after it was built.
type Added struct {
	Source string   `json:"source"`
	Rows   int      `json:"rows"`
	Sums   []string `json:"sums"` // fingerprints of the columns of these rows
}

// newSchema describes the table of s, all of whose rows are unlabeled, but for its
// gaps. sums are the fingerprints of the features.
func newSchema(s *dataset.Summary, sums []string, opt Options) *Schema {
	m := &Schema{
		Version: metaVersion, Source: filepath.Base(opt.Source), Label: opt.Label, Rows: s.Rows, Dropped: s.Dropped,
		Missing: string(opt.Missing), Markers: opt.Markers, Scale: string(opt.Scale),
	}
	for j, c := range s.Columns {
		column := NewColumn(s, j)
		column.Min, column.Max, column.Fill, column.Sum = c.Min, c.Max, s.Fill()[j], sums[j]
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

// Encode returns m as JSON. Equal tables give equal bytes.
func (m *Schema) Encode() []byte {
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it holds finite numbers and text only
	}
	return text
}

// ErrNotOfTable says that an index was made by a program, not by index build.
var ErrNotOfTable = errors.New("it says nothing of columns and scaling: it was not made by 'nngmix index build'")

// Decode returns the description in text, which may be damaged or crafted.
func Decode(text []byte) (*Schema, error) {
	m := new(Schema)
	if err := json.Unmarshal(text, m); err != nil || m.Version < 1 {
		return nil, ErrNotOfTable
	}
	if m.Version > metaVersion {
		return nil, fmt.Errorf("its description has version %d, this program knows %d: use a newer nngmix", m.Version, metaVersion)
	}
	if m.Version < metaVersion {
		if err := m.upgrade(); err != nil {
			return nil, err
		}
	}
	return m, m.check()
}

// check returns an error unless m can be what index build wrote.
func (m *Schema) check() error {
	dropped := 0
	for _, b := range m.Gaps {
		dropped += bits.OnesCount8(b)
	}
	sound := len(m.Columns) > 0 && dropped == m.Dropped && m.Rows > m.Dropped && (m.Gaps == nil || len(m.Gaps) == (m.Rows+7)/8)
	for _, a := range m.Added {
		sound = sound && a.Rows > 0 && len(a.Sums) == len(m.Columns)
	}
	for _, c := range m.Columns {
		sound = sound && c.Min <= c.Max && !math.IsInf(c.Max-c.Min, 0) && c.sound(m.Added != nil) && c.checkBase() == nil
	}
	if !sound || m.built() < 1 {
		return errors.New("its description is damaged: build it anew with 'nngmix index build'")
	}
	return nil
}

// built returns how many rows the table had when the index was built.
func (m *Schema) built() int {
	rows := m.Rows
	for _, a := range m.Added {
		rows -= a.Rows
	}
	return rows
}

// fills tells whether queries that lack a value are searched for with a typical
// one.
func (m *Schema) fills() bool {
	return dataset.Missing(m.Missing).Fills()
}

// kinds returns as what the columns of queries are read: as those of the index
// are, but for what asked says.
func (m *Schema) kinds(asked map[string]table.Kind) map[string]table.Kind {
	kinds := make(map[string]table.Kind, len(m.Columns))
	for _, c := range m.Columns {
		kinds[c.Name] = c.Kind()
	}
	maps.Copy(kinds, asked)
	return kinds
}

// used returns how many rows of the table are in the index.
func (m *Schema) used() int { return m.Rows - m.Dropped }

// gap tells whether a row of the table was left out.
func (m *Schema) gap(row int) bool { return m.Gaps != nil && m.Gaps[row/8]>>(row%8)&1 == 1 }

// Names returns the names of the columns.
func (m *Schema) Names() []string {
	names := make([]string, len(m.Columns))
	for j, c := range m.Columns {
		names[j] = c.Name
	}
	return names
}

// scaler returns the columns as the generator scales them.
func (m *Schema) scaler() (columns []generator.Column, fill []float64) {
	for _, c := range m.Columns {
		columns = append(columns, generator.Column{Min: c.Min, Max: c.Max, Nominal: c.Nominal})
		fill = append(fill, c.Fill)
	}
	return columns, fill
}

// Nominal returns the number of columns that hold codes.
func (m *Schema) Nominal() (n int) {
	for _, c := range m.Columns {
		if c.Nominal {
			n++
		}
	}
	return n
}
