package simd

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/klauspost/cpuid/v2"
	"golang.org/x/sys/unix"
)

// guarded returns n values that end where an unmapped page begins, so that
// reading or writing past them faults.
func guarded[T any](t *testing.T, n int) []T {
	t.Helper()
	page, size := unix.Getpagesize(), n*int(unsafe.Sizeof(*new(T)))
	room := (size + page - 1) / page * page
	mem, err := unix.Mmap(-1, 0, room+page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(mem) })
	if err := unix.Mprotect(mem[room:], unix.PROT_NONE); err != nil {
		t.Fatal(err)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&mem[room-size])), n)
}

// guardedLevels returns the levels to test beside unmapped pages. QEMU emulates
// masked loads of AVX2 by whole ones, which real processors do not.
func guardedLevels(t *testing.T) (levels []Level) {
	for _, l := range Supported() {
		if l == AVX2 && cpuid.CPU.HypervisorVendorString == "TCGTCGTCGTCG" {
			t.Log("level avx2 is left out: emulated by QEMU")
			continue
		}
		levels = append(levels, l)
	}
	return levels
}

func TestRowsStayInBounds(t *testing.T) {
	const n, maxDim = 11, 50
	q, rows := guarded[float32](t, maxDim), guarded[float32](t, n*maxDim)
	dst, ids := guarded[float32](t, n), guarded[uint32](t, n)
	for _, l := range guardedLevels(t) {
		for m := range metrics {
			k := &table[l][m]
			for dim := 1; dim <= maxDim; dim++ {
				q := q[maxDim-dim:]
				for n := 1; n <= len(ids); n++ {
					rows, ids := rows[len(rows)-n*dim:], ids[len(ids)-n:]
					for i := range ids {
						ids[i] = uint32(n - 1 - i)
					}
					k.Pair(q, rows[(n-1)*dim:])
					k.Rows(dst[len(dst)-n:], q, rows, dim)
					k.Gather(dst[len(dst)-n:], q, rows, dim, ids)
				}
			}
		}
	}
}

func TestBlocksStayInBounds(t *testing.T) {
	const maxDim = 70
	q, packed := guarded[float32](t, maxDim), guarded[float32](t, maxDim*TileQueries)
	blocks := guarded[float32](t, 3*maxDim*BlockRows)
	tile, scan := &guarded[TileHit](t, 1)[0], &guarded[ScanHit](t, 1)[0]
	bound := (*[TileQueries]float32)(guarded[float32](t, TileQueries))
	for _, l := range guardedLevels(t) {
		for m := range metrics {
			k := &table[l][m]
			for dim := 1; dim <= maxDim; dim++ {
				for _, limit := range []float32{-1, 1} {
					*bound = [TileQueries]float32{limit, limit, limit, limit}
					for n := 1; n <= 3; n++ {
						b := blocks[len(blocks)-n*dim*BlockRows:]
						k.Scan(q[maxDim-dim:], b, dim-dim/3, dim/3, limit, scan)
						k.Tile(packed[(maxDim-dim)*TileQueries:], b, dim-dim/3, dim/3, bound, tile)
					}
				}
			}
		}
	}
}

func TestGemmStaysInBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	levels := guardedLevels(t)
	for range 200 {
		p := newProduct(r, "normal", 1+r.IntN(26), 1+r.IntN(70), 1+r.IntN(30))
		for _, x := range []*[]float32{&p.a, &p.b, &p.c} {
			g := guarded[float32](t, len(*x))
			copy(g, *x)
			*x = g
		}
		for _, l := range levels {
			gemmTable[l].multiply(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, p.c, p.ldc)
		}
	}
}

func TestCodesStayInBounds(t *testing.T) {
	const n = 11
	dst, ids := guarded[uint32](t, n), guarded[uint32](t, n)
	q, rows := guarded[uint8](t, 3*CodeStride), guarded[uint8](t, 3*CodeStride*n)
	for _, l := range guardedLevels(t) {
		for stride := CodeStride; stride <= len(q); stride += CodeStride {
			q := q[len(q)-stride:]
			for n := 1; n <= len(ids); n++ {
				rows, ids := rows[len(rows)-n*stride:], ids[len(ids)-n:]
				for i := range ids {
					ids[i] = uint32(n - 1 - i)
				}
				codeTable[l].rowsU8(dst[len(dst)-n:], q, rows, stride)
				codeTable[l].gatherU8(dst[len(dst)-n:], q, rows, stride, ids)
			}
		}
	}
}
