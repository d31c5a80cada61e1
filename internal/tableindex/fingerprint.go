package tableindex

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/zeebo/xxh3"
)

// fingerprints returns a hash of all values of each column, 128 bits in hex.
// Equal numbers give equal hashes whatever type they are stored in, equal texts
// whatever their codes; missing values are equal to each other. Time is
// compared by its counts.
func fingerprints(list []table.Column, rows int) []string {
	p := newPrints(len(list))
	p.add(list, rows)
	return p.sums()
}

// prints are fingerprints of columns that come in batches, in order. They do not
// depend on where batches end.
type prints struct {
	columns []*fingerprint
	rows    int
}

// fingerprint is that of a column: the hash of the hashes of its chunks.
type fingerprint struct {
	known hashed
	begun chunkText    // of a chunk that is not complete
	sums  *xxh3.Hasher // of the chunks before
	room  []byte       // of a batch: the sums of its whole chunks
}

func newPrints(n int) *prints {
	p := &prints{columns: make([]*fingerprint, n)}
	for j := range p.columns {
		p.columns[j] = &fingerprint{sums: xxh3.New()}
	}
	return p
}

// add takes account of the next n rows: of list, the columns in order.
func (p *prints) add(list []table.Column, n int) {
	for j, c := range list {
		p.columns[j].known.take(c)
	}
	lead := min(n, (columns.ChunkRows-p.rows%columns.ChunkRows)%columns.ChunkRows)
	whole := (n - lead) / columns.ChunkRows
	p.piece(0, lead)
	threads := parallel.Threads(0)
	texts, loads := make([]chunkText, threads), make([]columns.Chunk, threads)
	for _, c := range p.columns {
		c.room = append(c.room[:0], make([]byte, 8*whole)...)
	}
	// The work cannot fail and is done in the time of a breath.
	_ = parallel.Do(context.Background(), threads, whole, func(worker, chunk int) error {
		from, text := lead+chunk*columns.ChunkRows, &texts[worker]
		for _, c := range p.columns {
			text.clear()
			text.append(&c.known, &loads[worker], from, from+columns.ChunkRows)
			binary.LittleEndian.PutUint64(c.room[8*chunk:], text.sum())
		}
		return nil
	})
	for _, c := range p.columns {
		_, _ = c.sums.Write(c.room)
	}
	p.rows += whole * columns.ChunkRows
	p.piece(lead+whole*columns.ChunkRows, n)
}

// piece takes account of rows from ≤ i < to of the batch, of one chunk.
func (p *prints) piece(from, to int) {
	if from == to {
		return
	}
	p.rows += to - from
	var load columns.Chunk
	for _, c := range p.columns {
		c.begun.append(&c.known, &load, from, to)
		if p.rows%columns.ChunkRows == 0 {
			c.end()
		}
	}
}

// end ends a chunk.
func (p *fingerprint) end() {
	_, _ = p.sums.Write(binary.LittleEndian.AppendUint64(nil, p.begun.sum()))
	p.begun.clear()
}

// sums ends the columns and returns the fingerprint of each.
func (p *prints) sums() []string {
	texts := make([]string, len(p.columns))
	for j, c := range p.columns {
		if c.begun.rows > 0 {
			c.end()
		}
		h := c.sums.Sum128()
		texts[j] = fmt.Sprintf("%016x%016x", h.Hi, h.Lo)
	}
	return texts
}

// chunkText is what is hashed of a chunk. Eight bytes stand for each row: the
// float64 that is the value, or the hash of a text. A number that no float64 is
// leaves NaN there, and follows behind all rows with its row and kind.
type chunkText struct {
	rows         int
	text, behind []byte
}

func (t *chunkText) clear() { t.rows, t.text, t.behind = 0, t.text[:0], t.behind[:0] }

// append appends the rows from ≤ i < to of x.
func (t *chunkText) append(x *hashed, load *columns.Chunk, from, to int) {
	x.Load(load, from, to)
	for i, b := range load.Bits[:to-from] {
		bits := math.Float64bits(math.NaN()) // of one pattern, for every missing value
		if !load.Gaps[i] {
			if v, ok := x.asFloat(b); ok {
				bits = v
			} else {
				v, kind := x.canonical(b)
				t.behind = binary.LittleEndian.AppendUint32(t.behind, uint32(t.rows+i))
				t.behind = binary.LittleEndian.AppendUint64(append(t.behind, kind), v)
			}
		}
		t.text = binary.LittleEndian.AppendUint64(t.text, bits)
	}
	t.rows += to - from
}

func (t *chunkText) sum() uint64 {
	if len(t.behind) == 0 {
		return xxh3.Hash(t.text)
	}
	t.text = append(t.text, t.behind...)
	return xxh3.Hash(t.text)
}

// hashed reads a column whose texts are hashed.
type hashed struct {
	columns.Exact
	hashes []uint64 // of the texts, where it holds some
}

// take makes x a reader of c, another batch of the same column: texts that the batch
// before had are not hashed again.
func (x *hashed) take(c table.Column) {
	before := x.Desc.Dictionary
	x.Exact = columns.Exact{Column: c, Desc: c.Field()}
	texts := x.Desc.Dictionary
	if len(before) == 0 || len(texts) < len(before) || &texts[0] != &before[0] {
		x.hashes = x.hashes[:0]
	}
	for _, text := range texts[len(x.hashes):] {
		x.hashes = append(x.hashes, xxh3.HashString(text))
	}
}

// asFloat returns the bits of the float64 that is value b, or the hash of a
// text; ok is not set for numbers that no float64 is.
func (x *hashed) asFloat(b uint64) (bits uint64, ok bool) {
	switch {
	case x.Desc.Type.Float():
		return b, true
	case x.Desc.Type == table.String:
		return x.hashes[b], true
	}
	v, kind := x.canonical(b)
	const exact = 1 << 53
	switch whole := int64(v); {
	case kind == wholeNumber && whole >= -exact && whole <= exact:
		return math.Float64bits(float64(whole)), true
	case kind == wholeNumber:
		f := float64(whole)
		return math.Float64bits(f), f < 0x1p63 && int64(f) == whole
	case kind == largeNumber:
		f := float64(v)
		return math.Float64bits(f), f < 0x1p64 && uint64(f) == v
	case whole >= -exact && whole <= exact && kind <= 22: // a quotient of exact numbers is as a decimal literal is read
		return math.Float64bits(float64(whole) / math.Pow10(int(kind))), true
	}
	return 0, false
}

// Kinds of numbers; what is below them is a count of that many decimal places.
const (
	wholeNumber = 0
	largeNumber = 255 // a uint64 of 2^63 or more
)

// canonical returns the one form of the number with bits b of a column that
// holds none in floating point: decimals without zeros at their end.
func (x *hashed) canonical(b uint64) (v uint64, kind byte) {
	switch {
	case x.Desc.Type == table.Uint64 && b >= 1<<63:
		return b, largeNumber
	case x.Desc.Type != table.Decimal:
		return b, wholeNumber
	}
	count, places := int64(b), x.Desc.Places
	for places > 0 && count%10 == 0 {
		count, places = count/10, places-1
	}
	return uint64(count), byte(places)
}
