package table

import (
	"fmt"
	"math"
	"slices"
)

// Kept is some rows of a stream, kept in memory with their numbers. It is not safe for
// concurrent use.
type Kept struct {
	Numbers []int // of the rows, ascending
	columns []keptColumn
}

// keptColumn are values of a column of this type, widened.
type keptColumn struct {
	name   string
	kind   Type
	floats []float64  // of floats
	ints   []int64    // of others, as Column.Ints gives them
	gaps   []bool     // of others
	texts  dictionary // of text: what codes in ints stand for
}

// NewKept returns a Kept without rows for columns of these fields. Dictionaries in them
// do not matter.
func NewKept(fields []Field) *Kept {
	k := &Kept{columns: make([]keptColumn, len(fields))}
	for j, f := range fields {
		k.columns[j].name, k.columns[j].kind = f.Name, f.Type
	}
	return k
}

// Len returns the number of rows.
func (k *Kept) Len() int { return len(k.Numbers) }

// Add keeps rows of a batch that begins with row first: those numbered so in the
// stream, ascending and behind those that are kept already. batch has the columns of
// the given fields, ascending; nil: of all. Others are missing.
func (k *Kept) Add(batch []Column, fields []int, first int, numbers []int) {
	k.Numbers = append(k.Numbers, numbers...)
	next := 0
	for j := range k.columns {
		var c Column
		if fields == nil || next < len(fields) && fields[next] == j {
			c = batch[next]
			next++
		}
		for _, number := range numbers {
			k.columns[j].add(c, number-first)
		}
	}
}

// add adds row i of c, which may be nil.
func (k *keptColumn) add(c Column, i int) {
	switch {
	case k.kind.Float() && c == nil:
		k.floats = append(k.floats, math.NaN())
	case k.kind.Float():
		k.floats = append(k.floats, c.Float(i))
	case c == nil || c.Missing(i):
		k.ints, k.gaps = append(k.ints, 0), append(k.gaps, true)
	default:
		v := [1]int64{}
		c.Ints(v[:], i, i+1)
		if k.kind == String {
			v[0] = int64(k.texts.encode(c.Dictionary()[v[0]]))
		}
		k.ints, k.gaps = append(k.ints, v[0]), append(k.gaps, false)
	}
}

// Table returns the rows as a table with these fields, which are those of NewKept with
// their dictionaries. The error names a text that a dictionary lacks.
func (k *Kept) Table(fields []Field) (*Table, error) {
	t := &Table{Rows: k.Len()}
	for j := range k.columns {
		c := &k.columns[j]
		if c.kind.Float() {
			t.Columns = append(t.Columns, &dense[float64]{field: fields[j], data: c.floats, stride: 1, n: k.Len()})
			continue
		}
		ints := c.ints
		if c.kind == String {
			var err error
			if ints, err = c.codes(&fields[j]); err != nil {
				return nil, err
			}
		}
		t.Columns = append(t.Columns, Live(fields[j], ints, c.gaps))
	}
	return t, nil
}

// codes returns the codes in the dictionary of f.
func (k *keptColumn) codes(f *Field) ([]int64, error) {
	own := make([]int64, len(k.texts.texts))
	for c := range own {
		own[c] = -1
	}
	for c, text := range f.Dictionary {
		if at, ok := k.texts.code[text]; ok {
			own[at] = int64(c)
		}
	}
	if at := slices.Index(own, -1); at >= 0 {
		return nil, fmt.Errorf("table: column %q holds %q, which its dictionary lacks", f.Name, k.texts.texts[at])
	}
	codes := make([]int64, len(k.ints))
	for i, c := range k.ints {
		if !k.gaps[i] {
			codes[i] = own[c]
		}
	}
	return codes, nil
}

// like returns a Kept without rows for the same columns.
func (k *Kept) like() *Kept {
	o := &Kept{columns: make([]keptColumn, len(k.columns))}
	for j := range k.columns {
		o.columns[j].name, o.columns[j].kind = k.columns[j].name, k.columns[j].kind
	}
	return o
}

// With returns the rows of k and o, which have the same columns. A row of both is there
// once.
func (k *Kept) With(o *Kept) *Kept {
	all := k.like()
	for a, b := 0, 0; a < k.Len() || b < o.Len(); {
		switch {
		case b == o.Len() || a < k.Len() && k.Numbers[a] < o.Numbers[b]:
			all.take(k, a)
			a++
		case a == k.Len() || o.Numbers[b] < k.Numbers[a]:
			all.take(o, b)
			b++
		default:
			b++
		}
	}
	return all
}

// Retain lets go of all rows but those with these numbers, ascending.
func (k *Kept) Retain(numbers []int) {
	less := k.like()
	for i, number := range k.Numbers {
		if _, found := slices.BinarySearch(numbers, number); found {
			less.take(k, i)
		}
	}
	*k = *less
}

// take adds row i of o.
func (k *Kept) take(o *Kept, i int) {
	k.Numbers = append(k.Numbers, o.Numbers[i])
	for j := range k.columns {
		to, from := &k.columns[j], &o.columns[j]
		if to.kind.Float() {
			to.floats = append(to.floats, from.floats[i])
			continue
		}
		v := from.ints[i]
		if to.kind == String && !from.gaps[i] {
			v = int64(to.texts.encode(from.texts.texts[v]))
		}
		to.ints, to.gaps = append(to.ints, v), append(to.gaps, from.gaps[i])
	}
}

// KeptColumn is a column of a Kept as it is stored; see Kept.State.
type KeptColumn struct {
	Name   string
	Type   Type
	Floats []float64 // of floats
	Ints   []int64   // of others
	Gaps   []bool    // of others
	Texts  []string  // of text: what Ints stand for
}

// KeptState is a Kept as it is stored.
type KeptState struct {
	Numbers []int
	Columns []KeptColumn
}

// State returns what k is, for storing.
func (k *Kept) State() *KeptState {
	s := &KeptState{Numbers: k.Numbers}
	for _, c := range k.columns {
		s.Columns = append(s.Columns, KeptColumn{c.name, c.kind, c.floats, c.ints, c.gaps, c.texts.texts})
	}
	return s
}

// KeptOf returns what State was taken of, or an error where the state is none.
func KeptOf(s *KeptState) (*Kept, error) {
	k, n := &Kept{Numbers: s.Numbers}, len(s.Numbers)
	for _, c := range s.Columns {
		to := keptColumn{name: c.Name, kind: c.Type, floats: c.Floats, ints: c.Ints, gaps: c.Gaps}
		for _, text := range c.Texts {
			to.texts.add(text)
		}
		float := c.Type.Float()
		fits := float && len(c.Floats) == n || !float && len(c.Ints) == n && len(c.Gaps) == n
		for i := 0; fits && c.Type == String && i < n; i++ {
			fits = c.Gaps[i] || c.Ints[i] >= 0 && c.Ints[i] < int64(len(c.Texts))
		}
		if !fits {
			return nil, fmt.Errorf("%w: kept rows of column %q", ErrCorrupt, c.Name)
		}
		k.columns = append(k.columns, to)
	}
	return k, nil
}
