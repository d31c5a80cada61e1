package simd

import "testing"

// TestPrefetch runs every body on rows of all lengths up to some lines, near the end
// of their memory too. A prefetch changes nothing that a test can see; that it may not
// crash, can.
func TestPrefetch(t *testing.T) {
	for _, l := range Supported() {
		body := prefetchTable[l]
		if body == nil {
			continue
		}
		for size := 1; size < 2100; size += 37 {
			rows, ids := make([]byte, 3*size), []uint32{2, 0, 1, 2}
			for n := 1; n <= len(ids); n++ {
				body(&rows[0], size, size, &ids[0], n)
			}
		}
	}
	Prefetch(nil)
	Prefetch([]uint32{7})
	PrefetchRows[float32](nil, 4, nil)
	PrefetchRows(make([]float32, 8), 4, []uint32{0, 1})
	PrefetchRows(make([]uint8, 8), 4, []uint32{1})
}
