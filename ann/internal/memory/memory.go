// Package memory makes slices that start at cache lines and lie on huge pages, and
// shows slices of numbers as bytes and back.
package memory

import "unsafe"

const (
	LineBytes = 64      // a cache line; rows and link lists start at one
	hugeBytes = 2 << 20 // a huge page on amd64 and on most arm64
)

// Floats returns n zeros that start at a cache line. Large slices ask for
// huge pages, which make random reads of rows up to a third faster.
func Floats(n int) []float32 {
	b := Bytes(n * 4)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), n)
}

// Uint32s is Floats for whole numbers, such as links.
func Uint32s(n int) []uint32 {
	b := Bytes(n * 4)
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*uint32)(unsafe.Pointer(&b[0])), n)
}

// Bytes is Floats for size bytes.
func Bytes(size int) []byte {
	if size == 0 {
		return nil
	}
	// uint64 elements: memory without pointers, which the collector never scans.
	words := make([]uint64, (size+LineBytes+7)/8)
	b := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), len(words)*8)
	skip := -uintptr(unsafe.Pointer(&b[0])) % LineBytes
	b = b[skip:][:size:size]
	if size >= hugeBytes {
		adviseHuge(b)
	}
	return b
}

// Aligned tells whether b, which is not empty, begins at a cache line.
func Aligned(b []byte) bool { return uintptr(unsafe.Pointer(&b[0]))%LineBytes == 0 }

// BytesOf returns the memory of s, which is how little-endian machines, the only
// ones that write and open files, have it in files.
func BytesOf[T uint32 | uint64 | float32](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}

// SliceOf is the inverse of BytesOf; b is aligned and holds whole numbers.
func SliceOf[T uint32 | uint64 | float32](b []byte) []T {
	if len(b) == 0 {
		return nil
	}
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(b)/int(unsafe.Sizeof(t)))
}

// Grow returns a slice of length n that reuses s where it is large enough.
func Grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
