package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tileFamily writes the kernels that compare queries with blocks: tile for four
// queries, scan for one.
func tileFamily(k *kernel) {
	tile, scan := shape{queries: tileQueries, vecs: 4}, shape{queries: 1, vecs: 4}
	if !k.wide() {
		tile.vecs, scan.vecs = 2, 8
	}
	for _, m := range metrics {
		k.begin("tile"+m.name, "func(q, blocks *float32, numeric, nominal, n int, bound *[TileQueries]float32, out *TileHit) int",
			"the body of Tile")
		k.blocks(m, tile)
		k.begin("scan"+m.name, "func(q, blocks *float32, numeric, nominal, n int, bound float32, out *ScanHit) int",
			"the body of Scan")
		k.blocks(m, scan)
	}
}

// shape is the part of a block that is held in registers at once: one sum for
// each of queries times vecs vectors of rows.
type shape struct{ queries, vecs int }

// Columns before the first look at whether any row can still be near enough, and
// the least number of columns for which looking pays. Later looks are further
// apart: after half as many columns again.
const (
	firstLook   = 16
	abandonFrom = 32
)

const columnBytes = blockRows * float

// sweep is the state of a kernel that goes over blocks.
type sweep struct {
	*kernel
	m      metric
	shape  shape
	consts consts
	bound  []op.Mem           // bound of each query
	sums   [][]reg.VecVirtual // [query][vector of rows]
	q, col reg.GPVirtual      // the current column of the queries and of the block
	out    reg.GPVirtual
}

// passes is how often a block is gone over, with other rows each time.
func (s *sweep) passes() int { return blockRows / (s.shape.vecs * s.width) }

// blocks goes over n blocks up to the first with a hit, and returns its index.
func (k *kernel) blocks(m metric, sh shape) {
	s := &sweep{kernel: k, m: m, shape: sh, consts: k.consts(m), q: k.GP64(), col: k.GP64(), out: k.arg("out")}
	for range sh.queries {
		s.sums = append(s.sums, k.vecs(sh.vecs))
	}
	s.bound = s.bounds()
	block, b, rows, found := k.arg("blocks"), k.GP64(), k.GP64(), k.GP64()
	nextBlock, nextPass, done := k.label("block"), k.label("pass"), k.label("done")
	k.XORQ(b, b)
	k.XORQ(found, found)

	k.Label(nextBlock)
	k.XORQ(rows, rows)
	if s.passes() > 1 {
		s.clearHits()
	}
	k.Label(nextPass)
	miss := k.label("miss")
	k.MOVQ(k.argMem("q"), s.q)
	k.LEAQ(atIndex(block, rows, 0), s.col)
	s.numeric(miss)
	s.nominal()
	s.jumpUnlessBelow(miss)
	s.store(rows)
	k.INCQ(found)
	k.Label(miss)
	if s.passes() > 1 {
		k.ADDQ(op.U32(sh.vecs*k.bytes()), rows)
		k.CMPQ(rows, op.U32(columnBytes))
		k.JL(op.LabelRef(nextPass))
	}
	k.TESTQ(found, found)
	k.JNZ(op.LabelRef(done))
	s.skipBlock(block)
	k.INCQ(b)
	k.CMPQ(b, k.argMem("n"))
	k.JL(op.LabelRef(nextBlock))

	k.Label(done)
	k.Store(b, k.ReturnIndex(0))
	k.end()
}

// bounds returns the places of the queries' bounds.
func (s *sweep) bounds() []op.Mem {
	if s.shape.queries == 1 {
		return []op.Mem{s.argMem("bound")}
	}
	p, places := s.arg("bound"), make([]op.Mem, s.shape.queries)
	for j := range places {
		places[j] = at(p, j*float)
	}
	return places
}

// skipBlock moves block to the next one.
func (s *sweep) skipBlock(block reg.GPVirtual) {
	bytes := s.arg("numeric")
	s.ADDQ(s.argMem("nominal"), bytes)
	s.IMUL3Q(op.U32(columnBytes), bytes, bytes)
	s.ADDQ(bytes, block)
}

