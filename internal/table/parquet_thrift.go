package table

import (
	"encoding/binary"
	"errors"
)

// thrift reads the compact protocol of Thrift, in which a Parquet file describes
// itself. The first error stays, and everything read after it is zero. No list is
// allocated before its elements are there.
type thrift struct {
	data []byte
	at   int
	err  error
}

// kindOf is the type of a field or of the elements of a list.
type kindOf byte

// The types. A boolean field is its type; among the elements of a list it is a
// byte.
const (
	thriftStop kindOf = iota
	thriftTrue
	thriftFalse
	thriftByte
	thriftInt16
	thriftInt32
	thriftInt64
	thriftDouble
	thriftBinary
	thriftList
	thriftSet
	thriftMap
	thriftStruct
	thriftUUID
)

var (
	errThriftShort = errors.New("its description ends early")
	errThrift      = errors.New("its description makes no sense")
)

func (r *thrift) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.at = len(r.data)
}

// take returns the next n bytes.
func (r *thrift) take(n uint64) []byte {
	if n > uint64(len(r.data)-r.at) {
		r.fail(errThriftShort)
		return nil
	}
	b := r.data[r.at:][:n]
	r.at += int(n)
	return b
}

func (r *thrift) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(r.data[r.at:])
	switch {
	case n > 0:
		r.at += n
	case n == 0:
		r.fail(errThriftShort)
	default:
		r.fail(errThrift)
	}
	return v
}

// int reads an integer of any width.
func (r *thrift) int(k kindOf) int64 {
	switch k {
	case thriftByte:
		return int64(int8(r.byte()))
	case thriftInt16, thriftInt32, thriftInt64:
		u := r.uvarint()
		return int64(u>>1) ^ -int64(u&1)
	}
	r.fail(errThrift)
	return 0
}

func (r *thrift) bool(k kindOf) bool {
	if k != thriftTrue && k != thriftFalse {
		r.fail(errThrift)
	}
	return k == thriftTrue
}

func (r *thrift) string(k kindOf) string {
	if k != thriftBinary {
		r.fail(errThrift)
		return ""
	}
	return string(r.take(r.uvarint()))
}

// fields calls f for every field of a struct. f reads the field or skips it.
func (r *thrift) fields(k kindOf, f func(id int64, k kindOf)) {
	if k != thriftStruct {
		r.fail(errThrift)
	}
	for id := int64(0); r.err == nil; {
		head := r.byte()
		kind := kindOf(head & 15)
		if kind == thriftStop {
			return
		}
		if step := int64(head >> 4); step != 0 {
			id += step
		} else {
			id = r.int(thriftInt16)
		}
		f(id, kind)
	}
}

// list calls f for every element of a list or set. f reads the element or skips
// it.
func (r *thrift) list(k kindOf, f func(k kindOf)) {
	if k != thriftList && k != thriftSet {
		r.fail(errThrift)
	}
	head := r.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = r.uvarint()
	}
	for ; n > 0 && r.err == nil; n-- {
		f(kindOf(head & 15))
	}
}

// skip passes over a field.
func (r *thrift) skip(k kindOf) { r.skipDeep(k, 0) }

func (r *thrift) skipDeep(k kindOf, depth int) {
	if depth > 64 {
		r.fail(errThrift)
	}
	element := func(k kindOf) {
		if k == thriftTrue || k == thriftFalse {
			k = thriftByte
		}
		r.skipDeep(k, depth+1)
	}
	switch k {
	case thriftTrue, thriftFalse:
	case thriftByte:
		r.byte()
	case thriftInt16, thriftInt32, thriftInt64:
		r.uvarint()
	case thriftDouble:
		r.take(8)
	case thriftBinary:
		r.take(r.uvarint())
	case thriftUUID:
		r.take(16)
	case thriftList, thriftSet:
		r.list(k, element)
	case thriftMap:
		r.skipMap(element)
	case thriftStruct:
		r.fields(k, func(_ int64, k kindOf) { r.skipDeep(k, depth+1) })
	default:
		r.fail(errThrift)
	}
}

func (r *thrift) skipMap(element func(kindOf)) {
	n := r.uvarint()
	if n == 0 {
		return
	}
	kinds := r.byte()
	for ; n > 0 && r.err == nil; n-- {
		element(kindOf(kinds >> 4))
		element(kindOf(kinds & 15))
	}
}
