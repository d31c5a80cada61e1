package table

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/nngmix/nngmix/internal/table/npy"
)

// csvSpool keeps the values of CSV columns on disk while it shows what they are: a
// number that was taken for an integer, and so on. What stands there is turned into
// what the column became when it is read.
//
// A segment is some rows of all columns: for each column an entry, then for each its
// values in the machine's byte order and, where some are missing, a bitmap of those.
type csvSpool struct {
	file     *scratch
	builders []*builder // of the columns; nil: none
	segments []segment
	rows     int
	buffer   []byte
}

// segment is where rows stand: first is the number of the first one.
type segment struct {
	at          int64
	first, rows int
}

// entry is what a segment says of a column.
type entry struct {
	kind    kind
	gaps    bool
	unit    time.Duration // of times
	from, n int64         // bytes in the segment
}

const entrySize = 32

// spoolValues is how many values a segment has about. Tests make it small.
var spoolValues = 1 << 19

// flush writes the rows that builders have once they are many, or however few.
func (s *csvSpool) flush(all bool) error {
	rows, columns := 0, 0
	for _, b := range s.builders {
		if b != nil {
			rows, columns = b.n-b.base, columns+1
		}
	}
	if rows == 0 || !all && rows*columns < spoolValues {
		return nil
	}
	s.buffer = append(s.buffer[:0], make([]byte, entrySize*len(s.builders))...)
	for j, b := range s.builders {
		if b != nil {
			s.append(j, b)
		}
	}
	s.segments = append(s.segments, segment{s.file.size, s.rows, rows})
	if _, err := s.file.Write(s.buffer); err != nil {
		return err
	}
	s.rows += rows
	return nil
}

// append adds what column j has, and takes it from its builder.
func (s *csvSpool) append(j int, b *builder) {
	e := entry{kind: b.kind, gaps: len(b.gaps) > 0, unit: b.temporal.Unit, from: int64(len(s.buffer))}
	n := b.n - b.base
	switch {
	case b.kind == integer || b.kind == timed:
		for _, v := range b.ints {
			b.least, b.most = min(b.least, v), max(b.most, v)
		}
		s.buffer = append(s.buffer, npy.Bytes(b.ints)...)
	case b.kind == floating:
		s.buffer = append(s.buffer, npy.Bytes(b.floats)...)
	case b.kind == boolean:
		s.buffer = append(s.buffer, b.bools...)
	case b.kind == text && !b.late:
		s.buffer = append(s.buffer, npy.Bytes(b.codes)...)
	case b.kind == precise:
		s.buffer = append(s.buffer, npy.Bytes(b.exact.counts)...)
		s.buffer = append(s.buffer, npy.Bytes(b.exact.floats)...)
		s.buffer = append(s.buffer, b.exact.places...)
		b.exact.counts, b.exact.floats, b.exact.places = b.exact.counts[:0], b.exact.floats[:0], b.exact.places[:0]
	default:
		e.kind = unknown // nothing is kept
	}
	if e.n = int64(len(s.buffer)) - e.from; e.gaps {
		words := make(bitmap, (n+63)>>6)
		copy(words, b.gaps)
		s.buffer = append(s.buffer, npy.Bytes(words)...)
	}
	b.ints, b.floats, b.bools, b.codes, b.gaps = b.ints[:0], b.floats[:0], b.bools[:0], b.codes[:0], nil
	b.base = b.n
	e.put(s.buffer[entrySize*j:])
}

func (e *entry) put(dst []byte) {
	dst[0], dst[1] = byte(e.kind), byte(btoi(e.gaps))
	binary.LittleEndian.PutUint64(dst[8:], uint64(e.unit))
	binary.LittleEndian.PutUint64(dst[16:], uint64(e.from))
	binary.LittleEndian.PutUint64(dst[24:], uint64(e.n))
}

func (e *entry) get(src []byte) {
	e.kind, e.gaps = kind(src[0]), src[1] == 1
	e.unit = time.Duration(binary.LittleEndian.Uint64(src[8:]))
	e.from, e.n = int64(binary.LittleEndian.Uint64(src[16:])), int64(binary.LittleEndian.Uint64(src[24:]))
}

// stored is a column of a segment.
type stored struct {
	entry
	rows   int
	values []byte
	gaps   bitmap
}

// read returns column j of segment k.
func (s *csvSpool) read(j, k int) (*stored, error) {
	g := s.segments[k]
	var head [entrySize]byte
	if _, err := s.file.ReadAt(head[:], g.at+int64(entrySize*j)); err != nil {
		return nil, fmt.Errorf("the scratch file cannot be read: %w", err)
	}
	c := &stored{rows: g.rows}
	c.get(head[:])
	words := 0
	if c.entry.gaps {
		words = (g.rows + 63) >> 6
	}
	// Memory for words of 8 bytes, whatever is put there.
	memory := npy.Bytes(make([]uint64, (c.n+7)/8+int64(words)))
	c.values = memory[:c.n]
	c.gaps = make(bitmap, words)
	if _, err := s.file.ReadAt(c.values, g.at+c.from); err != nil {
		return nil, fmt.Errorf("the scratch file cannot be read: %w", err)
	}
	if words > 0 {
		if _, err := s.file.ReadAt(npy.Bytes(c.gaps), g.at+c.from+c.n); err != nil {
			return nil, fmt.Errorf("the scratch file cannot be read: %w", err)
		}
	}
	return c, nil
}
