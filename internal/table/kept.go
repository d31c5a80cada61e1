package table

import (
	"math"
	"slices"
)

// Kept is some rows of a stream, kept in memory with their numbers. It is not safe for
// concurrent use.
type Kept struct {
	Numbers []int // of the rows, ascending
	columns []keptColumn
}

// keptColumn are values of the field's type, widened.
type keptColumn struct {
	field  Field
	floats []float64 // of a float field
	ints   []int64   // of others, as Column.Ints gives them
	gaps   []bool    // of others
}

// NewKept returns a Kept without rows for columns of these fields.
func NewKept(fields []Field) *Kept {
	k := &Kept{columns: make([]keptColumn, len(fields))}
	for j, f := range fields {
		k.columns[j].field = f
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
		k.columns[j].add(c, first, numbers)
	}
}

// add adds rows of c, which may be nil.
func (k *keptColumn) add(c Column, first int, numbers []int) {
	for _, number := range numbers {
		i, float, whole, gap := number-first, math.NaN(), [1]int64{}, true
		switch {
		case c == nil:
		case k.field.Type.Float():
			float = c.Float(i)
		default:
			c.Ints(whole[:], i, i+1)
			gap = c.Missing(i)
		}
		if k.field.Type.Float() {
			k.floats = append(k.floats, float)
		} else {
			k.ints, k.gaps = append(k.ints, whole[0]), append(k.gaps, gap)
		}
	}
}

// Table returns the rows as a table, which sees nothing of rows added later.
func (k *Kept) Table() *Table {
	t := &Table{Rows: k.Len()}
	for j := range k.columns {
		c := &k.columns[j]
		if c.field.Type.Float() {
			t.Columns = append(t.Columns, &dense[float64]{field: c.field, data: c.floats, stride: 1, n: k.Len()})
		} else {
			t.Columns = append(t.Columns, Live(c.field, c.ints, c.gaps))
		}
	}
	return t
}

// With returns the rows of k and o, which have the same fields. A row of both is there
// once.
func (k *Kept) With(o *Kept) *Kept {
	all := &Kept{columns: make([]keptColumn, len(k.columns))}
	for j := range k.columns {
		all.columns[j].field = k.columns[j].field
	}
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
	less := &Kept{columns: make([]keptColumn, len(k.columns))}
	for j := range k.columns {
		less.columns[j].field = k.columns[j].field
	}
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
		if to.field.Type.Float() {
			to.floats = append(to.floats, from.floats[i])
		} else {
			to.ints, to.gaps = append(to.ints, from.ints[i]), append(to.gaps, from.gaps[i])
		}
	}
}
