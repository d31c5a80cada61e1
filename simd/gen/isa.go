package main

import (
	"github.com/mmcloughlin/avo/attr"
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: the suffix of its kernels and the width of its
// vectors.
type isa struct {
	name  string
	width int // float32 values in a vector
}

var (
	avx2   = isa{"AVX2", 8}
	avx512 = isa{"AVX512", 16}
)

func (s isa) bytes() int { return s.width * float }
func (s isa) wide() bool { return s.width == 16 }

// vec returns a new vector register.
func (k *kernel) vec() reg.VecVirtual {
	if k.wide() {
		return k.ZMM()
	}
	return k.YMM()
}

// vecs returns n new vector registers.
func (k *kernel) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = k.vec()
	}
	return v
}

// zero clears vectors.
func (k *kernel) zero(vs ...reg.VecVirtual) {
	for _, v := range vs {
		if k.wide() {
			k.VPXORD(v, v, v) // eight registers of sixteen have no VEX form
			continue
		}
		k.VXORPS(v, v, v)
	}
}

// xor flips the bits of v that are set in bits.
func (k *kernel) xor(bits, v reg.VecVirtual) {
	if k.wide() {
		k.VPXORD(bits, v, v)
		return
	}
	k.VXORPS(bits, v, v)
}

// splat returns a vector with bits in each 32-bit lane.
func (k *kernel) splat(bits uint32) reg.VecVirtual {
	r, v := k.GP32(), k.vec()
	k.MOVL(op.U32(bits), r)
	k.VMOVD(r, v.AsX())
	k.VBROADCASTSS(v.AsX(), v)
	return v
}

// The bits of float32 constants.
const (
	signBit = 1 << 31
	absMask = signBit - 1
	oneBits = 0x3f800000
)

// mask selects the first 1 to 15 of 16 columns, or none. With AVX-512 it is one
// mask register; with AVX2 it is a vector of all-one words for each half.
type mask struct {
	k     reg.OpmaskVirtual
	halfs []reg.VecVirtual
}

// tailMask returns the mask of the first n%16 columns. It changes n.
func (k *kernel) tailMask(n reg.GPVirtual) mask {
	k.Comment("Mask of the columns after the last whole group of 16.")
	k.ANDQ(op.U8(lanes-1), n)
	if k.wide() {
		one, m := k.GP64(), k.K()
		k.MOVQ(op.U32(1), one)
		k.SHLXQ(n, one, one)
		k.DECQ(one)
		k.KMOVW(one.As32(), m)
		return mask{k: m}
	}
	table, m := k.GP64(), mask{halfs: k.vecs(2)}
	k.LEAQ(k.maskTable(), table)
	k.NEGQ(n)
	for h, v := range m.halfs {
		k.VMOVUPS(op.Mem{Base: table, Index: n, Scale: float, Disp: (lanes + h*k.width) * float}, v)
	}
	return m
}

// maskTable returns 16 words of ones before 16 words of zeros.
func (k *kernel) maskTable() op.Mem {
	if k.table.Symbol.Name == "" {
		k.table = k.StaticGlobal("maskTable")
		k.DataAttributes(attr.RODATA | attr.NOPTR)
		for i := range 2 * lanes {
			word := op.U32(0)
			if i < lanes {
				word = 0xffffffff
			}
			k.AddDatum(i*float, word)
		}
	}
	return k.table
}

// jumpIfEmpty jumps to label when m selects no column.
func (k *kernel) jumpIfEmpty(m mask, label string) {
	if k.wide() {
		k.KORTESTW(m.k, m.k)
	} else {
		k.VPTEST(m.halfs[0], m.halfs[0])
	}
	k.JZ(op.LabelRef(label))
}

// loadMasked loads the columns that m selects of half h, and zeros for others.
func (k *kernel) loadMasked(from op.Mem, m mask, h int, to reg.VecVirtual) {
	if k.wide() {
		k.VMOVUPS_Z(from, m.k, to)
		return
	}
	k.VMASKMOVPS(from, m.halfs[h], to)
}

// storeMasked stores the columns that m selects, of a vector with one mask.
func (k *kernel) storeMasked(from reg.VecVirtual, m mask, to op.Mem) {
	if k.wide() {
		k.VMOVUPS(from, m.k, to)
		return
	}
	k.VMASKMOVPS(from, m.halfs[0], to)
}
