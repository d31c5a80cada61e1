package simd

import "testing"

// TestChecks: arguments that do not fit panic before anything is written.
func TestChecks(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	dst, tile, scan := f(3), new(TileHit), new(ScanHit)
	untouched := float32(42)
	for i := range dst {
		dst[i] = untouched
	}
	tile.Dist[0][0], scan.Dist[0] = untouched, untouched
	bound := new([TileQueries]float32)
	for _, c := range []struct {
		name string
		run  func(k *Kernels)
	}{
		{"Pair of different lengths", func(k *Kernels) { k.Pair(f(3), f(4)) }},
		{"Rows: too few values", func(k *Kernels) { k.Rows(dst, f(4), f(2*5+3), 5) }},
		{"Rows: empty query", func(k *Kernels) { k.Rows(dst, nil, f(10), 5) }},
		{"Rows: stride below the query", func(k *Kernels) { k.Rows(dst, f(4), f(30), 3) }},
		{"Gather: dst too short", func(k *Kernels) { k.Gather(dst, f(4), f(30), 5, make([]uint32, 4)) }},
		{"Gather: no row", func(k *Kernels) { k.Gather(dst, f(4), f(3), 5, make([]uint32, 1)) }},
		{"Gather: stride below the query", func(k *Kernels) { k.Gather(dst, f(4), f(30), 3, make([]uint32, 1)) }},
		{"Tile: half a block", func(k *Kernels) { k.Tile(f(12), f(3*64-1), 2, 1, bound, tile) }},
		{"Tile: query too short", func(k *Kernels) { k.Tile(f(11), f(3*64), 3, 0, bound, tile) }},
		{"Scan: query too short", func(k *Kernels) { k.Scan(f(2), f(3*64), 2, 1, 1, scan) }},
		{"Scan: no columns", func(k *Kernels) { k.Scan(nil, nil, 0, 0, 1, scan) }},
		{"Scan: negative columns", func(k *Kernels) { k.Scan(f(3), f(64), 3, -2, 1, scan) }},
		{"PackBlocks: dst too short", func(*Kernels) { PackBlocks(dst, f(64*4), 4, 4, 64) }},
		{"PackBlocks: rows too short", func(*Kernels) { PackBlocks(f(64*4), f(64*4-1), 4, 4, 64) }},
		{"PackQueries: no query", func(*Kernels) { PackQueries(dst, f(4), 4, 4, 0) }},
		{"PackQueries: queries too short", func(*Kernels) { PackQueries(f(16), f(7), 4, 4, 2) }},
		{"ColumnRange: rows too short", func(*Kernels) { ColumnRange(dst[:2], dst[:2], f(3), 2, 2) }},
		{"ColumnRange: another length of hi", func(*Kernels) { ColumnRange(dst[:2], dst[:1], f(4), 2, 2) }},
		{"PackQueries: dst too short", func(*Kernels) { PackQueries(dst, f(4), 4, 4, 1) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			mustPanic(t, func() { c.run(For(L2Squared)) })
			for _, v := range append(dst, tile.Dist[0][0], scan.Dist[0]) {
				if v != untouched {
					t.Fatal("written before the panic")
				}
			}
		})
	}
}

// TestEmpty: nothing to do is no error.
func TestEmpty(t *testing.T) {
	k := For(L2Squared)
	k.Rows(nil, []float32{1}, nil, 1)
	k.Gather(nil, []float32{1}, nil, 1, nil)
	if b := k.Scan([]float32{1}, nil, 1, 0, 1, new(ScanHit)); b != 0 {
		t.Errorf("Scan of no blocks: got %d, want 0", b)
	}
	if b := k.Tile(make([]float32, 4), nil, 1, 0, new([TileQueries]float32), new(TileHit)); b != 0 {
		t.Errorf("Tile of no blocks: got %d, want 0", b)
	}
}
