package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowsFamily writes the kernels that compare one query with row-major rows:
// pair, rows and gather. They differ only in where rows are.
func rowsFamily(k *kernel) {
	for _, m := range metrics {
		k.begin("pair"+m.name, "func(a, b *float32, dim int) float32", "the body of Pair")
		k.pair(m)
		k.begin("rows"+m.name, "func(dst, q, rows *float32, dim, stride, n int)", "the body of Rows")
		k.floats(m, rowSource{columns: "dim", size: float})
		k.begin("gather"+m.name, "func(dst, q, rows *float32, dim, stride int, ids *uint32, n int)", "the body of Gather")
		k.floats(m, rowSource{columns: "dim", size: float, gather: true})
	}
}

// span is the columns of the query and of each row.
type span struct {
	q    reg.GPVirtual
	full reg.GPVirtual // bytes in whole groups of 16 columns
	tail mask
}

func (k *kernel) span(q string) span {
	s := span{q: k.arg(q), full: k.GP64()}
	dim := k.arg("dim")
	k.MOVQ(dim, s.full)
	k.ANDQ(op.I8(-lanes), s.full)
	k.SHLQ(op.U8(2), s.full)
	s.tail = k.tailMask(dim)
	return s
}

func (k *kernel) pair(m metric) {
	s, c := k.span("a"), k.consts(m)
	sums := k.sums(m, c, s, []reg.GPVirtual{k.arg("b")})
	k.reduce(k.floatSum(m), sums, k.retMem())
	k.end()
}

// floats compares the query with n rows of float32.
func (k *kernel) floats(m metric, src rowSource) {
	s, c := k.span("q"), k.consts(m)
	k.many(src, k.floatSum(m), func(rows []reg.GPVirtual) [][]reg.VecVirtual { return k.sums(m, c, s, rows) })
}

// rowSource says where rows are: one after the other or named by ids.
type rowSource struct {
	gather  bool
	columns string // argument that holds the number of columns
	size    int    // bytes of a column
}

// many compares the query with n rows, a group of rows at a time: independent
// sums hide the latency of addition, and misses of several rows overlap. sums
// returns the partial sums of the rows it is given.
func (k *kernel) many(src rowSource, total sum, sums func(rows []reg.GPVirtual) [][]reg.VecVirtual) {
	n, dst := k.arg("n"), k.arg("dst")
	var next reg.GPVirtual // the next id, or the next row
	if src.gather {
		next = k.arg("ids")
		k.prefetch(src, next, n)
	} else {
		next = k.arg("rows")
	}
	groups := []int{4, 1}
	if k.wide() {
		groups = []int{8, 4, 1}
	}
	for _, g := range groups {
		loop, done := k.label("group"), k.label("done")
		k.Label(loop)
		k.CMPQ(n, op.U8(g))
		k.JL(op.LabelRef(done))
		k.reduce(total, sums(k.rowPointers(src, g, next)), at(dst, 0))
		k.ADDQ(op.U8(g*float), dst)
		k.SUBQ(op.U8(g), n)
		k.JMP(op.LabelRef(loop))
		k.Label(done)
	}
	k.end()
}

// rowPointers returns the addresses of the next g rows and steps over them.
func (k *kernel) rowPointers(src rowSource, g int, next reg.GPVirtual) []reg.GPVirtual {
	rows := make([]reg.GPVirtual, g)
	step := k.GP64()
	if !src.gather {
		k.MOVQ(k.argMem("stride"), step)
	}
	for r := range rows {
		rows[r] = k.GP64()
		if src.gather {
			k.rowAddress(src, at(next, r*float), rows[r])
			continue
		}
		k.MOVQ(next, rows[r])
		k.LEAQ(op.Mem{Base: next, Index: step, Scale: uint8(src.size)}, next)
	}
	if src.gather {
		k.ADDQ(op.U8(g*float), next)
	}
	return rows
}

// rowAddress sets row to the address of the row whose id is at id, in 64 bits.
func (k *kernel) rowAddress(src rowSource, id op.Mem, row reg.GPVirtual) {
	base := k.GP64()
	k.MOVL(id, row.As32())
	k.IMULQ(k.argMem("stride"), row)
	k.MOVQ(k.argMem("rows"), base)
	k.LEAQ(op.Mem{Base: base, Index: row, Scale: uint8(src.size)}, row)
}

// maxPrefetch is how many 64-byte lines of each row are asked for: on longer rows
// the hardware sees the pattern itself.
const maxPrefetch = 16

// prefetch asks for all rows before the first is used.
func (k *kernel) prefetch(src rowSource, ids, n reg.GPVirtual) {
	k.Comment("Ask for all rows before the first is used.")
	loop, next := k.label("prefetch"), k.label("next")
	bytes, i, row := k.arg(src.columns), k.GP64(), k.GP64()
	k.IMUL3Q(op.U8(src.size), bytes, bytes)
	k.XORQ(i, i)
	k.Label(loop)
	k.rowAddress(src, op.Mem{Base: ids, Index: i, Scale: float}, row)
	k.prefetchRow(row, bytes, next)
	k.INCQ(i)
	k.CMPQ(i, n)
	k.JL(op.LabelRef(loop))
}

// prefetchRow asks for the first lines of a row of so many bytes. It ends at label.
func (k *kernel) prefetchRow(row, bytes reg.GPVirtual, label string) {
	for line := range maxPrefetch {
		k.PREFETCHT0(at(row, 64*line))
		if line < maxPrefetch-1 {
			k.CMPQ(bytes, op.U32(64*(line+1)))
			k.JLE(op.LabelRef(label))
		}
	}
	k.Label(label)
}

// sums returns the 16 partial sums of each row.
func (k *kernel) sums(m metric, c consts, s span, rows []reg.GPVirtual) [][]reg.VecVirtual {
	halfs := lanes / k.width
	sums := make([][]reg.VecVirtual, len(rows))
	for r := range sums {
		sums[r] = k.vecs(halfs)
		k.zero(sums[r]...)
	}
	i, q := k.GP64(), k.vec()

	loop, tail := k.label("columns"), k.label("tail")
	k.Comment("Whole groups of 16 columns.")
	k.XORQ(i, i)
	k.TESTQ(s.full, s.full)
	k.JZ(op.LabelRef(tail))
	k.Label(loop)
	for h := range halfs {
		k.VMOVUPS(atIndex(s.q, i, h*k.bytes()), q)
		for r, row := range rows {
			k.fold(m, c, q, atIndex(row, i, h*k.bytes()), sums[r][h])
		}
	}
	k.ADDQ(op.U8(lanes*float), i)
	k.CMPQ(i, s.full)
	k.JL(op.LabelRef(loop))

	k.Label(tail)
	reduce, x := k.label("reduce"), k.vec()
	k.Comment("The other columns.")
	k.jumpIfEmpty(s.tail, reduce)
	for h := range halfs {
		k.loadMasked(atIndex(s.q, i, h*k.bytes()), s.tail, h, q)
		for r, row := range rows {
			k.loadMasked(atIndex(row, i, h*k.bytes()), s.tail, h, x)
			k.foldMasked(m, c, q, x, sums[r][h], s.tail, h)
		}
	}
	k.Label(reduce)
	return sums
}
