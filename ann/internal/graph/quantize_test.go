package graph

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nngmix/nngmix/simd"
)

// wholes returns rows of whole numbers from 0 to 255, scaled and moved.
func wholes(n, dim int, scale, low float64, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 3))
	rows := make([]float32, n*dim)
	for i := range rows {
		rows[i] = float32(low + scale*float64(r.IntN(256)))
	}
	return rows
}

// graphOf returns a graph of padded rows of few columns.
func graphOf(rows []float32) *Graph {
	return &Graph{N: len(rows) / simd.Lanes, Stride: simd.Lanes, Rows: rows}
}

// padded returns rows with zeros behind their columns.
func padded(rows []float32, dim int) (wide []float32) {
	for ; len(rows) > 0; rows = rows[dim:] {
		wide = append(append(wide, rows[:dim]...), make([]float32, simd.Lanes-dim)...)
	}
	return wide
}

func TestNewQuantizer(t *testing.T) {
	tests := []struct {
		name     string
		rows     []float32
		step     float64 // 0: any
		lossless bool
	}{
		{"one row", []float32{3, 4}, 1, true},
		{"integers", []float32{3, 4, 5, 10}, 2, true},
		{"integers from 0 to 255", wholes(500, 2, 1, 0, 1), 1, true},
		{"pixels", wholes(500, 2, 1.0/255, 0, 2), 1.0 / 255, true},
		{"negative halves", wholes(500, 2, 0.5, -40, 3), 0.5, true},
		{"too many values", []float32{0, 0, 1, 0, 400, 0}, 400. / 255, false},
		{"reals", around(500, 2, 1), 0, false},
		{"nearly whole", []float32{0, 0, 1, 1, 2.00001, 0}, 0, false},
		{"steps as fine as float32", []float32{1 << 23, 0, 1<<23 + 1, 0}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows := padded(tt.rows, 2)
			z, err := newQuantizer(t.Context(), graphOf(rows), 3)
			if err != nil {
				t.Fatal(err)
			}
			if tt.step > 0 && math.Abs(z.Step/tt.step-1) > 1e-6 || z.Lossless != tt.lossless {
				t.Errorf("got step %v, lossless %v, want %v, %v", z.Step, z.Lossless, tt.step, tt.lossless)
			}
			codes := make([]uint8, z.stride())
			again := make([]float32, simd.Lanes)
			for i := 0; i < len(rows); i += simd.Lanes {
				row := rows[i : i+simd.Lanes]
				if outside := z.put(codes, row); outside > 1e-6 {
					t.Fatalf("row %d is %v outside", i/simd.Lanes, outside)
				}
				simd.DecodeU8(again, codes, z.low, z.Step)
				if tt.lossless && !slices.Equal(row, again) {
					t.Fatalf("row %v is decoded as %v", row, again)
				}
				for j, v := range row {
					if d := float64(again[j]) - float64(v); math.Abs(d) > z.Step*0.5001 {
						t.Fatalf("row %d, column %d: %v has code %d, %v away", i/simd.Lanes, j, v, codes[j], d)
					}
				}
			}
		})
	}
}

func TestQuantizerOutside(t *testing.T) {
	z, err := newQuantizer(t.Context(), graphOf(padded([]float32{0, 0, 255, 100}, 2)), 1)
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]uint8, z.stride())
	if outside := z.put(codes, padded([]float32{258, -4}, 2)); outside != 3*3+4*4 || codes[0] != 255 || codes[1] != 0 {
		t.Errorf("got %v, codes %v", outside, codes[:2])
	}
}

// TestCodeRanks compares the ranks of rows with those of a loop over codes.
func TestCodeRanks(t *testing.T) {
	const dim = 70
	g := withCodes(t, mustGraph(t, around(500, dim, 1), dim, smallGraph))
	ids := []uint32{7, 0, 300}
	for i, rank := range g.rank(make([]uint32, len(ids)), g.target(5), ids) {
		want := 0
		for j := range dim {
			d := int(g.Code(5)[j]) - int(g.Code(ids[i])[j])
			want += d * d
		}
		if int(rank) != want {
			t.Errorf("row %d: got %d, want %d", ids[i], rank, want)
		}
	}
}
