package ann

import "unsafe"

const (
	lineBytes = 64      // a cache line; rows and link lists start at one
	hugeBytes = 2 << 20 // a huge page on amd64 and on most arm64
)

// alignedFloats returns n zeros that start at a cache line. Large slices ask for
// huge pages, which make random reads of rows up to a third faster.
func alignedFloats(n int) []float32 {
	b := aligned(n * 4)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), n)
}

// alignedUint32s is alignedFloats for links.
func alignedUint32s(n int) []uint32 {
	b := aligned(n * 4)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*uint32)(unsafe.Pointer(&b[0])), n)
}

func aligned(size int) []byte {
	if size == 0 {
		return nil
	}
	// uint64 elements: memory without pointers, which the collector never scans.
	words := make([]uint64, (size+lineBytes+7)/8)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)
	skip := -uintptr(unsafe.Pointer(&b[0])) % lineBytes
	b = b[skip:][:size:size]
	if size >= hugeBytes {
		adviseHuge(b)
	}
	return b
}
