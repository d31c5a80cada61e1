package simd

import (
	"math"
	"testing"
)

var inf = float32(math.Inf(1))

// TestTileAndScan compares every distance, hit and block index with the portable
// kernels, for bounds of every selectivity.
func TestTileAndScan(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, got, want *Kernels) {
		if got == want {
			t.Skip("TestTileOracle checks the portable kernels")
		}
		dims := []int{1, 2, 3, 4, 5, 10, 16, 33, 63, 64, 65, 130}
		if testing.Short() {
			dims = []int{1, 3, 10, 65}
		}
		for ki, kind := range kinds {
			for _, dim := range dims {
				for _, nominal := range []int{0, 1, dim / 2, dim} {
					f := newBlocks(kind, uint64(ki*10000+dim*2), dim, min(nominal, dim))
					for _, bound := range f.bounds(want) {
						f.checkScan(t, bound[0], got, want)
						f.checkTile(t, bound, got, want)
					}
				}
			}
		}
	})
}

// blocksFixture is four queries and some blocks, the last padded.
type blocksFixture struct {
	kind                  string
	dim, numeric, nominal int
	queries, packed       []float32
	blocks                []float32
}

func newBlocks(kind string, seed uint64, dim, nominal int) *blocksFixture {
	const n = 3*BlockRows - 5
	f := &blocksFixture{
		kind: kind, dim: dim, numeric: dim - nominal, nominal: nominal,
		queries: values(kind, seed, TileQueries*dim),
		packed:  make([]float32, TileQueries*dim),
		blocks:  make([]float32, BlocksLen(n, dim)),
	}
	PackQueries(f.packed, f.queries, dim, dim, TileQueries)
	PackBlocks(f.blocks, values(kind, seed+1, n*dim), dim, dim, n)
	return f
}

// bounds returns bounds that let all, no, few and many rows through.
func (f *blocksFixture) bounds(k *Kernels) (all [][TileQueries]float32) {
	seen := []float32{inf, -inf, float32(math.NaN()), 0}
	var out ScanHit
	if k.Scan(f.queries[:f.dim], f.blocks, f.numeric, f.nominal, inf, &out) == 0 {
		for hit := out.Hit & 0x1000100010001001; hit != 0; {
			var r int
			r, hit = NextHit(hit)
			seen = append(seen, out.Dist[r])
		}
	}
	for i := range seen {
		var b [TileQueries]float32
		for j := range b {
			b[j] = seen[(i+j*j)%len(seen)]
		}
		all = append(all, b)
	}
	return append(all, [TileQueries]float32{inf, inf, inf, inf})
}

// checkScan goes from hit to hit with both kernels.
func (f *blocksFixture) checkScan(t *testing.T, bound float32, got, want *Kernels) {
	t.Helper()
	blockLen := f.dim * BlockRows
	for left := f.blocks; ; {
		var g, w ScanHit
		bg := got.Scan(f.queries[:f.dim], left, f.numeric, f.nominal, bound, &g)
		bw := want.Scan(f.queries[:f.dim], left, f.numeric, f.nominal, bound, &w)
		if bg != bw {
			t.Fatalf("%s %d+%d bound %v: Scan returned %d, want %d", f.kind, f.numeric, f.nominal, bound, bg, bw)
		}
		if bw*blockLen == len(left) {
			return
		}
		f.checkHits(t, &g.Dist, &w.Dist, g.Hit, w.Hit)
		left = left[(bw+1)*blockLen:]
	}
}

// checkTile goes from hit to hit with both kernels.
func (f *blocksFixture) checkTile(t *testing.T, bound [TileQueries]float32, got, want *Kernels) {
	t.Helper()
	blockLen := f.dim * BlockRows
	for left := f.blocks; ; {
		var g, w TileHit
		bg := got.Tile(f.packed, left, f.numeric, f.nominal, &bound, &g)
		bw := want.Tile(f.packed, left, f.numeric, f.nominal, &bound, &w)
		if bg != bw {
			t.Fatalf("%s %d+%d bounds %v: Tile returned %d, want %d", f.kind, f.numeric, f.nominal, bound, bg, bw)
		}
		if bw*blockLen == len(left) {
			return
		}
		for j := range bound {
			f.checkHits(t, &g.Dist[j], &w.Dist[j], g.Hit[j], w.Hit[j])
		}
		left = left[(bw+1)*blockLen:]
	}
}

func (f *blocksFixture) checkHits(t *testing.T, got, want *[BlockRows]float32, gotHit, wantHit uint64) {
	t.Helper()
	if gotHit != wantHit {
		t.Fatalf("%s %d+%d: hits %x, want %x", f.kind, f.numeric, f.nominal, gotHit, wantHit)
	}
	for hit := wantHit; hit != 0; {
		var r int
		r, hit = NextHit(hit)
		if !same(got[r], want[r]) {
			t.Fatalf("%s %d+%d row %d: got %v, want %v", f.kind, f.numeric, f.nominal, r, got[r], want[r])
		}
	}
}

// TestTileOracle compares distances with the float64 sums, nominal columns too.
func TestTileOracle(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, k, _ *Kernels) {
		for _, dim := range lengths() {
			nominal := dim % 3
			rows, q := codes(3, BlockRows*dim), codes(4, dim)
			blocks := make([]float32, len(rows))
			PackBlocks(blocks, rows, dim, dim, BlockRows)
			var out ScanHit
			if k.Scan(q, blocks, dim-nominal, nominal, inf, &out) != 0 || out.Hit != math.MaxUint64 {
				t.Fatalf("dim %d: a finite row is not below +Inf: hits %x", dim, out.Hit)
			}
			for r, d := range out.Dist {
				x := rows[r*dim:][:dim]
				for i := dim - nominal; i < dim; i++ {
					if q[i] != x[i] {
						d--
					}
				}
				checkOracle(t, m, q[:dim-nominal], x, d)
			}
		}
	})
}

// codes returns small integers, whose sums are exact in every order.
func codes(seed uint64, n int) []float32 {
	v := values("rare", seed, n)
	for i, x := range v {
		if !(x >= 0 && x < 3) {
			v[i] = 1
		}
	}
	return v
}

// TestChunks covers more blocks than one call of a body takes.
func TestChunks(t *testing.T) {
	const dim = 700
	n := 3*chunk(dim*BlockRows) + 1
	blocks := make([]float32, n*dim*BlockRows)
	q, packed := make([]float32, dim), make([]float32, dim*TileQueries)
	for i := range q {
		q[i] = 1
	}
	PackQueries(packed, q, dim, dim, 1)
	eachLevel(t, func(t *testing.T, m Metric, k, _ *Kernels) {
		var tile TileHit
		var scan ScanHit
		none := float32(-2 * dim)
		b := k.Tile(packed, blocks, dim, 0, &[TileQueries]float32{none, none, none, none}, &tile)
		if s := k.Scan(q, blocks, dim, 0, none, &scan); s != n || b != n {
			t.Errorf("no hit: Scan %d, Tile %d, want %d", s, b, n)
		}
	})
}
