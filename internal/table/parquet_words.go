package table

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/parquet-go/parquet-go/format"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// word is a value of fixed width as a page stores it: INT32 and FLOAT, INT64 and
// DOUBLE by their bits.
type word interface{ uint32 | uint64 }

// plainDictionary is what old files call an index into a dictionary, and the
// encoding of the dictionary itself.
const plainDictionary format.Encoding = 2

func widthOf[W word]() int { return int(unsafe.Sizeof(*new(W))) }

// wordsIn returns the memory of data, whose values have the width of W.
func wordsIn[W word, T npy.Value](data []T) []W {
	return unsafe.Slice((*W)(unsafe.Pointer(unsafe.SliceData(data))), len(data))
}

// decodeWords fills dst from what is left of a page.
func decodeWords[W word](dst []W, encoding format.Encoding, src []byte) error {
	switch encoding {
	case format.Plain:
		return plainWords(dst, src)
	case format.DeltaBinaryPacked:
		_, err := deltaWords(dst, src)
		return err
	case format.ByteStreamSplit:
		return splitWords(dst, src)
	default:
		return errEncoding(encoding)
	}
}

func errEncoding(e format.Encoding) error {
	return fmt.Errorf("%w: encoding %d (%s), which is not known for its type", ErrUnsupported, int32(e), e)
}

func plainWords[W word](dst []W, src []byte) error {
	size := widthOf[W]()
	if len(src)/size < len(dst) {
		return errValues
	}
	if !npy.HostBigEndian {
		copy(npy.Bytes(dst), src)
		return nil
	}
	for i := range dst {
		dst[i] = W(littleEndian(src[i*size:][:size]))
	}
	return nil
}

func littleEndian(b []byte) (v uint64) {
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	return v
}

// splitWords reads BYTE_STREAM_SPLIT: the lowest bytes of all values, then the
// next ones, and so on.
func splitWords[W word](dst []W, src []byte) error {
	size := widthOf[W]()
	n := len(src) / size
	if n < len(dst) {
		return errValues
	}
	clear(dst)
	for k := range size {
		stream := src[k*n:][:len(dst)]
		for i, b := range stream {
			dst[i] |= W(b) << (8 * k)
		}
	}
	return nil
}

// deltaWords reads DELTA_BINARY_PACKED and returns the bytes behind it. Blocks
// give a least difference and miniblocks of what the differences are above it.
func deltaWords[W word](dst []W, src []byte) ([]byte, error) {
	var head [4]uint64 // values of a block, its miniblocks, values in all, the first one
	for i := range head {
		v, n := binary.Uvarint(src)
		if n <= 0 {
			return nil, errValues
		}
		head[i], src = v, src[n:]
	}
	block, minis, total := head[0], head[1], head[2]
	if block == 0 || block > 1<<31 || minis == 0 || minis > block/8 || block%minis != 0 || block/minis%8 != 0 {
		return nil, fmt.Errorf("blocks of %d differences in %d parts", block, minis)
	}
	if total < uint64(len(dst)) {
		return nil, errValues
	}
	if len(dst) == 0 {
		return src, nil
	}
	last := unzigzag(head[3])
	dst[0] = W(last)
	var err error
	for dst = dst[1:]; len(dst) > 0; {
		n := int(min(block, uint64(len(dst))))
		if src, last, err = deltaBlock(dst[:n], src, int(minis), int(block/minis), last); err != nil {
			return nil, err
		}
		dst = dst[n:]
	}
	return src, nil
}

func unzigzag(u uint64) uint64 { return u>>1 ^ -(u & 1) }

// deltaBlock reads one block; size is that of a miniblock, last the value before
// it, and that of dst is returned.
func deltaBlock[W word](dst []W, src []byte, minis, size int, last uint64) ([]byte, uint64, error) {
	least, n := binary.Uvarint(src)
	if n <= 0 || len(src)-n < minis {
		return nil, 0, errValues
	}
	least = unzigzag(least)
	widths, src := src[n:][:minis], src[n+minis:]
	for _, width := range widths {
		if len(dst) == 0 {
			break
		}
		part := dst[:min(size, len(dst))]
		dst = dst[len(part):]
		bytes := min(uint64(size/8)*uint64(width), uint64(len(src)))
		if width > 64 || 8*bytes < uint64(len(part))*uint64(width) {
			return nil, 0, errValues
		}
		clear(part)
		if width > 0 {
			unpackBits(part, src[:bytes], uint(width))
		}
		for i, d := range part {
			last += least + uint64(d)
			part[i] = W(last)
		}
		src = src[bytes:]
	}
	return src, last, nil
}
