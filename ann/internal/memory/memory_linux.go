package memory

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseHuge asks the system to back the huge pages that lie inside b as such.
// Where it cannot, nothing but speed is lost.
func adviseHuge(b []byte) {
	at := uintptr(unsafe.Pointer(&b[0]))
	skip := -at % hugeBytes
	if uintptr(len(b)) < skip+hugeBytes {
		return
	}
	whole := (uintptr(len(b)) - skip) &^ (hugeBytes - 1)
	_ = unix.Madvise(b[skip:skip+whole], unix.MADV_HUGEPAGE)
}

// Populate asks the system to map all pages of b, part of a file that is mapped, at
// once. Where it cannot, searches have it mapped page by page.
func Populate(b []byte) {
	if len(b) > 0 {
		_ = unix.Madvise(b, unix.MADV_POPULATE_READ)
	}
}
