package exact

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// ErrEncoding is the error of bytes that MarshalBinary did not write, or not in this
// version, or that were damaged since.
var ErrEncoding = errors.New("exact: not neighbors as MarshalBinary writes them")

// The encoding of a Nearest, all little-endian: nearestMagic, version, metric,
// nominal, dim, k and the number of queries as uint32; the queries as float32; counts
// as uint32; then ids as uint64 and distances as float64, those that count alone; and
// a CRC-32C of all before.
const (
	nearestMagic   = "NNGNEAR\x00"
	nearestVersion = 1
	nearestHeader  = len(nearestMagic) + 6*4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// MarshalBinary returns n, with its queries, as bytes that UnmarshalBinary reads.
func (n *Nearest) MarshalBinary() ([]byte, error) {
	le := binary.LittleEndian
	b := make([]byte, 0, nearestHeader+4*len(n.queries)+4*len(n.counts)+16*len(n.ids)+4)
	b = append(b, nearestMagic...)
	for _, v := range [...]int{nearestVersion, int(n.opt.Metric), n.opt.Nominal, n.dim, n.k, n.Len()} {
		b = le.AppendUint32(b, uint32(v))
	}
	for _, x := range n.queries {
		b = le.AppendUint32(b, math.Float32bits(x))
	}
	for _, c := range n.counts {
		b = le.AppendUint32(b, uint32(c))
	}
	for q := range n.counts {
		ids, distances := n.Of(q)
		for i, id := range ids {
			b = le.AppendUint64(b, uint64(id))
			b = le.AppendUint64(b, math.Float64bits(distances[i]))
		}
	}
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli)), nil
}

// UnmarshalBinary makes n what MarshalBinary wrote, to be added to and merged further.
// The error is ErrEncoding, and leaves n as it was. It allocates no more than a
// thousand times the length of data, or 256 MB.
func (n *Nearest) UnmarshalBinary(data []byte) error {
	le := binary.LittleEndian
	if len(data) < nearestHeader+4 || string(data[:len(nearestMagic)]) != nearestMagic {
		return fmt.Errorf("%w: it begins otherwise", ErrEncoding)
	}
	body := data[:len(data)-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(data[len(body):]) {
		return fmt.Errorf("%w: its checksum is wrong", ErrEncoding)
	}
	var head [6]int
	for i := range head {
		head[i] = int(le.Uint32(body[len(nearestMagic)+4*i:]))
	}
	if head[0] != nearestVersion {
		return fmt.Errorf("%w: it has version %d, this program reads %d", ErrEncoding, head[0], nearestVersion)
	}
	dim, k, count := head[3], head[4], head[5]
	rest := body[nearestHeader:]
	if dim < 1 || count > len(rest)/4/(dim+1) {
		return fmt.Errorf("%w: it is cut off", ErrEncoding)
	}
	queries := make([]float32, count*dim)
	for i := range queries {
		queries[i] = math.Float32frombits(le.Uint32(rest[4*i:]))
	}
	rest = rest[4*len(queries):]
	total := 0
	for q := range count {
		c := int(le.Uint32(rest[4*q:]))
		if c > k {
			return fmt.Errorf("%w: query %d has %d neighbors of at most %d", ErrEncoding, q, c, k)
		}
		total += c
	}
	if len(rest) != 4*count+16*total {
		return fmt.Errorf("%w: it has %d bytes of neighbors, want %d", ErrEncoding, len(rest), 4*count+16*total)
	}
	if most := max(1<<24, 64*len(data)); count > 0 && k > most/count {
		return fmt.Errorf("%w: %d neighbors of %d queries are more than bytes so few stand for", ErrEncoding, k, count)
	}
	m, err := NewNearest(queries, dim, k, Options{Metric: Metric(head[1]), Nominal: head[2]})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	at := rest[4*count:]
	for q := range count {
		m.counts[q] = int32(le.Uint32(rest[4*q:]))
		ids, distances := m.Of(q)
		for i := range ids {
			ids[i], distances[i] = int64(le.Uint64(at)), math.Float64frombits(le.Uint64(at[8:]))
			at = at[16:]
		}
	}
	m.opt.Threads = n.opt.Threads
	*n = *m
	return nil
}
