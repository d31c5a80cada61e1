package simd

import "unsafe"

// CodeStride is what rows of 8-bit codes are padded to a multiple of.
const CodeStride = 64

// maxCodes is the longest row whose squared distance fits 32 bits.
const maxCodes = 1 << 32 / (255 * 255) / CodeStride * CodeStride

// codeBody is the body of one level for rows of 8-bit codes. They trust their
// arguments.
type codeBody struct {
	rows   func(dst *uint32, q, rows *uint8, stride, n int)
	gather func(dst *uint32, q, rows *uint8, stride int, ids *uint32, n int)
	decode func(dst *float32, codes *uint8, low *float32, step float64, n int)
}

var codeTable = func() (t [levels]codeBody) {
	for _, l := range Supported() {
		t[l] = codeBodies(l)
	}
	t[unusable] = unusableCodes
	return t
}()

// RowsU8 writes to dst[i] the squared distance between the codes q and row i of
// rows, which is exact:
//
//	sum over j < stride of (q[j]-rows[i·stride+j])²
//
// Rows start stride apart, a multiple of [CodeStride] up to 66,048, and len(q) is
// stride: pad rows and the query with equal codes.
func RowsU8(dst []uint32, q, rows []uint8, stride int) {
	checkCodes(q, rows, stride, len(dst))
	if len(rows)/stride < len(dst) {
		panic("simd: RowsU8: rows is too short")
	}
	codeTable[active].rowsU8(dst, q, rows, stride)
}

// GatherU8 writes to dst[i] the squared distance, as in RowsU8, between q and
// row ids[i] of rows. It prefetches the rows itself. Every id must be a row of
// rows; that is not checked here.
func GatherU8(dst []uint32, q, rows []uint8, stride int, ids []uint32) {
	checkCodes(q, rows, stride, len(ids))
	if len(dst) < len(ids) {
		panic("simd: GatherU8: dst is shorter than ids")
	}
	codeTable[active].gatherU8(dst, q, rows, stride, ids)
}

// DecodeU8 writes to dst[i] what codes[i] stands for, computed in float64 and rounded:
//
//	float32(float64(low[i]) + step·float64(codes[i]))
//
// len(dst) is a multiple of [Lanes]; codes and low are at least as long.
func DecodeU8(dst []float32, codes []uint8, low []float32, step float64) {
	codeTable[active].decodeU8(dst, codes, low, step)
}

// decodeU8 is DecodeU8 at one level.
func (c codeBody) decodeU8(dst []float32, codes []uint8, low []float32, step float64) {
	n := len(dst)
	if n%Lanes != 0 || len(codes) < n || len(low) < n {
		panic("simd: DecodeU8: dst is no multiple of 16, or codes or low is shorter")
	}
	if n == 0 {
		return
	}
	raceRead(codes[:n])
	raceRead(low[:n])
	raceWrite(dst)
	c.decode(&dst[0], &codes[0], &low[0], step, n)
}

// checkCodes panics when q or rows do not fit stride.
func checkCodes(q, rows []uint8, stride, n int) {
	if stride <= 0 || stride%CodeStride != 0 || stride > maxCodes || len(q) != stride || (n > 0 && len(rows) < stride) {
		panic("simd: codes: stride is no multiple of 64 up to 66048, q is not that long, or rows is empty")
	}
}

// rowsU8 is RowsU8 at one level.
func (c codeBody) rowsU8(dst []uint32, q, rows []uint8, stride int) {
	raceRead(q)
	raceRows(rows, stride, stride, len(dst), nil)
	raceWrite(dst)
	step := chunk(stride)
	for first := 0; first < len(dst); first += step {
		c.rows(&dst[first], &q[0], &rows[first*stride], stride, min(step, len(dst)-first))
	}
}

// gatherU8 is GatherU8 at one level.
func (c codeBody) gatherU8(dst []uint32, q, rows []uint8, stride int, ids []uint32) {
	raceRead(q)
	raceRows(rows, stride, stride, len(ids), ids)
	raceWrite(dst[:len(ids)])
	step := chunk(stride)
	for first := 0; first < len(ids); first += step {
		c.gather(&dst[first], &q[0], &rows[0], stride, &ids[first], min(step, len(ids)-first))
	}
}

// genericCodes holds the portable bodies.
var genericCodes = codeBody{
	rows: func(dst *uint32, q, rows *uint8, stride, n int) {
		for i := range n {
			unsafe.Slice(dst, n)[i] = codeDistance(q, rows, stride, i)
		}
	},
	gather: func(dst *uint32, q, rows *uint8, stride int, ids *uint32, n int) {
		for i, id := range unsafe.Slice(ids, n) {
			unsafe.Slice(dst, n)[i] = codeDistance(q, rows, stride, int(id))
		}
	},
	decode: func(dst *float32, codes *uint8, low *float32, step float64, n int) {
		lows, to := unsafe.Slice(low, n), unsafe.Slice(dst, n)
		for i, c := range unsafe.Slice(codes, n) {
			to[i] = float32(float64(lows[i]) + float64(step*float64(c))) // no fused rounding
		}
	},
}

// codeDistance returns the squared distance between q and row i of rows.
func codeDistance(q, rows *uint8, stride, i int) (sum uint32) {
	row := unsafe.Slice((*uint8)(unsafe.Add(unsafe.Pointer(rows), uintptr(i)*uintptr(stride))), stride)
	for j, x := range unsafe.Slice(q, stride) {
		d := int32(x) - int32(row[j])
		sum += uint32(d * d)
	}
	return sum
}
