package ann

import "math/bits"

// bitset is a set of small numbers; nil is empty.
type bitset []uint64

func (b bitset) has(i uint32) bool { return b != nil && b[i/64]>>(i%64)&1 == 1 }

// with returns b, for numbers below n, and i. It writes to a copy unless owned.
func (b bitset) with(i uint32, n int, owned bool) bitset {
	if b == nil {
		b = make(bitset, (n+63)/64)
	} else if !owned {
		b = append(bitset(nil), b...)
	}
	b[i/64] |= 1 << (i % 64)
	return b
}

// count returns how many numbers b holds.
func (b bitset) count() (n int) {
	for _, word := range b {
		n += bits.OnesCount64(word)
	}
	return n
}
