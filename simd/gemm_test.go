package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// product is one problem for Gemm, in guarded or plain memory.
type product struct {
	transA, transB bool
	m, n, k        int
	lda, ldb, ldc  int
	alpha, beta    float32
	a, b, c        []float32
}

// newProduct draws matrices of one kind with rows a little apart.
func newProduct(r *rand.Rand, kind string, m, n, k int) *product {
	p := &product{m: m, n: n, k: k, alpha: 1, beta: 0, transA: r.IntN(2) == 0, transB: r.IntN(2) == 0}
	if r.IntN(2) == 0 {
		p.alpha, p.beta = float32(r.NormFloat64()), float32(r.IntN(3)-1)
	}
	draw := func(trans bool, rows, cols int) (x []float32, ld int) {
		if trans {
			rows, cols = cols, rows
		}
		ld = cols + r.IntN(3)
		return values(kind, r.Uint64(), max(0, (rows-1)*ld+cols)), ld
	}
	p.a, p.lda = draw(p.transA, m, k)
	p.b, p.ldb = draw(p.transB, k, n)
	p.c, p.ldc = draw(false, m, n)
	return p
}

// run returns C at one level.
func (p *product) run(l Level) []float32 {
	c := append([]float32(nil), p.c...)
	gemmTable[l].multiply(p.transA, p.transB, p.m, p.n, p.k, p.alpha, p.a, p.lda, p.b, p.ldb, p.beta, c, p.ldc)
	return c
}

// element returns op(X)[i][j].
func element(x []float32, trans bool, ld, i, j int) float32 {
	if trans {
		i, j = j, i
	}
	return x[i*ld+j]
}

// spec is the definition in the comment of Gemm.
func (p *product) spec() []float32 {
	c := append([]float32(nil), p.c...)
	for i := range p.m {
		for j := range p.n {
			at := &c[i*p.ldc+j]
			if p.beta == 0 {
				*at = 0
			}
			*at = float32(p.beta * *at)
			for first := 0; first < max(p.k, 1); first += 256 {
				var sum float32
				for q := first; q < min(first+256, p.k); q++ {
					sum = fma32(element(p.a, p.transA, p.lda, i, q), element(p.b, p.transB, p.ldb, q, j), sum)
				}
				*at = fma32(p.alpha, sum, *at)
			}
		}
	}
	return c
}

// checkGemm compares every level with the definition, bit for bit; values of C
// between its rows must stay.
func checkGemm(t *testing.T, p *product) {
	t.Helper()
	want := p.spec()
	for _, l := range Supported() {
		got := p.run(l)
		for i := range got {
			if !same(got[i], want[i]) {
				t.Fatalf("%v %dx%dx%d transA %v transB %v alpha %v beta %v: C[%d][%d] = %v, want %v",
					l, p.m, p.n, p.k, p.transA, p.transB, p.alpha, p.beta, i/p.ldc, i%p.ldc, got[i], want[i])
			}
		}
	}
}

func TestGemmMatchesDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for m := 1; m <= 26; m++ {
		for _, n := range []int{1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 40, 65} {
			checkGemm(t, newProduct(r, "normal", m, n, 1+r.IntN(20)))
		}
	}
	for _, s := range [][3]int{{1, 1, 600}, {13, 33, 255}, {7, 20, 256}, {30, 35, 257}, {500, 3, 40}, {970, 17, 2}, {3, 600, 5}, {2, 1100, 300}} {
		for range 4 {
			checkGemm(t, newProduct(r, "normal", s[0], s[1], s[2]))
		}
	}
	for _, kind := range kinds {
		for range 8 {
			checkGemm(t, newProduct(r, kind, 1+r.IntN(30), 1+r.IntN(70), 1+r.IntN(300)))
		}
	}
}

func TestGemmAgainstFloat64(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		p := newProduct(r, "normal", 1+r.IntN(40), 1+r.IntN(40), 1+r.IntN(400))
		c := p.run(Active())
		for i := range p.m {
			for j := range p.n {
				old := float64(p.beta) * float64(p.c[i*p.ldc+j])
				want, magnitude := old, math.Abs(old)
				for q := range p.k {
					v := float64(p.alpha) * float64(element(p.a, p.transA, p.lda, i, q)) * float64(element(p.b, p.transB, p.ldb, q, j))
					want += v
					magnitude += math.Abs(v)
				}
				got := float64(c[i*p.ldc+j])
				if bound := float64(p.k+4) * 0x1p-24 * magnitude; math.Abs(got-want) > bound {
					t.Fatalf("%dx%dx%d: C[%d][%d] = %v, want %v ± %v", p.m, p.n, p.k, i, j, got, want, bound)
				}
			}
		}
	}
}

func TestGemmZeroFactors(t *testing.T) {
	nan := float32(math.NaN())
	p := &product{m: 2, n: 1, k: 1, lda: 1, ldb: 1, ldc: 1, alpha: 1, beta: 0, a: []float32{2, 3}, b: []float32{5}, c: []float32{nan, nan}}
	if c := p.run(Active()); c[0] != 10 || c[1] != 15 {
		t.Errorf("beta 0 must not read C: got %v", c)
	}
	p.alpha, p.beta, p.c = 0, 2, []float32{1, 2}
	p.a, p.b = []float32{nan, nan}, []float32{nan}
	if c := p.run(Active()); c[0] != 2 || c[1] != 4 {
		t.Errorf("alpha 0 must not read A and B: got %v", c)
	}
	p.k, p.alpha, p.a, p.b = 0, 1, nil, nil
	if c := p.run(Active()); c[0] != 2 || c[1] != 4 {
		t.Errorf("k 0: got %v", c)
	}
}

func TestGemmChecks(t *testing.T) {
	for _, c := range []struct {
		name             string
		a, b, c          int
		lda, ldb, ldc, k int
	}{
		{"A too short", 5, 12, 8, 3, 4, 4, 3},
		{"B too short", 6, 11, 8, 3, 4, 4, 3},
		{"C too short", 6, 12, 7, 3, 4, 4, 3},
		{"rows of A overlap", 6, 12, 8, 2, 4, 4, 3},
		{"rows of C overlap", 6, 12, 8, 3, 4, 3, 3},
		{"negative size", 6, 12, 8, 3, 4, 4, -3},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := make([]float32, c.c)
			mustPanic(t, func() {
				Gemm(false, false, 2, 4, c.k, 1, codes(1, c.a), c.lda, codes(2, c.b), c.ldb, 0, out, c.ldc)
			})
			for i, v := range out {
				if v != 0 {
					t.Errorf("C[%d] was written before the panic", i)
				}
			}
		})
	}
}

// mustPanic fails unless run panics with a message of this package.
func mustPanic(t *testing.T, run func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if s := fmt.Sprint(recover()); len(s) < 5 || s[:5] != "simd:" {
			t.Errorf("panic: got %q, want one that starts with simd:", s)
		}
	}()
	run()
}
