// Package mutate damages files and watches what reads them: in processes of their
// own, with bounds on memory and time, so that whatever happens to a process is
// seen and the file that did it is kept.
package mutate

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
)

// Mutator makes damaged files from sound ones. Equal seeds give equal files.
type Mutator struct {
	rand  *rand.Rand
	seeds []Seed
}

// Seed is a sound file.
type Seed struct {
	Name string
	Data []byte
}

// New returns a Mutator of seeds, of which there is at least one.
func New(seed uint64, seeds []Seed) *Mutator {
	return &Mutator{rand.New(rand.NewPCG(seed, 0x6d757461)), seeds}
}

// Next returns the name of a seed and that file with a few changes.
func (m *Mutator) Next() (name string, data []byte) {
	s := m.pick()
	return s.Name, m.packed(s)
}

func (m *Mutator) pick() Seed { return m.seeds[m.rand.IntN(len(m.seeds))] }

// damage makes one to four changes, mostly one.
func (m *Mutator) damage(data []byte) []byte {
	data = slices.Clone(data)
	for range 1 + m.rand.IntN(2)*m.rand.IntN(4) {
		if len(data) > 0 {
			change := changes[m.rand.IntN(len(changes))]
			data = change(m, data)
		}
	}
	return data
}

// changes take data that is not empty, which they may write to.
var changes = []func(*Mutator, []byte) []byte{
	(*Mutator).flip, (*Mutator).flip, (*Mutator).overwrite, (*Mutator).remove, (*Mutator).insert,
	(*Mutator).truncate, (*Mutator).splice, (*Mutator).repeat,
	(*Mutator).length, (*Mutator).length, (*Mutator).varint, (*Mutator).varint, (*Mutator).digits,
}

// at returns a position in data: anywhere, near an end, or in the last part,
// where Parquet, Arrow and zip keep their directories.
func (m *Mutator) at(data []byte) int {
	n := len(data)
	switch m.rand.IntN(4) {
	case 0:
		return m.rand.IntN(min(n, 64))
	case 1:
		return n - 1 - m.rand.IntN(min(n, 64))
	case 2:
		return n - 1 - m.rand.IntN((n+2)/3)
	default:
		return m.rand.IntN(n)
	}
}

// span returns a short piece of data.
func (m *Mutator) span(data []byte) (from, to int) {
	from = m.at(data)
	return from, min(len(data), from+1+m.rand.IntN(1+m.rand.IntN(64)))
}

func (m *Mutator) flip(data []byte) []byte {
	data[m.at(data)] ^= 1 << m.rand.IntN(8)
	return data
}

func (m *Mutator) overwrite(data []byte) []byte {
	from, to := m.span(data)
	fill := byte(m.rand.Uint32())
	for i := from; i < to; i++ {
		data[i] = fill
		if fill%2 == 1 {
			data[i] = byte(m.rand.Uint32())
		}
	}
	return data
}

func (m *Mutator) remove(data []byte) []byte {
	from, to := m.span(data)
	return slices.Delete(data, from, to)
}

func (m *Mutator) insert(data []byte) []byte {
	extra := make([]byte, 1+m.rand.IntN(32))
	for i := range extra {
		extra[i] = byte(m.rand.Uint32())
	}
	return slices.Insert(data, m.at(data), extra...)
}

func (m *Mutator) truncate(data []byte) []byte { return data[:m.at(data)] }

// splice puts a piece of a file in the place of another.
func (m *Mutator) splice(data []byte) []byte {
	other := m.pick().Data
	if len(other) == 0 {
		return data
	}
	from, to := m.span(other)
	at, end := m.span(data)
	return slices.Replace(data, at, end, other[from:to]...)
}

// repeat writes a piece many times.
func (m *Mutator) repeat(data []byte) []byte {
	from, to := m.span(data)
	piece := slices.Clone(data[from:to])
	return slices.Insert(data, from, slices.Repeat(piece, 1+m.rand.IntN(200))...)
}

// hostile are numbers that sizes are not.
var hostile = []int64{0, 1, -1, 127, 128, 255, 1 << 15, 1<<16 - 1, 1 << 20, 1 << 24, 1 << 28, 1<<31 - 1, -1 << 31, 1 << 31, 1<<32 - 1, 1 << 40, 1<<62 + 1, 1<<63 - 1, -1 << 63}

// length writes a hostile number where a size of 2, 4 or 8 bytes may stand.
func (m *Mutator) length(data []byte) []byte {
	width := 2 << m.rand.IntN(3)
	if len(data) < width {
		return data
	}
	at := min(m.at(data), len(data)-width)
	if m.rand.IntN(2) == 0 {
		at = at / width * width
	}
	var word [8]byte
	binary.LittleEndian.PutUint64(word[:], uint64(hostile[m.rand.IntN(len(hostile))]))
	if m.rand.IntN(8) == 0 {
		slices.Reverse(word[:width])
	}
	copy(data[at:at+width], word[:])
	return data
}

// varint puts a hostile number in the place of one of Thrift's, zigzag or not, or
// of a length in a compressed page.
func (m *Mutator) varint(data []byte) []byte {
	at := m.at(data)
	end := at
	for end < len(data)-1 && data[end] >= 0x80 && end < at+9 {
		end++
	}
	v := hostile[m.rand.IntN(len(hostile))]
	if m.rand.IntN(2) == 0 {
		return slices.Replace(data, at, end+1, binary.AppendVarint(nil, v)...)
	}
	return slices.Replace(data, at, end+1, binary.AppendUvarint(nil, uint64(v))...)
}

// digits puts another number in the place of one in text.
func (m *Mutator) digits(data []byte) []byte {
	at := m.at(data)
	for at < len(data) && (data[at] < '0' || data[at] > '9') {
		at++
	}
	end := at
	for end < len(data) && data[end] >= '0' && data[end] <= '9' {
		end++
	}
	if at == end {
		return data
	}
	return slices.Replace(data, at, end, strconv.AppendInt(nil, hostile[m.rand.IntN(len(hostile))], 10)...)
}
