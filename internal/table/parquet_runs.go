package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// errValues is returned where the bytes of a page end before its values do.
var errValues = errors.New("its values end early")

// runs reads the hybrid of runs and bit-packed groups that levels, indices into
// dictionaries and booleans are stored in.
type runs struct {
	src   []byte
	width uint // bits of a value, at most 32
}

// next returns the next piece: n values of bits packed, or n times value.
func (r *runs) next() (n int, value uint32, packed []byte, err error) {
	head, used := binary.Uvarint(r.src)
	if used <= 0 || head>>1 > math.MaxInt32 {
		return 0, 0, nil, errValues
	}
	r.src = r.src[used:]
	n = int(head >> 1)
	if head&1 == 0 {
		size := int(r.width+7) / 8
		if size > len(r.src) {
			return 0, 0, nil, errValues
		}
		for i, b := range r.src[:size] {
			value |= uint32(b) << (8 * i)
		}
		r.src = r.src[size:]
		return n, value, nil, nil
	}
	// Some writers leave out the unused end of the last group.
	size := min(uint64(n)*uint64(r.width), uint64(len(r.src)))
	packed, r.src = r.src[:size], r.src[size:]
	return int(min(8*size/max(uint64(r.width), 1), 8*uint64(n), math.MaxInt32)), 0, packed, nil
}

// indices decodes len(dst) values.
func (r *runs) indices(dst []uint32) error {
	if r.width > 32 {
		return fmt.Errorf("indices of %d bits", r.width)
	}
	if r.width == 0 {
		clear(dst)
		return nil
	}
	for len(dst) > 0 {
		n, value, packed, err := r.next()
		if err != nil {
			return err
		}
		piece := dst[:min(n, len(dst))]
		if packed != nil {
			unpackBits(piece, packed, r.width)
		} else {
			for i := range piece {
				piece[i] = value
			}
		}
		dst = dst[len(piece):]
	}
	return nil
}

// levels decodes len(dst) values of one bit and returns how many are 1. All
// being so, dst may be left as it is.
func (r *runs) levels(dst []uint8) (ones int, err error) {
	for at := 0; at < len(dst); {
		n, value, packed, err := r.next()
		if err != nil {
			return 0, err
		}
		if value == math.MaxUint8 {
			value = 1 // parquet-go writes runs of true so
		}
		if value > 1 {
			return 0, fmt.Errorf("level %d where 1 is the highest", value)
		}
		piece := dst[at:min(at+n, len(dst))]
		at += len(piece)
		if packed != nil {
			ones += unpackFlags(piece, packed)
			continue
		}
		ones += len(piece) * int(value)
		if len(piece) < len(dst) || value == 0 {
			fillBytes(piece, uint8(value))
		}
	}
	return ones, nil
}

func fillBytes(dst []uint8, value uint8) {
	for i := range dst {
		dst[i] = value
	}
}

// unpackFlags spreads bits, the lowest first, and returns how many are 1.
func unpackFlags(dst []uint8, packed []byte) (ones int) {
	for i := range dst {
		dst[i] = packed[i>>3] >> (i & 7) & 1
		ones += int(dst[i])
	}
	return ones
}

// unpackBits unpacks values of width bits, 1 to 64, the lowest bits first. Bytes
// that are not there count as 0.
func unpackBits[W word](dst []W, packed []byte, width uint) {
	mask := ^uint64(0) >> (64 - width)
	i := 0
	if width <= 57 {
		// A value lies within the 8 bytes from the one that it begins in.
		whole := 0
		if len(packed) >= 8 {
			whole = min(len(dst), (8*(len(packed)-8)+7)/int(width)+1)
		}
		for bit := uint(0); i < whole; i++ {
			dst[i] = W(binary.LittleEndian.Uint64(packed[bit>>3:]) >> (bit & 7) & mask)
			bit += width
		}
	}
	for ; i < len(dst); i++ {
		var v uint64
		for at, got := uint(i)*width, uint(0); got < width; {
			if at>>3 < uint(len(packed)) {
				v |= uint64(packed[at>>3]) >> (at & 7) << got
			}
			step := 8 - at&7
			at, got = at+step, got+step
		}
		dst[i] = W(v & mask)
	}
}
