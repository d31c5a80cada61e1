//go:build !purego

package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// values returns n numbers of one kind, seeded.
func values(kind string, seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	special := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e-42, -1e-42, 3e38, 1}
	v := make([]float32, n)
	for i := range v {
		switch kind {
		case "normal":
			v[i] = float32(r.NormFloat64())
		case "tiny":
			v[i] = float32(r.NormFloat64() * 1e-22)
		case "subnormal":
			v[i] = math.Float32frombits(r.Uint32() & 0x807fffff)
		case "bits":
			v[i] = math.Float32frombits(r.Uint32())
		case "underflow": // products of queries and rows round to -0
			v[i] = float32(math.Copysign(1e-40, float64(seed/500%2)-0.5))
		case "special":
			v[i] = special[r.IntN(len(special))]
		case "rare":
			v[i] = float32(r.IntN(3))
			if r.IntN(200) == 0 {
				v[i] = special[r.IntN(len(special))]
			}
		}
	}
	return v
}

var kinds = []string{"normal", "tiny", "subnormal", "bits", "special", "rare", "underflow"}

func lengths() (d []int) {
	for i := 1; i <= 130; i++ {
		d = append(d, i)
	}
	return append(d, 257, 784)
}

func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || (a != a && b != b)
}

// TestNEONRows compares Pair, Rows and Gather bit for bit with the portable ones.
func TestNEONRows(t *testing.T) {
	for m := range metrics {
		want, got := &table[Generic][m], &table[NEON][m]
		for ki, kind := range kinds {
			for _, dim := range lengths() {
				seed := uint64(ki*1000 + dim)
				n, stride, off := dim%11+1, dim+dim%5, dim%7
				q := values(kind, seed, off+dim)[off:]
				rows := values(kind, seed+500, off+(n-1)*stride+dim)[off:]
				ids := make([]uint32, (dim*3)%40+1)
				for i := range ids {
					ids[i] = uint32(i * 7 % n)
				}
				name := fmt.Sprintf("metric=%d/%s/dim=%d", m, kind, dim)
				if g, w := got.Pair(q, rows[:dim]), want.Pair(q, rows[:dim]); !same(g, w) {
					t.Fatalf("%s: Pair = %v, want %v", name, g, w)
				}
				check := func(what string, n int, run func(k *Kernels, dst []float32)) {
					g, w := make([]float32, n+1), make([]float32, n+1)
					g[n], w[n] = 42, 42
					run(got, g[:n])
					run(want, w[:n])
					for i := range g {
						if !same(g[i], w[i]) {
							t.Fatalf("%s: %s[%d] of %d = %v, want %v", name, what, i, n, g[i], w[i])
						}
					}
				}
				check("Rows", n, func(k *Kernels, dst []float32) { k.Rows(dst, q, rows, stride) })
				check("Gather", len(ids), func(k *Kernels, dst []float32) { k.Gather(dst, q, rows, stride, ids) })
			}
		}
	}
}

