package passes

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// Neighbors are the unlabeled rows of a table that are nearest to queries, with their
// values, among the batches that Add was given. Those of several places are put
// together by Merge, in any order, with the same result as one would have. Neighbors
// are not safe for concurrent use, but Add uses the threads it was told.
type Neighbors struct {
	summary *dataset.Summary
	columns []generator.Column
	threads int
	near    *exact.Nearest // by numbers of rows in the table
	kept    *table.Kept    // those rows, and some that were among them once
}

// NewNeighbors returns no neighbors yet: of queries, whole rows of search space as
// generator.Queries gives them, in the table of summary. threads of 0 is GOMAXPROCS.
func NewNeighbors(summary *dataset.Summary, queries []float32, k, threads int) (*Neighbors, error) {
	n := &Neighbors{summary: summary, threads: threads, kept: table.NewKept(summary.Fields)}
	nominal := 0
	for _, c := range summary.Columns {
		n.columns = append(n.columns, generator.Column(c))
		if c.Nominal {
			nominal++
		}
	}
	var err error
	n.near, err = exact.NewNearest(queries, len(n.columns), k, exact.Options{Nominal: nominal, Threads: threads})
	return n, err
}

// Fields returns the numbers of the columns that Add reads, ascending.
func (n *Neighbors) Fields() []int { return n.summary.FeatureFields() }

// Add takes account of a batch of the columns of Fields, whose first row has the number
// first in the table. No row may be added twice.
func (n *Neighbors) Add(ctx context.Context, first int, columns []table.Column) error {
	rows, numbers := n.summary.UnlabeledIn(first, columns)
	if len(numbers) == 0 {
		return ctx.Err()
	}
	matrix, _, err := generator.SearchMatrix(ctx, rows, n.columns, n.threads)
	if bad := (*generator.ValueError)(nil); errors.As(err, &bad) {
		return n.summary.BadValue(bad.Column, numbers[bad.Row], bad.Value)
	}
	if err != nil {
		return err
	}
	ids := make([]int64, len(numbers))
	for i, number := range numbers {
		ids[i] = int64(number)
	}
	if err := n.near.Add(ctx, matrix, ids); err != nil {
		return err
	}
	here := n.kept
	if last := here.Len() - 1; last >= 0 && here.Numbers[last] >= first {
		here = table.NewKept(n.summary.Fields)
	}
	here.Add(columns, n.Fields(), first, n.among(first, first+columns[0].Len()))
	n.keep(here)
	return nil
}

// among returns the numbers from ≤ i < to of rows that are neighbors now.
func (n *Neighbors) among(from, to int) []int {
	var numbers []int
	for _, id := range n.near.IDs(int64(from)) {
		if int(id) < to {
			numbers = append(numbers, int(id))
		}
	}
	return numbers
}

// keep keeps rows, and lets go of those that are no neighbors any more when they are
// many.
func (n *Neighbors) keep(rows *table.Kept) {
	if rows != n.kept {
		n.kept = n.kept.With(rows)
	}
	if n.kept.Len() > 2*n.near.K()*n.near.Len()+1024 {
		n.tidy()
	}
}

// tidy lets go of rows that are no neighbors.
func (n *Neighbors) tidy() { n.kept.Retain(n.numbers()) }

// numbers returns the numbers of all neighbors, ascending.
func (n *Neighbors) numbers() []int {
	ids := n.near.IDs(0)
	numbers := make([]int, len(ids))
	for i, id := range ids {
		numbers[i] = int(id)
	}
	return numbers
}

// Len returns the number of queries.
func (n *Neighbors) Len() int { return n.near.Len() }

// Of returns the numbers of the nearest rows of query q, and their distances.
func (n *Neighbors) Of(q int) (numbers []int64, distances []float64) { return n.near.Of(q) }

// Merge takes account of the rows that o was given. The error says that o is of other
// queries.
func (n *Neighbors) Merge(o *Neighbors) error {
	if err := n.near.Merge(o.near); err != nil {
		return err
	}
	n.keep(o.kept)
	return nil
}

// ErrEncoding is the error of bytes that MarshalBinary did not write, or not in this
// version, or that were damaged since.
var ErrEncoding = errors.New("passes: not neighbors as MarshalBinary writes them")

// The bytes of Neighbors are neighborsMagic, the version as uint32, little-endian, a gob
// of neighborsState, and a CRC-32C of all before.
const (
	neighborsMagic   = "NNGROWS\x00"
	neighborsVersion = 1
	neighborsHeader  = len(neighborsMagic) + 4
)

type neighborsState struct {
	Near []byte
	Kept *table.KeptState
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// MarshalBinary returns n as bytes that UnmarshalNeighbors reads.
func (n *Neighbors) MarshalBinary() ([]byte, error) {
	n.tidy()
	near, err := n.near.MarshalBinary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(neighborsMagic)
	b.Write(binary.LittleEndian.AppendUint32(nil, neighborsVersion))
	if err := gob.NewEncoder(&b).Encode(neighborsState{near, n.kept.State()}); err != nil {
		return nil, fmt.Errorf("passes: %w", err)
	}
	return binary.LittleEndian.AppendUint32(b.Bytes(), crc32.Checksum(b.Bytes(), castagnoli)), nil
}

// UnmarshalNeighbors returns what MarshalBinary wrote, of a table of the same summary.
// The error is ErrEncoding. Bytes are trusted to be of this program: the checksum finds
// accidents, not malice.
func UnmarshalNeighbors(data []byte, summary *dataset.Summary, threads int) (*Neighbors, error) {
	le := binary.LittleEndian
	if len(data) < neighborsHeader+4 || string(data[:len(neighborsMagic)]) != neighborsMagic {
		return nil, fmt.Errorf("%w: it begins otherwise", ErrEncoding)
	}
	body := data[:len(data)-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(data[len(body):]) {
		return nil, fmt.Errorf("%w: its checksum is wrong", ErrEncoding)
	}
	if v := le.Uint32(body[len(neighborsMagic):]); v != neighborsVersion {
		return nil, fmt.Errorf("%w: it has version %d, this program reads %d", ErrEncoding, v, neighborsVersion)
	}
	var state neighborsState
	if err := gob.NewDecoder(bytes.NewReader(body[neighborsHeader:])).Decode(&state); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	n, err := NewNeighbors(summary, nil, 1, threads)
	if err != nil {
		return nil, err
	}
	if err := n.near.UnmarshalBinary(state.Near); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if n.kept, err = table.KeptOf(state.Kept); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return n, nil
}
