package table

import (
	"encoding/binary"
	"fmt"
)

// layout is how many entries a batch has for some columns: one for each column,
// nested ones too, their buffers, and one for each column of views, which has any
// number of buffers more. The library reads on behind the last entry.
type layout struct{ columns, buffers, views int }

func (l *layout) add(m layout) {
	l.columns += m.columns
	l.buffers += m.buffers
	l.views += m.views
}

// layouts are those of a schema's rows and dictionaries.
type layouts struct {
	rows         layout
	dictionaries map[int64]layout
	left         int // how many columns more there may be
}

// checkSchema looks over the fields of a schema, and theirs. Fields may share
// what they point to, so that few bytes make many: number and depth are bounded.
func (b flat) checkSchema(schema int) (*layouts, error) {
	const maxDepth = 64
	b.checkMetadata(schema, 2)
	b.vector(schema, 3, 8)
	l := &layouts{dictionaries: map[int64]layout{}, left: maxColumns}
	var err error
	l.rows, err = b.checkFields(schema, 1, maxDepth, l)
	return l, err
}

// checkFields looks over a vector of fields.
func (b flat) checkFields(table, slot, depth int, l *layouts) (all layout, err error) {
	first, n := b.vector(table, slot, 4)
	if l.left -= n; l.left < 0 || n > 0 && depth == 0 {
		return all, fmt.Errorf("%w: more than %d columns, or columns nested too deeply", ErrUnsupported, maxColumns)
	}
	for i := range n {
		field := b.follow(first + 4*i)
		b.checkMetadata(field, 6)
		one := layout{columns: 1, buffers: b.buffersOf(field)}
		if kind := b.optionalByte(field, 2); kind == arrowBinaryView || kind == arrowUtf8View {
			one.views = 1
		}
		nested, err := b.checkFields(field, 5, depth-1, l)
		if err != nil {
			return all, err
		}
		one.add(nested)
		if at := b.optional(field, 4); at != 0 { // the rows hold places in a dictionary
			l.dictionaries[b.optionalLong(b.follow(at), 0)] = one
			one = layout{columns: 1, buffers: 2}
		}
		all.add(one)
	}
	return all, nil
}

// Kinds of columns in a schema whose buffers are not two, validity and values.
const (
	arrowNullKind      = 1
	arrowBinary        = 4
	arrowUtf8          = 5
	arrowStruct        = 13
	arrowUnion         = 14
	arrowFixedSizeList = 16
	arrowLargeBinary   = 19
	arrowLargeUtf8     = 20
	arrowRunEndEncoded = 22
	arrowBinaryView    = 23
	arrowUtf8View      = 24
	arrowListView      = 25
	arrowLargeListView = 26
)

// buffersOf returns how many buffers a field has, without those of its children.
func (b flat) buffersOf(field int) int {
	switch b.optionalByte(field, 2) {
	case arrowNullKind, arrowRunEndEncoded:
		return 0
	case arrowStruct, arrowFixedSizeList:
		return 1
	case arrowUnion:
		if at := b.optional(field, 3); at != 0 && b.optionalByte(b.follow(at), 0) != 0 { // dense
			return 2
		}
		return 1
	case arrowBinary, arrowUtf8, arrowLargeBinary, arrowLargeUtf8, arrowListView, arrowLargeListView:
		return 3
	}
	return 2
}

// checkBatch looks over a batch of rows, or a dictionary, whose buffers lie in a
// body of size bytes.
func (b flat) checkBatch(batch int, size int64, want layout) error {
	first, n := b.vector(batch, 1, 16) // of each column: rows, missing ones
	if n < want.columns {
		return fmt.Errorf("%w: a batch of %d columns, %d in the schema", ErrCorrupt, n, want.columns)
	}
	for i := range n {
		if rows := b.long(first + 16*i); rows < 0 || rows > 1<<40 {
			return fmt.Errorf("%w: a batch of %d rows", ErrCorrupt, rows)
		}
	}
	first, n = b.vector(batch, 2, 16) // offset, length
	buffers := n
	for i := range n {
		at, length := b.long(first+16*i), b.long(first+16*i+8)
		if at < 0 || length < 0 || length > size || at > size-length {
			return fmt.Errorf("%w: a buffer of %d bytes at %d of %d", ErrCorrupt, length, at, size)
		}
	}
	first, n = b.vector(batch, 4, 8)
	more := int64(0)
	for i := range n {
		count := b.long(first + 8*i)
		if count < 0 || count > int64(buffers) {
			return fmt.Errorf("%w: a column of %d buffers", ErrCorrupt, count)
		}
		more += count
	}
	if int64(buffers) < int64(want.buffers)+more || n < want.views {
		return fmt.Errorf("%w: a batch of %d buffers and %d columns of views, %d and %d are needed", ErrCorrupt, buffers, n, int64(want.buffers)+more, want.views)
	}
	return nil
}

// schemaMessage puts a message before a footer whose header is the schema there:
// some writers start a file with the message of a stream, others do not.
func schemaMessage(footer flat, schema int) flat {
	const size = 32
	b := binary.LittleEndian.AppendUint32(nil, 16)    // where the table is
	for _, x := range []uint16{10, 12, 8, 10, 4, 0} { // vtable: its size, that of the table, places of version, kind and header
		b = binary.LittleEndian.AppendUint16(b, x)
	}
	b = binary.LittleEndian.AppendUint32(b, 12) // how far the vtable is before the table
	b = binary.LittleEndian.AppendUint32(b, uint32(size+schema-len(b)))
	b = append(b, 4, 0, 1, 0, 0, 0, 0, 0) // version 5, kind schema
	return append(b, footer...)
}
