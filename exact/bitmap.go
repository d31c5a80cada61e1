package exact

import (
	"iter"
	"math/bits"
)

// Bitmap is a set of row ids: which rows a search may return, see
// SearchOptions.Allowed. It takes a bit for each id up to the highest. The zero value
// is empty. It may be used by any number of searches at once, but must not be changed
// while one uses it.
type Bitmap struct {
	words []uint64
	count int
}

// NewBitmap returns the set of the given ids.
func NewBitmap(ids ...uint32) *Bitmap {
	b := new(Bitmap)
	for _, id := range ids {
		b.Add(id)
	}
	return b
}

// Add puts id into b.
func (b *Bitmap) Add(id uint32) {
	if at := int(id / 64); at >= len(b.words) {
		b.words = append(b.words, make([]uint64, at+1-len(b.words))...)
	}
	if !b.Contains(id) {
		b.words[id/64] |= 1 << (id % 64)
		b.count++
	}
}

// Remove takes id out of b.
func (b *Bitmap) Remove(id uint32) {
	if b.Contains(id) {
		b.words[id/64] &^= 1 << (id % 64)
		b.count--
	}
}

// Contains tells whether id is in b.
func (b *Bitmap) Contains(id uint32) bool {
	at := int(id / 64)
	return at < len(b.words) && b.words[at]>>(id%64)&1 == 1
}

// Len returns the number of ids in b.
func (b *Bitmap) Len() int { return b.count }

// Words returns the bits of b, which must not be changed: id i is bit i mod 64 of word
// ⌊i/64⌋, and ids beyond the last word are not in b.
func (b *Bitmap) Words() []uint64 { return b.words }

// All returns an iterator over the ids in b, ascending.
func (b *Bitmap) All() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for at, word := range b.words {
			for ; word != 0; word &= word - 1 {
				if !yield(uint32(at*64 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// bitmapOf returns the set whose bits words are.
func bitmapOf(words []uint64) *Bitmap {
	b := &Bitmap{words: words}
	for _, word := range words {
		b.count += bits.OnesCount64(word)
	}
	return b
}
