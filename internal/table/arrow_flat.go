package table

import (
	"encoding/binary"
	"fmt"
)

// flat is a FlatBuffer, in which Arrow keeps what it says about its data. The
// library allocates for as many elements as a vector claims to have, and a program
// cannot recover from running out of memory: claims are looked over first. The
// methods panic outside of the bytes, for guard to catch.
type flat []byte

// follow returns where the offset at position at leads.
func (b flat) follow(at int) int { return at + int(binary.LittleEndian.Uint32(b[at:])) }

// long returns the number at position at.
func (b flat) long(at int) int64 { return int64(binary.LittleEndian.Uint64(b[at:])) }

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

// optionalLong returns a number that is 0 where the table does not have it.
func (b flat) optionalLong(table, slot int) int64 {
	if at := b.optional(table, slot); at != 0 {
		return b.long(at)
	}
	return 0
}

// optionalByte likewise.
func (b flat) optionalByte(table, slot int) byte {
	if at := b.optional(table, slot); at != 0 {
		return b[at]
	}
	return 0
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
