package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// codesFamily writes the squared distances between 8-bit codes.
func codesFamily(k *kernel) {
	k.begin("rowsU8", "func(dst *uint32, q, rows *uint8, stride, n int)", "the body of RowsU8")
	k.codes(rowSource{columns: "stride", size: 1})
	k.begin("gatherU8", "func(dst *uint32, q, rows *uint8, stride int, ids *uint32, n int)", "the body of GatherU8")
	k.codes(rowSource{columns: "stride", size: 1, gather: true})
}

// codes compares the query with n rows of codes. All sums are exact integers.
func (k *kernel) codes(src rowSource) {
	q, stride := k.arg("q"), k.arg("stride")
	total := sum{add: func(x, y, to op.Op) { k.VPADDD(x, y, to) }}
	k.many(src, total, func(rows []reg.GPVirtual) [][]reg.VecVirtual { return k.codeSums(q, stride, rows) })
}

// codeSums returns partial sums of squared differences of each row. Codes are
// widened to 16 bits, and VPMADDWD squares and adds neighbors in 32 bits.
func (k *kernel) codeSums(q, stride reg.GPVirtual, rows []reg.GPVirtual) [][]reg.VecVirtual {
	halfs := lanes / k.width
	sums := make([][]reg.VecVirtual, len(rows))
	for r := range sums {
		sums[r] = k.vecs(halfs)
		k.zero(sums[r]...)
	}
	loop, i, x, y := k.label("codes"), k.GP64(), k.vec(), k.vec()
	codes := k.bytes() / 2 // in a vector of 16-bit words
	k.XORQ(i, i)
	k.Label(loop)
	for h := range halfs {
		k.VPMOVZXBW(atIndex(q, i, h*codes), x)
		for r, row := range rows {
			k.VPMOVZXBW(atIndex(row, i, h*codes), y)
			k.VPSUBW(y, x, y)
			k.VPMADDWD(y, y, y)
			k.VPADDD(y, sums[r][h], sums[r][h])
		}
	}
	k.ADDQ(op.U8(halfs*codes), i)
	k.CMPQ(i, stride)
	k.JL(op.LabelRef(loop))
	return sums
}
