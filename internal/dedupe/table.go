package dedupe

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"unsafe"
)

// table is rows of dim columns, row-major.
type table struct {
	rows []float32
	dim  int
}

// keys are drawn anew by each process: who makes a table cannot make rows of one
// hash.
var keys = [2]uint64{rand.Uint64(), rand.Uint64()}

// hash returns a 64-bit hash of row i. Equal rows have equal hashes.
//
// It mixes 16 bytes at a time through a 128-bit product, as wyhash does. No
// result depends on its values, only speed.
func (t table) hash(i int) uint64 {
	h, negative := mix(t.bytes(i))
	if negative {
		return t.hashCanonical(t.row(i))
	}
	return h
}

func (t table) row(i int) []float32 { return t.rows[i*t.dim:][:t.dim] }

// bytes returns the bytes of row i.
func (t table) bytes(i int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&t.rows[i*t.dim])), t.dim*4)
}

// mix returns the hash of a row and tells whether a column may be -0.
func mix(b []byte) (h uint64, negativeZero bool) {
	var zeros uint64
	key0, key1 := keys[0], keys[1]
	h = key0
	for ; len(b) >= 16; b = b[16:] {
		v, w := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		zeros |= negativeZeros(v) | negativeZeros(w)
		h = fold(v^key1, w^h)
	}
	var v, w uint64
	if len(b) >= 8 {
		v, b = binary.LittleEndian.Uint64(b), b[8:]
	}
	if len(b) >= 4 {
		w = uint64(binary.LittleEndian.Uint32(b))
	}
	zeros |= negativeZeros(v) | negativeZeros(w)
	h = fold(v^key1, w^h)
	return fold(h^key0, key1), zeros != 0
}

// fold returns the halves of the product of v and w, combined, and with v and w:
// where one of these is 0, the other one is not lost.
func fold(v, w uint64) uint64 {
	hi, lo := bits.Mul64(v, w)
	return hi ^ lo ^ v ^ w
}

// negativeZeros is not 0 if half of w is the float32 -0 (Warren, Hacker's
// Delight, 6-1: a zero in a word).
func negativeZeros(w uint64) uint64 {
	const ones, signs = 1<<32 | 1, 1<<63 | 1<<31
	w ^= signs
	return (w - ones) &^ w & signs
}

// hashCanonical returns the hash of row with 0 for each -0.
func (t table) hashCanonical(row []float32) uint64 {
	canonical := make([]byte, 0, 256)
	for _, x := range row {
		if x == 0 {
			x = 0
		}
		canonical = binary.NativeEndian.AppendUint32(canonical, math.Float32bits(x))
	}
	h, _ := mix(canonical)
	return h
}

// equal tells whether rows i and j are equal, mostly by their bits.
func (t table) equal(i, j int) bool {
	return bytes.Equal(t.bytes(i), t.bytes(j)) || slices.Equal(t.row(i), t.row(j))
}
