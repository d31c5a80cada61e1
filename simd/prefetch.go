package simd

import "unsafe"

// prefetchBody asks for the first bytes of n rows that start stride bytes apart.
type prefetchBody func(rows *byte, stride, bytes int, ids *uint32, n int)

// prefetchTable holds the body of every level this CPU and build can run; nil does
// nothing.
var prefetchTable = func() (t [levels]prefetchBody) {
	for _, l := range Supported() {
		t[l] = prefetchBodyOf(l)
	}
	return t
}()

// PrefetchRows asks the CPU to bring the rows ids of rows, which start stride values
// apart, into its caches. It changes nothing but the time that the next use of these
// rows takes, if that is not at once. Every id must be a row of rows; that is not
// checked here.
func PrefetchRows[T float32 | uint8](rows []T, stride int, ids []uint32) {
	body := prefetchTable[active]
	if len(ids) == 0 || len(rows) == 0 || body == nil {
		return
	}
	size := stride * int(unsafe.Sizeof(rows[0]))
	body((*byte)(unsafe.Pointer(&rows[0])), size, size, &ids[0], len(ids))
}

// Prefetch is PrefetchRows for a list.
func Prefetch(list []uint32) {
	body := prefetchTable[active]
	if len(list) == 0 || body == nil {
		return
	}
	body((*byte)(unsafe.Pointer(&list[0])), 0, 4*len(list), &noIDs[0], 1)
}

// noIDs is the row of a list that is the only one.
var noIDs [1]uint32
