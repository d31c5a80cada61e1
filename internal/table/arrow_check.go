package table

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// checkSchema looks over the schema of an Arrow file or stream. The library
// allocates for as many columns as a FlatBuffers vector claims to have, whatever
// the file's size, and a program cannot recover from running out of memory.
//
// It panics, for guard to catch, where offsets lead outside.
func checkSchema(src *source, file bool) error {
	if file {
		// A file ends in: footer, its length, the magic bytes.
		b := readFlat(src, src.size-int64(len(ipc.Magic))-4, -1)
		footer := b.follow(0)
		b.vector(footer, 2, 24) // dictionaries
		b.vector(footer, 3, 24) // record batches
		b.checkMetadata(footer, 4)
		return b.checkSchema(b.follow(b.field(footer, 1)))
	}
	start := int64(0)
	if b := readAt(src, 0, 4); binary.LittleEndian.Uint32(b) == ^uint32(0) {
		start = 4 // the mark before a length, which old files lack
	}
	b := readFlat(src, start, 1)
	message := b.follow(0)
	b.checkMetadata(message, 4)
	return b.checkSchema(b.follow(b.field(message, 2)))
}

// readFlat reads the FlatBuffer that stands before (side -1) or behind (side 1)
// its length at offset at.
func readFlat(src *source, at int64, side int) flat {
	n := int64(binary.LittleEndian.Uint32(readAt(src, at, 4)))
	if side < 0 {
		return readAt(src, at-n, n)
	}
	return readAt(src, at+4, n)
}

// readAt reads n bytes at offset at.
func readAt(src *source, at, n int64) []byte {
	if at < 0 || n < 0 || n > src.size-at {
		panic(fmt.Sprintf("%d bytes at %d of a file of %d", n, at, src.size))
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(src, at, n), b); err != nil {
		panic(err)
	}
	return b
}

// flat is a FlatBuffer. Its methods panic outside of it.
type flat []byte

// follow returns where the offset at position at leads.
func (b flat) follow(at int) int { return at + int(binary.LittleEndian.Uint32(b[at:])) }

// field returns the position of a field of a table. It panics without the field.
func (b flat) field(table, slot int) int {
	at := b.optional(table, slot)
	if at == 0 {
		panic(fmt.Sprintf("field %d is missing", slot))
	}
	return at
}

// optional is field, or 0 where the table does not have it.
func (b flat) optional(table, slot int) int {
	fields := table - int(int32(binary.LittleEndian.Uint32(b[table:])))
	entry := 4 + 2*slot
	if entry >= int(binary.LittleEndian.Uint16(b[fields:])) {
		return 0
	}
	offset := int(binary.LittleEndian.Uint16(b[fields+entry:]))
	if offset == 0 {
		return 0
	}
	return table + offset
}

// vector returns where the elements of a vector start, and their number. It
// panics when elements of size bytes do not fit the buffer.
func (b flat) vector(table, slot, size int) (first, n int) {
	at := b.optional(table, slot)
	if at == 0 {
		return 0, 0
	}
	at = b.follow(at)
	n = int(binary.LittleEndian.Uint32(b[at:]))
	if n > (len(b)-at-4)/size {
		panic(fmt.Sprintf("%d elements in %d bytes", n, len(b)-at-4))
	}
	return at + 4, n
}

// checkMetadata looks over a vector of keys and values.
func (b flat) checkMetadata(table, slot int) { b.vector(table, slot, 4) }

// checkSchema looks over the fields of a schema, and theirs. Fields may share
// what they point to, so that few bytes make many: number and depth are bounded.
func (b flat) checkSchema(schema int) error {
	const maxDepth = 64
	b.checkMetadata(schema, 2)
	b.vector(schema, 3, 8)
	left := maxColumns
	return b.checkFields(schema, 1, maxDepth, &left)
}

func (b flat) checkFields(table, slot, depth int, left *int) error {
	first, n := b.vector(table, slot, 4)
	if *left -= n; *left < 0 || n > 0 && depth == 0 {
		return fmt.Errorf("%w: more than %d columns, or columns nested too deeply", ErrUnsupported, maxColumns)
	}
	for i := range n {
		field := b.follow(first + 4*i)
		b.checkMetadata(field, 6)
		if err := b.checkFields(field, 5, depth-1, left); err != nil {
			return err
		}
	}
	return nil
}
