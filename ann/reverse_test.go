package ann

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// TestAccumulateBeyond32Bits has the sums of more than 2³² links, which take 170
// million rows at M 16.
func TestAccumulateBeyond32Bits(t *testing.T) {
	counts := []uint64{0, 1 << 31, 1 << 31, 1 << 31, 5}
	accumulate(counts)
	if want := []uint64{0, 1 << 31, 1 << 32, 3 << 31, 3<<31 + 5}; !slices.Equal(counts, want) {
		t.Errorf("got %v, want %v", counts, want)
	}
}

// TestLimitsBeforeTheWork asks for what an index cannot hold.
func TestLimitsBeforeTheWork(t *testing.T) {
	if _, err := Build(t.Context(), make([]float32, maxColumns+1), maxColumns+1, DefaultOptions()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d columns, more than a file can hold: got %v", maxColumns+1, err)
	}
	x := &segment{graph: graph{n: maxNodes, stride: math.MaxInt32}}
	if err := x.checkSize(16, 32); !errors.Is(err, ErrTooLarge) {
		t.Errorf("more bytes than there are addresses: got %v", err)
	}
}
