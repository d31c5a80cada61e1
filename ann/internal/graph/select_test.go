package graph

import (
	"slices"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// plane returns a graph of points in the plane without links.
func plane(points ...[2]float32) *Graph {
	g := &Graph{Kernels: simd.For(simd.L2Squared), N: len(points), Stride: simd.Lanes}
	g.Rows = memory.Floats(g.N * g.Stride)
	for i, p := range points {
		copy(g.Row(uint32(i)), p[:])
	}
	return g
}

func TestChoose(t *testing.T) {
	// Row 0 is the origin; 1 and 2 lie behind each other, 3 on the other side, 4
	// aside and far.
	g := plane([2]float32{0, 0}, [2]float32{1, 0}, [2]float32{2, 0}, [2]float32{-1.5, 0}, [2]float32{0, 9})
	tests := []struct {
		name  string
		slack float32
		limit int
		want  []uint32
	}{
		{"nearest of each direction", 1, 4, []uint32{1, 3, 4}}, // 2 is nearer to 1 than to 0
		{"limit", 1, 2, []uint32{1, 3}},
		{"slack keeps more", 4, 4, []uint32{1, 3, 2, 4}}, // 4·|1-2|² is not below |0-2|²
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := selector{g: g, slack: tt.slack}
			candidates := slices.Clone(s.measure(nil, 0, []uint32{4, 3, 2, 1}))
			if got := s.choose(candidates, tt.limit); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestIncoming(t *testing.T) {
	l := &Layer{Size: 3, Degree: 4, Links: make([]uint32, 3*4)}
	setList(l.list(0), []uint32{1, 2})
	setList(l.list(1), []uint32{2})
	setList(l.list(2), []uint32{0})
	starts, sources := incoming(l)
	if want := []uint64{0, 1, 2, 4}; !slices.Equal(starts, want) {
		t.Errorf("starts: got %v, want %v", starts, want)
	}
	if want := []uint32{2, 0, 0, 1}; !slices.Equal(sources, want) {
		t.Errorf("sources: got %v, want %v", sources, want)
	}
}

// TestAccumulateBeyond32Bits has the sums of more than 2³² links, which take 170
// million rows at M 16.
func TestAccumulateBeyond32Bits(t *testing.T) {
	counts := []uint64{0, 1 << 31, 1 << 31, 1 << 31, 5}
	accumulate(counts)
	if want := []uint64{0, 1 << 31, 1 << 32, 3 << 31, 3<<31 + 5}; !slices.Equal(counts, want) {
		t.Errorf("got %v, want %v", counts, want)
	}
}
