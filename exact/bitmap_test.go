package exact

import (
	"slices"
	"testing"
)

func TestBitmap(t *testing.T) {
	b := NewBitmap(3, 700, 3, 64)
	b.Remove(64)
	b.Remove(65)
	b.Remove(1 << 30)
	if ids := slices.Collect(b.All()); b.Len() != 2 || !slices.Equal(ids, []uint32{3, 700}) || b.Contains(64) || b.Contains(1<<32-1) {
		t.Errorf("got %v, %d ids", ids, b.Len())
	}
	for range b.All() {
		break // a loop that ends early must not panic
	}
}
