package main

import (
	op "github.com/mmcloughlin/avo/operand"
)

// prefetchFamily writes the kernel that asks for memory before it is needed. It has no
// vectors: one serves both levels.
func prefetchFamily(k *kernel) {
	if k.wide() {
		return
	}
	k.begin("prefetchRows", "func(rows *byte, stride, bytes int, ids *uint32, n int)", "the body of PrefetchRows")
	ids, n, rows := k.arg("ids"), k.arg("n"), k.arg("rows")
	stride, bytes, row := k.arg("stride"), k.arg("bytes"), k.GP64()
	loop, next := k.label("rows"), k.label("next")
	k.Label(loop)
	k.MOVL(at(ids, 0), row.As32())
	k.IMULQ(stride, row)
	k.ADDQ(rows, row)
	k.prefetchRow(row, bytes, next)
	k.ADDQ(op.U8(float), ids)
	k.DECQ(n)
	k.JNZ(op.LabelRef(loop))
	k.RET()
}
