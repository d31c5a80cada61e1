package table

import (
	"errors"
	"io"

	"github.com/zeebo/xxh3"
)

// errChanged is returned for a file that is not what it was in an earlier pass.
var errChanged = errors.New("the file was changed while it was read: read it when nobody writes it")

// fileMemory is what is kept of a file from one pass over it to the next.
type fileMemory struct {
	columns map[string]*columnMemory
	prints  prints // of what is read for all columns together
	sum     uint64 // of a footer
	known   bool   // sum was set
	folder  string // of scratch files; "": that of the system
	spools  map[string]*scratch
	shared  map[string]*dictionary // of columns that have one over all parts
}

// columnMemory is what is kept of a column.
type columnMemory struct {
	texts  *dictionary
	prints prints
	far    bool // an INT96 that nanoseconds do not hold
	clock  bool // a date in milliseconds that has a time of day
	open   bool // what the field is hangs on the values
	proven bool // it was read to its end without an error
}

// column returns the memory of a column. That of no file at all is a new one.
func (m *fileMemory) column(name string) *columnMemory {
	if m == nil {
		return &columnMemory{texts: new(dictionary), prints: prints{off: true}}
	}
	c := m.columns[name]
	if c == nil {
		if c = (&columnMemory{texts: m.shared[name]}); c.texts == nil {
			c.texts = new(dictionary)
		}
		if m.columns == nil {
			m.columns = map[string]*columnMemory{}
		}
		m.columns[name] = c
	}
	return c
}

// footer compares the checksum of a footer with that of the pass before.
func (m *fileMemory) footer(sum uint64) error {
	if m == nil {
		return nil
	}
	if m.known && m.sum != sum {
		return errChanged
	}
	m.sum, m.known = sum, true
	return nil
}

// prints are checksums of the pieces of a file, in the order in which every pass
// reads them: a pass compares its pieces with those that one before has read.
type prints struct {
	sums []uint64
	next int
	off  bool
}

// restart begins a pass.
func (p *prints) restart() { p.next = 0 }

// seed returns the checksum of what stands before a piece.
func (p *prints) seed(head []byte) uint64 {
	if p == nil || p.off {
		return 0
	}
	return xxh3.Hash(head)
}

// reader returns r, of which each some hundred kilobytes are a piece.
func (p *prints) reader(r io.Reader) io.Reader {
	if p.off {
		return r
	}
	return &printed{r: r, prints: p, hash: xxh3.New()}
}

// printed is a reader whose bytes are compared with those of the pass before.
type printed struct {
	r      io.Reader
	prints *prints
	hash   *xxh3.Hasher
	n      int // bytes in hash
}

func (p *printed) Read(b []byte) (int, error) {
	const piece = 1 << 18
	n, err := p.r.Read(b[:min(len(b), piece-p.n)])
	_, _ = p.hash.Write(b[:n])
	if p.n += n; p.n == piece || err != nil && p.n > 0 {
		sum := p.hash.Sum64()
		p.hash.Reset()
		p.n = 0
		if changed := p.prints.add(sum); changed != nil {
			return n, changed
		}
	}
	return n, err
}

// check compares the next piece, or keeps its checksum.
func (p *prints) check(seed uint64, piece []byte) error {
	if p == nil || p.off {
		return nil
	}
	return p.add(xxh3.HashSeed(piece, seed))
}

// add compares the checksum of the next piece, or keeps it.
func (p *prints) add(sum uint64) error {
	if p.next++; p.next > len(p.sums) {
		p.sums = append(p.sums, sum)
	} else if p.sums[p.next-1] != sum {
		return errChanged
	}
	return nil
}
