package detect

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// gemm computes C = alpha·op(A)·op(B) + beta·C for row-major matrices, where op
// transposes or not, op(A) is m×k, op(B) is k×n and C is m×n.
func gemm(transA, transB bool, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	op := map[bool]blas.Transpose{false: blas.NoTrans, true: blas.Trans}
	gonum.Implementation{}.Sgemm(op[transA], op[transB], m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
}
