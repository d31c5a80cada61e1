package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPS.
const (
	lessThan = 1
	notEqual = 4 // also of a NaN
)

// jumpUnlessBelow jumps to label when no sum is below its query's bound.
//
// VMINPS returns its second source when either is NaN; with the running minimum
// there, a NaN sum is passed over and a NaN bound stays.
func (s *sweep) jumpUnlessBelow(label string) {
	s.Comment("Is any sum below its bound?")
	var any reg.VecVirtual
	anyK := s.K()
	for j, sums := range s.sums {
		bound, least := s.vec(), s.vec()
		s.VBROADCASTSS(s.bound[j], bound)
		s.VMINPS(bound, sums[0], least)
		for _, v := range sums[1:] {
			s.VMINPS(least, v, least)
		}
		switch {
		case s.wide() && j == 0:
			s.VCMPPS(op.U8(lessThan), bound, least, anyK)
		case s.wide():
			below := s.K()
			s.VCMPPS(op.U8(lessThan), bound, least, below)
			s.KORW(below, anyK, anyK)
		case j == 0:
			any = s.vec()
			s.VCMPPS(op.U8(lessThan), bound, least, any)
		default:
			s.VCMPPS(op.U8(lessThan), bound, least, least)
			s.VORPS(least, any, any)
		}
	}
	if s.wide() {
		s.KORTESTW(anyK, anyK)
	} else {
		s.VTESTPS(any, any)
	}
	s.JZ(op.LabelRef(label))
}

// store writes the sums of this pass to out.Dist and which are below the bound
// to out.Hit. rows is the offset in bytes of the pass's first row in a column.
func (s *sweep) store(rows reg.GPVirtual) {
	s.Comment("Yes: write distances and hits.")
	dist, hit := s.GP64(), s.GP64()
	s.LEAQ(atIndex(s.out, rows, 0), dist)
	s.MOVQ(rows, hit)
	s.SHRQ(op.U8(5), hit) // 32 bytes of distances for each byte of hits
	s.LEAQ(atIndex(s.out, hit, s.shape.queries*columnBytes), hit)
	for j, sums := range s.sums {
		bound := s.vec()
		s.VBROADCASTSS(s.bound[j], bound)
		for v, sum := range sums {
			s.VMOVUPS(sum, at(dist, j*columnBytes+v*s.bytes()))
			s.storeHits(bound, sum, at(hit, j*8+v*s.width/8))
		}
	}
}

func (s *sweep) storeHits(bound, sum reg.VecVirtual, to op.Mem) {
	if s.wide() {
		below := s.K()
		s.VCMPPS(op.U8(lessThan), bound, sum, below)
		s.KMOVW(below, to)
		return
	}
	below, bits := s.vec(), s.GP32()
	s.VCMPPS(op.U8(lessThan), bound, sum, below)
	s.VMOVMSKPS(below, bits)
	s.MOVB(bits.As8(), to)
}

// clearHits sets out.Hit to zero, for passes that store nothing.
func (s *sweep) clearHits() {
	for j := range s.shape.queries {
		s.MOVQ(op.U32(0), at(s.out, s.shape.queries*columnBytes+j*8))
	}
}
