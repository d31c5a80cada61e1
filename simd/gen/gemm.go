package main

import (
	"fmt"

	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemmVecs is the width of a tile of the matrix product in vectors.
const gemmVecs = 2

// gemmRows is the greatest height of a tile: as many sums as leave registers for
// a row of B and an element of A.
func (s isa) gemmRows() int {
	if s.wide() {
		return 12
	}
	return 6
}

// gemmFamily writes the tiles of the matrix product, one for each height.
func gemmFamily(k *kernel) {
	for rows := 1; rows <= k.gemmRows(); rows++ {
		k.begin(fmt.Sprintf("gemm%dx%d", rows, gemmVecs*k.width),
			"func(a *float32, rowA, stepA int, b *float32, stepB, k int, alpha, beta float32, c *float32, ldc, n int)",
			"a tile of Gemm")
		sums := k.products(rows)
		k.update(sums)
		k.end()
	}
}

// products sums the products of rows rows of A and the columns of B.
func (k *kernel) products(rows int) [][]reg.VecVirtual {
	sums := make([][]reg.VecVirtual, rows)
	for r := range sums {
		sums[r] = k.vecs(gemmVecs)
		k.zero(sums[r]...)
	}
	rowA, stepA, b, stepB, left := k.byteStride("rowA"), k.byteStride("stepA"), k.arg("b"), k.byteStride("stepB"), k.arg("k")
	a := k.rowGroups(rows, rowA)
	loop, done := k.label("column"), k.label("update")
	k.TESTQ(left, left)
	k.JZ(op.LabelRef(done))

	k.Label(loop)
	y, x := k.vecs(gemmVecs), k.vec()
	for v := range y {
		k.VMOVUPS(at(b, v*k.bytes()), y[v])
	}
	for r, sum := range sums {
		k.VBROADCASTSS(rowOf(a, rowA, r), x)
		for v := range y {
			k.VFMADD231PS(y[v], x, sum[v])
		}
	}
	for _, p := range a {
		k.ADDQ(stepA, p)
	}
	k.ADDQ(stepB, b)
	k.DECQ(left)
	k.JNZ(op.LabelRef(loop))
	k.Label(done)
	return sums
}

// byteStride loads the argument called name, a number of float32, in bytes.
func (k *kernel) byteStride(name string) reg.GPVirtual {
	r := k.arg(name)
	k.SHLQ(op.U8(2), r)
	return r
}

// perGroup rows of A share a pointer: an address has a base and an index times 1
// or 2.
const perGroup = 3

// rowGroups returns pointers to every perGroup-th row of A.
func (k *kernel) rowGroups(rows int, rowA reg.GPVirtual) []reg.GPVirtual {
	groups := []reg.GPVirtual{k.arg("a")}
	for g := 1; g*perGroup < rows; g++ {
		p := k.GP64()
		k.LEAQ(op.Mem{Base: groups[g-1], Index: rowA, Scale: 2}, p)
		k.ADDQ(rowA, p)
		groups = append(groups, p)
	}
	return groups
}

// rowOf is the current element of row r of A.
func rowOf(groups []reg.GPVirtual, rowA reg.GPVirtual, r int) op.Mem {
	m := op.Mem{Base: groups[r/perGroup]}
	if r%perGroup > 0 {
		m.Index, m.Scale = rowA, uint8(r%perGroup)
	}
	return m
}

// update sets C to alpha·sums + beta·C, in n columns. Where beta is 0, the old C
// counts as 0 whatever it holds. It goes over the vectors of a row in the outer
// loop: with AVX2 there are registers for one mask only.
func (k *kernel) update(sums [][]reg.VecVirtual) {
	k.Comment("C = alpha·sums + beta·C.")
	alpha, beta := k.factor("alpha"), k.factor("beta")
	keep, n := k.nonzero(beta()), k.arg("n")
	for v := range gemmVecs {
		c, ldc, columns := k.arg("c"), k.byteStride("ldc"), k.columnMask(n, v)
		for r := range sums {
			to, old := at(c, v*k.bytes()), k.vec()
			k.loadKept(to, columns, keep, old)
			k.VMULPS(beta(), old, old)
			k.VFMADD231PS(sums[r][v], alpha(), old)
			k.storeMasked(old, columns, to)
			if r < len(sums)-1 {
				k.ADDQ(ldc, c)
			}
		}
	}
}

// factor returns a source of the float32 argument called name in all lanes: one
// register, or where those are few a new one each time.
func (k *kernel) factor(name string) func() reg.VecVirtual {
	load := func() reg.VecVirtual {
		v := k.vec()
		k.VBROADCASTSS(k.argMem(name), v)
		return v
	}
	if !k.wide() {
		return load
	}
	v := load()
	return func() reg.VecVirtual { return v }
}

// columnMask returns the mask of vector v of a row of n columns.
func (k *kernel) columnMask(n reg.GPVirtual, v int) mask {
	bits := k.GP64()
	if k.wide() {
		k.MOVQ(op.I32(-1), bits)
		k.BZHIQ(n, bits, bits)
		k.SHRQ(op.U8(v*k.width), bits)
		m := mask{k: k.K()}
		k.KMOVW(bits.As32(), m.k)
		return m
	}
	left, m := k.GP64(), k.vec()
	k.LEAQ(k.maskTable(), bits)
	k.MOVQ(n, left)
	k.NEGQ(left)
	k.VMOVUPS(op.Mem{Base: bits, Index: left, Scale: float, Disp: (lanes + v*k.width) * float}, m)
	return mask{halfs: []reg.VecVirtual{m}}
}

// nonzero returns the mask of all columns, or of none when the lanes of v are 0.
func (k *kernel) nonzero(v reg.VecVirtual) mask {
	zero := k.vec()
	k.zero(zero)
	if k.wide() {
		m := mask{k: k.K()}
		k.VCMPPS(op.U8(notEqual), zero, v, m.k)
		return m
	}
	k.VCMPPS(op.U8(notEqual), zero, v, zero)
	return mask{halfs: []reg.VecVirtual{zero}}
}

// loadKept loads the columns that both masks select, and zeros for others.
func (k *kernel) loadKept(from op.Mem, columns, keep mask, to reg.VecVirtual) {
	if k.wide() {
		both := mask{k: k.K()}
		k.KANDW(columns.k, keep.k, both.k)
		k.loadMasked(from, both, 0, to)
		return
	}
	k.loadMasked(from, columns, 0, to)
	k.VANDPS(keep.halfs[0], to, to)
}
