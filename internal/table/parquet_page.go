package table

import (
	"fmt"
	"hash/crc32"
	"io"
	"math"

	"github.com/parquet-go/parquet-go/format"
)

// pageHeader is what stands before a page.
type pageHeader struct {
	kind             format.PageType
	unpacked, packed int64 // bytes
	crc              uint32
	checked          bool // crc is there
	values           int64
	encoding         format.Encoding
	levelEncoding    format.Encoding // V1
	repetition       int64           // V2: bytes of levels
	definition       int64
	plain            bool // V2: values are not compressed
}

// decodePageHeader decodes the header at the start of data, and its length.
func decodePageHeader(data []byte) (h pageHeader, n int, err error) {
	r := &thrift{data: data}
	r.fields(thriftStruct, func(id int64, k kindOf) {
		switch id {
		case 1:
			h.kind = format.PageType(r.int(k))
		case 2:
			h.unpacked = r.int(k)
		case 3:
			h.packed = r.int(k)
		case 4:
			h.crc, h.checked = uint32(r.int(k)), true
		case 5, 7:
			r.fields(k, func(id int64, k kindOf) { h.field(r, id, k) })
		case 8:
			r.fields(k, func(id int64, k kindOf) { h.fieldV2(r, id, k) })
		default:
			r.skip(k)
		}
	})
	return h, r.at, r.err
}

// field reads a field of DataPageHeader or DictionaryPageHeader.
func (h *pageHeader) field(r *thrift, id int64, k kindOf) {
	switch id {
	case 1:
		h.values = r.int(k)
	case 2:
		h.encoding = format.Encoding(r.int(k))
	case 3:
		if k == thriftTrue || k == thriftFalse { // a dictionary may be sorted
			return
		}
		h.levelEncoding = format.Encoding(r.int(k))
	default:
		r.skip(k)
	}
}

// fieldV2 reads a field of DataPageHeaderV2.
func (h *pageHeader) fieldV2(r *thrift, id int64, k kindOf) {
	switch id {
	case 1:
		h.values = r.int(k)
	case 4:
		h.encoding = format.Encoding(r.int(k))
	case 5:
		h.definition = r.int(k)
	case 6:
		h.repetition = r.int(k)
	case 7:
		h.plain = !r.bool(k)
	default:
		r.skip(k)
	}
}

// check compares the claims of a header with the bytes that are left.
func (h *pageHeader) check(left int64) error {
	switch levels := h.repetition + h.definition; {
	case h.packed < 0 || h.packed > left:
		return fmt.Errorf("a page of %d bytes where %d are left", h.packed, left)
	case h.unpacked < 0 || h.values < 0 || h.unpacked > math.MaxInt32 || h.values > math.MaxInt32:
		return fmt.Errorf("a page of %d bytes with %d values", h.unpacked, h.values)
	case h.repetition < 0 || h.definition < 0 || levels > h.packed || levels > h.unpacked:
		return fmt.Errorf("levels of %d bytes in a page of %d", levels, h.packed)
	}
	return nil
}

// pageReader reads the pages of a chunk one after the other.
type pageReader struct {
	src     io.ReaderAt
	prints  *prints
	sum     uint64 // of the header
	at, end int64  // of the chunk: where the next page begins, where the last one does before
	limit   int64  // no page goes beyond
	window  []byte
	base    int64 // where window begins
}

const pageWindow = 1 << 18

// peek returns the n bytes at the position, fewer at the end. They are valid
// until the next call.
func (p *pageReader) peek(n int64) ([]byte, error) {
	n = min(n, p.limit-p.at)
	skip := p.at - p.base
	if skip <= int64(len(p.window)) && n <= int64(len(p.window))-skip {
		return p.window[skip:][:n], nil
	}
	size := max(n, min(pageWindow, p.limit-p.at))
	next := p.window[:0]
	if int64(cap(next)) < size {
		next = make([]byte, 0, size)
	}
	if skip < int64(len(p.window)) {
		next = append(next, p.window[skip:]...)
	}
	have := len(next)
	next = next[:size]
	if _, err := p.src.ReadAt(next[have:], p.at+int64(have)); err != nil {
		return nil, err
	}
	p.window, p.base = next, p.at
	return next[:n], nil
}

// next returns the next page as it is stored, io.EOF behind the last one. The
// bytes are valid until the next call.
func (p *pageReader) next() (h pageHeader, packed []byte, err error) {
	if p.at >= p.end {
		return h, nil, io.EOF
	}
	h, err = p.header()
	if err != nil {
		return h, nil, fmt.Errorf("%w: page header: %w", ErrCorrupt, err)
	}
	if err := h.check(p.limit - p.at); err != nil {
		return h, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if packed, err = p.peek(h.packed); err != nil {
		return h, nil, err
	}
	p.at += h.packed
	if err := p.prints.check(p.sum, packed); err != nil {
		return h, nil, err
	}
	if h.checked && crc32.ChecksumIEEE(packed) != h.crc {
		return h, nil, fmt.Errorf("%w: a page does not match its checksum", ErrCorrupt)
	}
	return h, packed, nil
}

// header reads the header at the position. How long it is shows only on the way.
func (p *pageReader) header() (pageHeader, error) {
	for size := int64(1 << 9); ; size *= 8 {
		window, err := p.peek(size)
		if err != nil {
			return pageHeader{}, err
		}
		h, n, err := decodePageHeader(window)
		if err == nil {
			p.at += int64(n)
			p.sum = p.prints.seed(window[:n])
			return h, nil
		}
		if int64(len(window)) < size {
			return h, err
		}
	}
}
