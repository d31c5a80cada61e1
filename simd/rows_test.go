package simd

import "testing"

func TestPair(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, got, want *Kernels) {
		for ki, kind := range kinds {
			for _, dim := range lengths() {
				seed := uint64(ki*10000 + dim*2)
				q, x := values(kind, seed, dim+15), values(kind, seed+1, dim+15)
				for off := range 16 {
					a, b := q[off:][:dim], x[15-off:][:dim]
					g, w := got.Pair(a, b), want.Pair(a, b)
					if !same(g, w) {
						t.Fatalf("%s dim %d offset %d: got %v, want the portable %v", kind, dim, off, g, w)
					}
					checkOracle(t, m, a, b, g)
				}
			}
		}
		if d := got.Pair(nil, nil); d != 0 {
			t.Errorf("distance of empty vectors: got %v, want 0", d)
		}
	})
}

func TestRowsAndGather(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, got, want *Kernels) {
		for ki, kind := range kinds {
			for _, dim := range lengths() {
				testRows(t, kind, uint64(ki*10000+dim*2), dim, got, want)
			}
		}
	})
}

// testRows compares Rows and Gather with the portable ones, for numbers of rows,
// strides and alignments that vary with dim.
func testRows(t *testing.T, kind string, seed uint64, dim int, got, want *Kernels) {
	t.Helper()
	n, stride, off := dim%19+1, dim+dim%5, dim%16
	q := values(kind, seed, off+dim)[off:]
	rows := values(kind, seed+1, off+(n-1)*stride+dim)[off:]
	ids := make([]uint32, dim*3%41+1)
	for i := range ids {
		ids[i] = uint32(i * 7 % n)
	}
	check := func(name string, n int, run func(k *Kernels, dst []float32)) {
		t.Helper()
		g, w := make([]float32, n+1), make([]float32, n+1)
		g[n], w[n] = 42, 42
		run(got, g[:n])
		run(want, w[:n])
		for i := range g {
			if !same(g[i], w[i]) {
				t.Fatalf("%s dim %d: %s[%d] of %d: got %v, want %v", kind, dim, name, i, n, g[i], w[i])
			}
		}
	}
	check("Rows", n, func(k *Kernels, dst []float32) { k.Rows(dst, q, rows, stride) })
	check("Gather", len(ids), func(k *Kernels, dst []float32) { k.Gather(dst, q, rows, stride, ids) })
}

// TestSpecialLanes puts each special number in each column in turn.
func TestSpecialLanes(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, got, want *Kernels) {
		for _, dim := range []int{1, 15, 16, 17, 47} {
			q, x := values("normal", 2, dim), values("normal", 3, dim)
			for i := range dim {
				for _, v := range special {
					old := x[i]
					x[i] = v
					if g, w := got.Pair(q, x), want.Pair(q, x); !same(g, w) || (v != v && g == g) {
						t.Fatalf("dim %d, %v in column %d: got %v, want %v", dim, v, i, g, w)
					}
					x[i] = old
				}
			}
		}
	})
}

// TestRowsMatchPair: all row kernels give the same bits, so an index may use any.
func TestRowsMatchPair(t *testing.T) {
	eachLevel(t, func(t *testing.T, m Metric, k, _ *Kernels) {
		for _, dim := range []int{1, 10, 16, 39, 784} {
			const n = 30
			q, rows := values("normal", 2, dim), values("normal", 3, n*dim)
			dst := make([]float32, n)
			k.Rows(dst, q, rows, dim)
			for i, d := range dst {
				if p := k.Pair(q, rows[i*dim:][:dim]); !same(d, p) {
					t.Fatalf("dim %d row %d: Rows %v, Pair %v", dim, i, d, p)
				}
			}
		}
	})
}

// TestGatherChunks covers more ids than one call of a body takes.
func TestGatherChunks(t *testing.T) {
	const n, dim = 50_000, 17
	rows := values("normal", 5, 1000*dim)
	q, ids := values("normal", 4, dim), make([]uint32, n)
	for i := range ids {
		ids[i] = uint32(i * 37 % 1000)
	}
	eachLevel(t, func(t *testing.T, m Metric, got, _ *Kernels) {
		all, gathered := make([]float32, 1000), make([]float32, n)
		got.Rows(all, q, rows, dim)
		got.Gather(gathered, q, rows, dim, ids)
		for i, id := range ids {
			if gathered[i] != all[id] {
				t.Fatalf("id %d at %d: got %v, want %v", id, i, gathered[i], all[id])
			}
		}
	})
}
