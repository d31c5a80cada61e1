package ann

import "math/bits"

// rowSet is a set of positions of rows, such as of those that were deleted. It does
// not change: edit makes changed copies, which share with it all chunks and blocks
// but those that differ: a copy with one more of ten million rows takes 2 kB. The
// zero value is empty.
type rowSet struct {
	blocks []*block // nil is empty
	count  int
}

// block is a bitmap in chunks, and chunk is a bitmap; nil is empty.
type (
	block [64]*chunk
	chunk [64]uint64
)

const (
	rowsOfChunk = 64 * 64
	rowsOfBlock = 64 * rowsOfChunk
)

func (s *rowSet) empty() bool { return s.count == 0 }

// has tells whether the row at position i is in s.
func (s *rowSet) has(i uint32) bool {
	if s.count == 0 {
		return false
	}
	c := s.chunk(int(i / rowsOfChunk))
	return c != nil && c[i/64%64]>>(i%64)&1 == 1
}

// chunk returns chunk i of all blocks.
func (s *rowSet) chunk(i int) *chunk {
	if b := s.blocks[i/64]; b != nil {
		return b[i%64]
	}
	return nil
}

// rowSetOf returns the set of which words is the bitmap, which it refers to.
func rowSetOf(words []uint64) rowSet {
	e := rowSet{}.edit(64 * len(words))
	for i := 0; len(words) > 0; i++ {
		c, n := new(chunk), 0
		if len(words) >= len(c) {
			c = (*chunk)(words)
		} else {
			copy(c[:], words)
		}
		words = words[min(len(c), len(words)):]
		for _, word := range c {
			n += bits.OnesCount64(word)
		}
		if n > 0 {
			e.own(i / 64)[i%64] = c
			e.count += n
		}
	}
	return e.rowSet
}

// bitmap returns s as a bitmap of n rows, or nil where it is empty.
func (s *rowSet) bitmap(n int) []uint64 {
	if s.empty() {
		return nil
	}
	words := make([]uint64, (n+63)/64)
	for i := 0; i*64 < len(words); i++ {
		if c := s.chunk(i); c != nil {
			copy(words[i*64:], c[:])
		}
	}
	return words
}

// missing returns the positions in s that are not in t, ascending.
func (s *rowSet) missing(t *rowSet) (rows []uint32) {
	for i := range 64 * len(s.blocks) {
		var other *chunk
		if len(t.blocks) > 0 {
			other = t.chunk(i)
		}
		c := s.chunk(i)
		if c == nil || c == other {
			continue
		}
		for w, word := range c {
			if other != nil {
				word &^= other[w]
			}
			for ; word != 0; word &= word - 1 {
				rows = append(rows, uint32(i*rowsOfChunk+w*64+bits.TrailingZeros64(word)))
			}
		}
	}
	return rows
}

// rowSetEdit makes a changed copy of a set of positions below n.
type rowSetEdit struct {
	rowSet
	n      int
	blocks []bool   // blocks that no other set shares
	chunks []uint64 // and the bits of their chunks that none does
}

func (s rowSet) edit(n int) *rowSetEdit { return &rowSetEdit{rowSet: s, n: n} }

// own returns a block that only this set has.
func (e *rowSetEdit) own(i int) *block {
	if e.blocks == nil {
		count := (e.n + rowsOfBlock - 1) / rowsOfBlock
		e.rowSet.blocks = append(make([]*block, 0, count), e.rowSet.blocks...)[:count]
		e.blocks, e.chunks = make([]bool, count), make([]uint64, count)
	}
	if !e.blocks[i] {
		b := new(block)
		if shared := e.rowSet.blocks[i]; shared != nil {
			*b = *shared
		}
		e.rowSet.blocks[i], e.blocks[i] = b, true
	}
	return e.rowSet.blocks[i]
}

// add puts the row at position i, which is not in the set, there.
func (e *rowSetEdit) add(i uint32) {
	at, in := int(i/rowsOfBlock), i/rowsOfChunk%64
	b := e.own(at)
	if e.chunks[at]>>in&1 == 0 {
		c := new(chunk)
		if shared := b[in]; shared != nil {
			*c = *shared
		}
		b[in] = c
		e.chunks[at] |= 1 << in
	}
	b[in][i/64%64] |= 1 << (i % 64)
	e.count++
}
