//go:build race

package simd

import (
	"runtime"
	"unsafe"
)

// raceRead tells the race detector that s is read. It does not see what assembly
// touches, so kernels tell it.
func raceRead[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceReadRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}

// raceWrite tells the race detector that s is written.
func raceWrite[T any](s []T) {
	if len(s) > 0 {
		runtime.RaceWriteRange(unsafe.Pointer(&s[0]), len(s)*int(unsafe.Sizeof(s[0])))
	}
}

// raceRows is raceRead for n rows of dim values that start stride apart, or for
// those that ids names.
func raceRows[T any](rows []T, dim, stride, n int, ids []uint32) {
	raceRead(ids)
	for i := range n {
		if ids != nil {
			i = int(ids[i])
		}
		raceRead(rows[i*stride:][:dim])
	}
}
