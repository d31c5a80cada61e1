package main

import (
	op "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// metric is how one column of two vectors joins a sum, and what the sum means.
type metric struct {
	name     string
	abs      bool // |q-x| instead of a product
	diff     bool // (q-x)² instead of q·x
	negate   bool // the distance is minus the sum
	monotone bool // sums never fall, so a sum beyond the bound stays there
}

var metrics = []metric{
	{name: "L2", diff: true, monotone: true},
	{name: "IP", negate: true},
	{name: "L1", abs: true, monotone: true},
}

// consts holds the constant vectors a metric needs through a kernel.
type consts struct{ abs reg.VecVirtual }

func (k *kernel) consts(m metric) (c consts) {
	if m.abs {
		c.abs = k.splat(absMask)
	}
	return c
}

// fold adds the terms of q and x to sum, in the order of operations that the
// package comment of simd fixes. x may be in memory.
func (k *kernel) fold(m metric, c consts, q reg.VecVirtual, x op.Op, sum reg.VecVirtual) {
	k.foldMasked(m, c, q, x, sum, mask{}, 0)
}

// foldMasked is fold for the columns that tail selects of half h; other sums
// keep their bits (adding a zero would not: it turns -0 to +0).
func (k *kernel) foldMasked(m metric, c consts, q reg.VecVirtual, x op.Op, sum reg.VecVirtual, tail mask, h int) {
	to := sum
	if tail.halfs != nil {
		to = k.vec()
		k.VMOVAPS(sum, to)
	}
	last := func(ops ...op.Op) []op.Op { // puts the mask register before the result
		if tail.k == nil {
			return append(ops, to)
		}
		return append(ops, tail.k, to)
	}
	d := k.vec()
	switch {
	case m.diff:
		k.VSUBPS(x, q, d)
		k.VFMADD231PS(last(d, d)...)
	case m.abs:
		k.VSUBPS(x, q, d)
		k.VANDPS(c.abs, d, d)
		k.VADDPS(last(d, to)...)
	default:
		k.VFMADD231PS(last(x, q)...)
	}
	if tail.halfs != nil {
		k.VBLENDVPS(tail.halfs[h], to, sum, sum)
	}
}
