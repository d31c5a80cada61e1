package dataset

import "math/bits"

// rowSet is a set of row numbers, a bit for each row of a table; nil is empty.
type rowSet []uint64

func newRowSet(rows int) rowSet { return make(rowSet, (rows+63)/64) }

func (s rowSet) has(i int) bool { return s != nil && s[i>>6]>>(i&63)&1 == 1 }

// add is safe for concurrent use where no two calls are for the same 64 rows.
func (s rowSet) add(i int) { s[i>>6] |= 1 << (i & 63) }

func (s rowSet) count() (n int) {
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}

// between counts the members from ≤ i < to.
func (s rowSet) between(from, to int) (n int) {
	if s == nil {
		return 0
	}
	for i := from; i < to; {
		if i&63 == 0 && i+64 <= to {
			n += bits.OnesCount64(s[i>>6])
			i += 64
			continue
		}
		if s.has(i) {
			n++
		}
		i++
	}
	return n
}
