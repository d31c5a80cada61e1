package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sum is how partial sums become the result of a row.
type sum struct {
	add    func(x, y, to op.Op)
	negate bool
}

// floatSum is the sum of float32 values that metric m needs.
func (k *kernel) floatSum(m metric) sum {
	return sum{add: func(x, y, to op.Op) { k.VADDPS(x, y, to) }, negate: m.negate}
}

// reduce adds up the 16 partial sums of each row, upper half to lower half until
// one is left, negates the results where that is asked for, and stores
// them at dst. sums[r] holds row r in one zmm or two ymm.
//
// Rows share vectors as they shrink: two rows in a vector after the first step,
// four after the second, so that eight rows take little more than two.
func (k *kernel) reduce(t sum, sums [][]reg.VecVirtual, dst op.Mem) {
	k.Comment("Add the upper half of the partial sums to the lower half until one is left.")
	switch {
	case len(sums) == 1:
		k.reduceOne(t, sums[0], dst)
	case k.wide():
		k.reduceWide(t, sums, dst)
	default:
		k.reduceHalfs(t, sums, dst)
	}
}

// pairUp returns lo(x, y) + hi(x, y), two shuffles of the same vectors.
func (k *kernel) pairUp(t sum, shuffle func(imm, y, x, to op.Op), lo, hi uint8, x, y reg.VecVirtual) reg.VecVirtual {
	a, b := k.vec(), k.vec()
	shuffle(op.U8(lo), y, x, a)
	shuffle(op.U8(hi), y, x, b)
	t.add(b, a, a)
	return a
}

// reduceWide takes 4 or 8 rows in zmm registers.
func (k *kernel) reduceWide(t sum, sums [][]reg.VecVirtual, dst op.Mem) {
	lanes128 := func(imm, y, x, to op.Op) { k.VSHUFF64X2(imm, y, x, to) }
	words := func(imm, y, x, to op.Op) { k.VSHUFPS(imm, y, x, to) }
	four := func(a, b, c, d int) reg.VecVirtual { // 4 partial sums of each row, a row in 128 bits
		ab := k.pairUp(t, lanes128, 0x44, 0xee, sums[a][0], sums[b][0])
		cd := k.pairUp(t, lanes128, 0x44, 0xee, sums[c][0], sums[d][0])
		return k.pairUp(t, lanes128, 0x88, 0xdd, ab, cd)
	}
	var x, y reg.VecVirtual
	keep := uint32(0x1111) // the words that hold results, in row order
	if len(sums) == 8 {
		x, y = four(0, 2, 4, 6), four(1, 3, 5, 7)
		keep = 0x5555
	} else {
		x = four(0, 1, 2, 3)
		y = x
	}
	z, odd := k.pairUp(t, words, 0x44, 0xee, x, y), k.vec()
	k.VMOVSHDUP(z, odd)
	t.add(odd, z, z)
	if t.negate {
		k.VPXORD(k.splat(signBit), z, z)
	}
	r, words16 := k.GP32(), k.K()
	k.MOVL(op.U32(keep), r)
	k.KMOVW(r, words16)
	k.VCOMPRESSPS(z, words16, dst)
}

// reduceHalfs takes 4 rows in pairs of ymm registers.
func (k *kernel) reduceHalfs(t sum, sums [][]reg.VecVirtual, dst op.Mem) {
	for _, s := range sums {
		t.add(s[1], s[0], s[0])
	}
	lanes128 := func(imm, y, x, to op.Op) { k.VPERM2F128(imm, y, x, to) }
	words := func(imm, y, x, to op.Op) { k.VSHUFPS(imm, y, x, to) }
	x := k.pairUp(t, lanes128, 0x20, 0x31, sums[0][0], sums[2][0])
	y := k.pairUp(t, lanes128, 0x20, 0x31, sums[1][0], sums[3][0])
	z, odd, upper := k.pairUp(t, words, 0x44, 0xee, x, y), k.vec(), k.XMM()
	k.VMOVSHDUP(z, odd)
	t.add(odd, z, z)
	k.VEXTRACTF128(op.U8(1), z, upper)
	k.VSHUFPS(op.U8(0x88), upper, z.AsX(), upper)
	if t.negate {
		k.VXORPS(k.splat(signBit).AsX(), upper, upper)
	}
	k.VMOVUPS(upper, dst)
}

// reduceOne takes one row.
func (k *kernel) reduceOne(t sum, parts []reg.VecVirtual, dst op.Mem) {
	s := parts[0]
	if k.wide() {
		upper := k.YMM()
		k.VEXTRACTF64X4(op.U8(1), s, upper)
		t.add(upper, s.AsY(), s.AsY())
	} else {
		t.add(parts[1], s, s)
	}
	x, upper := s.AsX(), k.XMM()
	k.VEXTRACTF128(op.U8(1), s.AsY(), upper)
	t.add(upper, x, x)
	k.VMOVHLPS(x, x, upper)
	t.add(upper, x, x)
	k.VMOVSHDUP(x, upper)
	t.add(upper, x, x)
	if t.negate {
		k.VXORPS(k.splat(signBit).AsX(), x, x)
	}
	k.VMOVSS(x, dst)
}
