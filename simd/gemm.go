package simd

import (
	"fmt"
	"sync"
)

// Gemm computes the matrix product
//
//	C = alpha·op(A)·op(B) + beta·C
//
// of row-major matrices whose rows start lda, ldb and ldc apart. op(A) is m×k: A
// itself, or the transpose of the k×m matrix A where transA is set; likewise
// op(B) is k×n. C is m×n and must not overlap A or B. Where beta is 0, C is not
// read; where alpha is 0, A and B are not.
//
// All levels give the same bits: the products of each element of C are summed in
// groups of 256 columns of op(A), each product fused into its group's sum, in
// increasing order; the element becomes beta·C, then alpha times each group's
// sum is fused into it. It runs on the calling goroutine and panics, before
// writing, when a slice is too short.
func Gemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	gemmTable[active].multiply(transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}

// multiply is Gemm at one level.
func (body *gemmBody) multiply(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if alpha == 0 {
		k = 0
	}
	checkMatrix("A", transA, m, k, a, lda)
	checkMatrix("B", transB, k, n, b, ldb)
	checkMatrix("C", false, m, n, c, ldc)
	if m == 0 || n == 0 {
		return
	}
	g := gemm{
		body: body, m: m, n: n, alpha: alpha, beta: beta,
		a: a, rowA: lda, stepA: 1, b: b, ldb: ldb, transB: transB, c: c, ldc: ldc,
	}
	if transA {
		g.rowA, g.stepA = 1, lda
	}
	g.run(k)
}

// checkMatrix panics when the rows×cols matrix op(X) does not lie in x.
func checkMatrix(name string, trans bool, rows, cols int, x []float32, ld int) {
	if trans {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || ld < cols {
		panic(fmt.Sprintf("simd: Gemm: %s has %d rows of %d columns that start %d apart", name, rows, cols, ld))
	}
	if rows > 0 && cols > 0 && len(x) < (rows-1)*ld+cols {
		panic(fmt.Sprintf("simd: Gemm: %s has %d values, too few for %d rows of %d columns", name, len(x), rows, cols))
	}
}

// Blocks that Gemm works in: columns of op(A) in a group, and rows of C between
// two readings of B, so that a group of A stays in the second-level cache.
const (
	gemmGroup = 256
	gemmRows  = 480
)

// gemmBody is the body of one level. tile[r-1] updates r rows and up to cols
// columns of C:
//
//	sum = 0; for p < k: sum = fma(a[i·rowA+p·stepA], b[p·stepB+j], sum)
//	c[i·ldc+j] = fma(alpha, sum, beta·c[i·ldc+j])
//
// It reads cols columns of b whatever n is.
type gemmBody struct {
	cols int
	tile []gemmTile
}

type gemmTile func(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)

// maxGemmCols is the largest cols of any level.
const maxGemmCols = 32

var gemmTable = func() (t [levels]gemmBody) {
	for _, l := range Supported() {
		t[l] = gemmBodies(l)
	}
	t[unusable] = unusableGemm
	return t
}()

// gemm is one call of Gemm; op(A)[i][p] is a[i·rowA+p·stepA].
type gemm struct {
	body        *gemmBody
	m, n        int
	alpha, beta float32
	a, b, c     []float32
	rowA, stepA int
	ldb, ldc    int
	transB      bool
}

// panels holds packed columns of B.
var panels = sync.Pool{New: func() any { return new([gemmGroup * maxGemmCols]float32) }}

// run goes over rows of C, then groups of op(A), then columns of C.
func (g *gemm) run(k int) {
	buf := panels.Get().(*[gemmGroup * maxGemmCols]float32)
	defer panels.Put(buf)
	for i := 0; i < g.m; i += gemmRows {
		beta := g.beta
		for p := 0; p < max(k, 1); p += gemmGroup { // once for k = 0, which scales C
			for j := 0; j < g.n; j += g.body.cols {
				g.panel(buf[:], i, min(gemmRows, g.m-i), p, min(gemmGroup, k-p), j, beta)
			}
			beta = 1
		}
	}
}

// panel adds the group of k columns of op(A) from p to m rows of C from i, in the
// columns of one tile from j.
func (g *gemm) panel(buf []float32, i, m, p, k, j int, beta float32) {
	n := min(g.body.cols, g.n-j)
	b, stepB := g.columns(buf, p, k, j, n)
	tiles := (m + len(g.body.tile) - 1) / len(g.body.tile)
	for first := 0; first < m; {
		rows := (m - first + tiles - 1) / tiles // tiles of about the same height
		tiles--
		var a *float32
		if k > 0 {
			a = &g.a[(i+first)*g.rowA+p*g.stepA]
		}
		g.body.tile[rows-1](a, g.rowA, g.stepA, b, stepB, k, g.alpha, beta, &g.c[(i+first)*g.ldc+j], g.ldc, n)
		first += rows
	}
}

// columns returns columns j to j+n of rows p to p+k of op(B) and the distance of
// its rows: in place where the tile can read it so, else copied to buf.
func (g *gemm) columns(buf []float32, p, k, j, n int) (b *float32, step int) {
	cols := g.body.cols
	switch {
	case k == 0:
		return &buf[0], cols
	case g.transB:
		g.transpose(buf, p, k, j, n)
	case n == cols && g.ldb <= maxStepB:
		return &g.b[p*g.ldb+j], g.ldb
	default:
		for r := range k {
			copy(buf[r*cols:][:cols], g.b[(p+r)*g.ldb+j:][:n])
		}
	}
	return &buf[0], cols
}

// maxStepB is the row length of B beyond which reading it in place would touch
// more pages and fewer cache sets than copying it.
const maxStepB = 512

// transpose copies n rows of B, which are columns of op(B), to buf.
func (g *gemm) transpose(buf []float32, p, k, j, n int) {
	for c := range n {
		for r, x := range g.b[(j+c)*g.ldb+p:][:k] {
			buf[r*g.body.cols+c] = x
		}
	}
}
