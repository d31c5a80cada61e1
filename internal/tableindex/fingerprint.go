package tableindex

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/zeebo/xxh3"
)

// fingerprints returns a hash of all values of each column, 128 bits in hex.
// Equal numbers give equal hashes whatever type they are stored in, equal texts
// whatever their codes; missing values are equal to each other. Time is
// compared by its counts.
func fingerprints(list []table.Column, rows int) []string {
	chunks := (rows + columns.ChunkRows - 1) / columns.ChunkRows
	sums := make([][]byte, len(list)) // of each column: the hashes of its chunks
	readers := make([]*hashed, len(list))
	for j, c := range list {
		sums[j] = make([]byte, 8*chunks)
		readers[j] = newHashed(c)
	}
	threads := parallel.Threads(0)
	hashers := make([]hasher, threads)
	// The work cannot fail and is done in the time of a breath.
	_ = parallel.Do(context.Background(), threads, chunks, func(worker, chunk int) error {
		from, to := chunk*columns.ChunkRows, min((chunk+1)*columns.ChunkRows, rows)
		for j, x := range readers {
			binary.LittleEndian.PutUint64(sums[j][8*chunk:], hashers[worker].sum(x, from, to))
		}
		return nil
	})
	texts := make([]string, len(list))
	for j, s := range sums {
		h := xxh3.Hash128(s)
		texts[j] = fmt.Sprintf("%016x%016x", h.Hi, h.Lo)
	}
	return texts
}

// hasher is the working memory of one goroutine of fingerprints.
type hasher struct {
	columns.Chunk
	text []byte
}

// sum returns the hash of the rows from ≤ i < to of x. Eight bytes stand for
// each row: the float64 that is the value, or the hash of a text. A number that
// no float64 is leaves NaN there, and follows behind all rows with its row and
// kind.
func (h *hasher) sum(x *hashed, from, to int) uint64 {
	x.Load(&h.Chunk, from, to)
	h.text = h.text[:0]
	n := to - from
	for i, b := range h.Bits[:n] {
		bits := math.Float64bits(math.NaN()) // of one pattern, for every missing value
		if !h.Gaps[i] {
			if v, ok := x.asFloat(b); ok {
				bits = v
			}
		}
		h.text = binary.LittleEndian.AppendUint64(h.text, bits)
	}
	for i, b := range h.Bits[:n] {
		if h.Gaps[i] {
			continue
		}
		if _, ok := x.asFloat(b); !ok {
			v, kind := x.canonical(b)
			h.text = binary.LittleEndian.AppendUint32(h.text, uint32(i))
			h.text = binary.LittleEndian.AppendUint64(append(h.text, kind), v)
		}
	}
	return xxh3.Hash(h.text)
}

// hashed reads a column whose texts are hashed.
type hashed struct {
	*columns.Exact
	hashes []uint64 // of the texts, where it holds some
}

func newHashed(c table.Column) *hashed {
	x := &hashed{Exact: columns.ExactOf(c)}
	for _, text := range x.Desc.Dictionary {
		x.hashes = append(x.hashes, xxh3.HashString(text))
	}
	return x
}

// asFloat returns the bits of the float64 that is value b, or the hash of a
// text; ok is not set for numbers that no float64 is.
func (x *hashed) asFloat(b uint64) (bits uint64, ok bool) {
	switch {
	case x.Desc.Type.Float():
		return b, true
	case x.hashes != nil:
		return x.hashes[b], true
	}
	v, kind := x.canonical(b)
	const exact = 1 << 53
	switch whole := int64(v); {
	case kind == wholeNumber && whole >= -exact && whole <= exact:
		return math.Float64bits(float64(whole)), true
	case kind == wholeNumber:
		f := float64(whole)
		return math.Float64bits(f), f < 0x1p63 && int64(f) == whole
	case kind == largeNumber:
		f := float64(v)
		return math.Float64bits(f), f < 0x1p64 && uint64(f) == v
	case whole >= -exact && whole <= exact && kind <= 22: // a quotient of exact numbers is as a decimal literal is read
		return math.Float64bits(float64(whole) / math.Pow10(int(kind))), true
	}
	return 0, false
}

// Kinds of numbers; what is below them is a count of that many decimal places.
const (
	wholeNumber = 0
	largeNumber = 255 // a uint64 of 2^63 or more
)

// canonical returns the one form of the number with bits b of a column that
// holds none in floating point: decimals without zeros at their end.
func (x *hashed) canonical(b uint64) (v uint64, kind byte) {
	switch {
	case x.Desc.Type == table.Uint64 && b >= 1<<63:
		return b, largeNumber
	case x.Desc.Type != table.Decimal:
		return b, wholeNumber
	}
	count, places := int64(b), x.Desc.Places
	for places > 0 && count%10 == 0 {
		count, places = count/10, places-1
	}
	return uint64(count), byte(places)
}