// TestNEONBlocks compares Tile and Scan bit for bit with the portable ones, from
// hit to hit under bounds of every selectivity.
func TestNEONBlocks(t *testing.T) {
	inf := float32(math.Inf(1))
	for m := range metrics {
		want, got := &table[Generic][m], &table[NEON][m]
		for ki, kind := range kinds {
			for _, dim := range []int{1, 2, 3, 4, 5, 7, 10, 17, 33} {
				for _, nominal := range []int{0, 1, 2, dim / 2, dim} {
					if nominal > dim {
						continue
					}
					seed := uint64(ki*1000 + dim*10 + nominal)
					const n = 4*BlockRows - 5
					blocks := make([]float32, BlocksLen(n, dim))
					PackBlocks(blocks, values(kind, seed, n*dim), dim, dim, n)
					q := values(kind, seed+500, TileQueries*dim)
					packed := make([]float32, len(q))
					PackQueries(packed, q, dim, dim, TileQueries)
					all := make([]float32, 0, n)
					name := fmt.Sprintf("metric=%d/%s/dim=%d/nominal=%d", m, kind, dim, nominal)
					for at := 0; at <= len(blocks); {
						var w, g ScanHit
						bw := want.Scan(q, blocks[at:], dim-nominal, nominal, inf, &w)
						bg := got.Scan(q, blocks[at:], dim-nominal, nominal, inf, &g)
						if bw != bg || w.Hit != g.Hit && bw*dim*BlockRows < len(blocks[at:]) {
							t.Fatalf("%s: Scan = %d %x, want %d %x", name, bg, g.Hit, bw, w.Hit)
						}
						if at += (bw + 1) * dim * BlockRows; at > len(blocks) {
							break
						}
						for r, hit := NextHit(w.Hit); ; r, hit = NextHit(hit) {
							if !same(w.Dist[r], g.Dist[r]) {
								t.Fatalf("%s: Scan row %d = %v, want %v", name, r, g.Dist[r], w.Dist[r])
							}
							all = append(all, w.Dist[r])
							if hit == 0 {
								break
							}
						}
					}
					bounds := []float32{inf, -inf, float32(math.NaN()), 0}
					for i := 0; i < len(all); i += 151 {
						bounds = append(bounds, all[i])
					}
					for i := range bounds {
						bound := [TileQueries]float32{}
						for j := range bound {
							bound[j] = bounds[(i+j*j)%len(bounds)]
						}
						for at := 0; at <= len(blocks); {
							var w, g TileHit
							bw := want.Tile(packed, blocks[at:], dim-nominal, nominal, &bound, &w)
							bg := got.Tile(packed, blocks[at:], dim-nominal, nominal, &bound, &g)
							if bw != bg || w.Hit != g.Hit && bw*dim*BlockRows < len(blocks[at:]) {
								t.Fatalf("%s: Tile = %d %x, want %d %x", name, bg, g.Hit, bw, w.Hit)
							}
							if at += (bw + 1) * dim * BlockRows; at > len(blocks) {
								break
							}
							for j := range bound {
								for hit := w.Hit[j]; hit != 0; {
									var r int
									r, hit = NextHit(hit)
									if !same(w.Dist[j][r], g.Dist[j][r]) {
										t.Fatalf("%s: Tile query %d row %d = %v, want %v", name, j, r, g.Dist[j][r], w.Dist[j][r])
									}
								}
							}
						}
					}
				}
			}
		}
	}
}

// guarded returns n float32 that end where an unmapped page begins.
func guarded(t *testing.T, n int) []float32 {
	page := syscall.Getpagesize()
	size := (n*4 + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("no guard page: %v", err)
	}
	t.Cleanup(func() { syscall.Munmap(mem) })
	if err := syscall.Mprotect(mem[size:], syscall.PROT_NONE); err != nil {
		t.Skipf("no guard page: %v", err)
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&mem[size-n*4])), n)
}

// TestNEONGuard runs every kernel on slices that end at an unmapped page.
func TestNEONGuard(t *testing.T) {
	const n, maxDim = 7, 50
	q, rows := guarded(t, maxDim), guarded(t, n*maxDim)
	dst, blocks, packed := guarded(t, n), guarded(t, maxDim*BlockRows), guarded(t, maxDim*TileQueries)
	var tile TileHit
	var scan ScanHit
	for m := range metrics {
		k := &table[NEON][m]
		for dim := 1; dim <= maxDim; dim++ {
			q, rows := q[maxDim-dim:], rows[(maxDim-dim)*n:]
			k.Pair(q, rows[(n-1)*dim:])
			for n := range n {
				k.Rows(dst[len(dst)-n-1:], q, rows[len(rows)-(n+1)*dim:], dim)
			}
			k.Gather(dst, q, rows, dim, []uint32{6, 0, 6, 3, 1, 5, 6})
			b := blocks[(maxDim-dim)*BlockRows:]
			k.Scan(q, b, dim-dim/2, dim/2, 0, &scan)
			k.Tile(packed[(maxDim-dim)*TileQueries:], b, dim-dim/2, dim/2, new([TileQueries]float32), &tile)
		}
	}
}
