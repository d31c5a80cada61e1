package tableindex

import (
	"math/bits"
	"sort"
)

// RowNumbers tell which row of the table each id of an index is: ids count the rows
// that are in the index.
type RowNumbers struct {
	gaps   []byte // as in Schema; nil: all rows are in the index
	before []int  // how many ids are before each blockBytes of gaps
}

// blockBytes of gaps are counted together.
const blockBytes = 64

// RowNumbers returns the row numbers of the ids of the index.
func (m *Schema) RowNumbers() *RowNumbers {
	r := &RowNumbers{gaps: m.Gaps}
	ids := 0
	for from := 0; from < len(m.Gaps); from += blockBytes {
		r.before = append(r.before, ids)
		ids += used(m.Gaps[from:min(from+blockBytes, len(m.Gaps))])
	}
	return r
}

// used counts the rows that are no gaps.
func used(gaps []byte) int {
	n := 8 * len(gaps)
	for _, b := range gaps {
		n -= bits.OnesCount8(b)
	}
	return n
}

// Of returns the row with that id.
func (r *RowNumbers) Of(id uint32) int {
	if r.gaps == nil {
		return int(id)
	}
	block := sort.SearchInts(r.before, int(id)+1) - 1
	left, at := int(id)-r.before[block], block*blockBytes
	for n := used(r.gaps[at : at+1]); left >= n; n = used(r.gaps[at : at+1]) {
		left, at = left-n, at+1
	}
	rows := ^r.gaps[at]
	for ; left > 0; left-- {
		rows &= rows - 1
	}
	return 8*at + bits.TrailingZeros8(rows)
}

// ID returns the id of a row of the table; ok is not set where it is a gap.
func (r *RowNumbers) ID(row int) (id uint32, ok bool) {
	if r.gaps == nil {
		return uint32(row), true
	}
	at := row / 8
	block := at / blockBytes
	below := byte(1)<<(row%8) - 1
	id = uint32(r.before[block] + used(r.gaps[block*blockBytes:at]) + bits.OnesCount8(^r.gaps[at]&below))
	return id, r.gaps[at]>>(row%8)&1 == 0
}