// column calls term for each query and vector of the current column, then steps
// to the next column.
func (s *sweep) column(term func(q reg.VecVirtual, x op.Op, sum reg.VecVirtual)) {
	rows, q := make([]op.Op, s.shape.vecs), s.vec()
	for v := range rows {
		rows[v] = at(s.col, v*s.bytes())
		if s.shape.queries > 1 { // read it once
			row := s.vec()
			s.VMOVUPS(rows[v], row)
			rows[v] = row
		}
	}
	for j := range s.sums {
		s.VBROADCASTSS(at(s.q, j*float), q)
		for v, row := range rows {
			term(q, row, s.sums[j][v])
		}
	}
	s.ADDQ(op.U32(columnBytes), s.col)
	s.ADDQ(op.U8(s.shape.queries*float), s.q)
}

// numeric sums the numeric columns. It jumps to miss when no row can be near
// enough any more.
func (s *sweep) numeric(miss string) {
	left, chunk := s.arg("numeric"), s.GP64()
	chunks, loop, done := s.label("chunk"), s.label("column"), s.label("numbers")
	for _, sums := range s.sums {
		s.zero(sums...)
	}
	s.TESTQ(left, left)
	s.JZ(op.LabelRef(done))

	s.Label(chunks)
	s.MOVQ(left, chunk)
	if s.m.monotone {
		s.untilLook(left, chunk)
	}
	s.SUBQ(chunk, left)
	s.Label(loop)
	s.column(func(q reg.VecVirtual, x op.Op, sum reg.VecVirtual) { s.fold(s.m, s.consts, q, x, sum) })
	s.DECQ(chunk)
	s.JNZ(op.LabelRef(loop))
	s.TESTQ(left, left)
	s.JZ(op.LabelRef(done))
	if s.m.monotone {
		s.jumpUnlessBelow(miss)
		s.JMP(op.LabelRef(chunks))
	}
	s.Label(done)

	if s.m.negate {
		sign := s.splat(signBit)
		for _, sums := range s.sums {
			for _, v := range sums {
				s.xor(sign, v)
			}
		}
	}
}

// untilLook lowers chunk to the columns until the next look at the bounds:
// max(firstLook, done/2) of those left.
func (s *sweep) untilLook(left, chunk reg.GPVirtual) {
	all, look, least := s.arg("numeric"), s.GP64(), s.GP64()
	few := s.label("few")
	s.CMPQ(all, op.U32(abandonFrom))
	s.JL(op.LabelRef(few))
	s.MOVQ(all, look)
	s.SUBQ(left, look)
	s.SHRQ(op.U8(1), look)
	s.MOVQ(op.U32(firstLook), least)
	s.CMPQ(look, least)
	s.CMOVQLT(least, look)
	s.CMPQ(look, left)
	s.CMOVQLT(look, chunk)
	s.Label(few)
}

// nominal adds 1 for each nominal column whose codes differ. A NaN differs from
// everything.
func (s *sweep) nominal() {
	left, loop, done := s.arg("nominal"), s.label("nominal"), s.label("sums")
	s.TESTQ(left, left)
	s.JZ(op.LabelRef(done))
	one, keep := s.splat(oneBits), reg.VecVirtual(nil)
	if !s.wide() {
		keep = s.splat(signBit) // -0, which leaves every sum as it is
	}
	s.Label(loop)
	s.column(func(q reg.VecVirtual, x op.Op, sum reg.VecVirtual) {
		if s.wide() {
			differ := s.K()
			s.VCMPPS(op.U8(notEqual), x, q, differ)
			s.VADDPS(one, sum, differ, sum)
			return
		}
		differ := s.vec()
		s.VCMPPS(op.U8(notEqual), x, q, differ)
		s.VBLENDVPS(differ, one, keep, differ)
		s.VADDPS(differ, sum, sum)
	})
	s.DECQ(left)
	s.JNZ(op.LabelRef(loop))
	s.Label(done)
}
