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
	k.begin("decodeU8", "func(dst *float32, codes *uint8, low *float32, step float64, n int)", "the body of DecodeU8")
	k.decode()
}

// decode writes what codes stand for, half a vector of results at a time. Addition
// and multiplication are rounded one after the other, as in Go.
func (k *kernel) decode() {
	dst, codes, low, n := k.arg("dst"), k.arg("codes"), k.arg("low"), k.arg("n")
	step, x, l := k.vec(), k.vec(), k.vec()
	k.VBROADCASTSD(k.argMem("step"), step)
	loop, i := k.label("decode"), k.GP64()
	k.XORQ(i, i)
	k.Label(loop)
	from, values := atIndex(codes, i, 0), k.width/2
	lows, to := op.Mem{Base: low, Index: i, Scale: float}, op.Mem{Base: dst, Index: i, Scale: float}
	if k.wide() {
		k.VPMOVZXBD(from, x.AsY())
		k.VCVTDQ2PD(x.AsY(), x)
	} else {
		k.VPMOVZXBD(from, x.AsX())
		k.VCVTDQ2PD(x.AsX(), x)
	}
	k.VMULPD(step, x, x)
	k.VCVTPS2PD(lows, l)
	k.VADDPD(l, x, x)
	if k.wide() {
		k.VCVTPD2PS(x, x.AsY())
		k.VMOVUPS(x.AsY(), to)
	} else {
		k.VCVTPD2PSY(x, x.AsX())
		k.VMOVUPS(x.AsX(), to)
	}
	k.ADDQ(op.U8(values), i)
	k.CMPQ(i, n)
	k.JL(op.LabelRef(loop))
	k.end()
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
