package tables

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/passes"
)

// Neighbors are the unlabeled rows nearest to each distinct labeled anomaly, with their
// values, among the rows that were added: the exact ones. They are not safe for
// concurrent use, but Add uses the threads of the options.
type Neighbors struct {
	summary *Summary
	opt     generator.Options
	rows    *passes.Rows
	near    *passes.Neighbors
}

// NewNeighbors begins the neighbors of a table for the samples that opt asks for, whose
// method is generator.NNGMix. The error is one of opt.
func NewNeighbors(ctx context.Context, summary *Summary, opt generator.Options) (*Neighbors, error) {
	n, queries, k, err := newNeighbors(ctx, summary, opt)
	if err == nil {
		n.near, err = passes.NewNeighbors(summary.scan.Summary(), queries, k, opt.Threads)
	}
	return n, err
}

// newNeighbors returns neighbors that none are found of, and what is asked for.
func newNeighbors(ctx context.Context, summary *Summary, opt generator.Options) (n *Neighbors, queries []float32, k int, err error) {
	if err := summary.complete(); err != nil {
		return nil, nil, 0, err
	}
	if opt.Method != generator.NNGMix {
		return nil, nil, 0, fmt.Errorf("tables: method %v has no neighbors among the unlabeled rows", opt.Method)
	}
	s := summary.scan.Summary()
	n = &Neighbors{summary: summary, opt: opt}
	if n.rows, err = passes.New(nil, s, opt.Threads); err != nil {
		return nil, nil, 0, err
	}
	queries, k, err = generator.Queries(ctx, n.rows.Data(), s.CountUnlabeled(), opt)
	return n, queries, k, err
}

// FindNeighbors goes through s once.
func FindNeighbors(ctx context.Context, s *Source, summary *Summary, opt generator.Options) (*Neighbors, error) {
	n, err := NewNeighbors(ctx, summary, opt)
	if err == nil {
		err = s.Each(ctx, n.Columns(), func(b Batch) error { return n.Add(ctx, b) })
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

// Columns returns the numbers of the columns that Add reads.
func (n *Neighbors) Columns() []int { return n.near.Fields() }

// Add takes account of a batch, which must have the columns of Columns. No row may be
// added twice.
func (n *Neighbors) Add(ctx context.Context, b Batch) error {
	columns, err := b.only(n.Columns())
	if err != nil {
		return err
	}
	return n.near.Add(ctx, b.First, columns)
}

// Merge takes account of the rows that o was given. The error says that it is of
// another table or other options.
func (n *Neighbors) Merge(o *Neighbors) error { return n.near.Merge(o.near) }

// MarshalBinary returns n, to be stored.
func (n *Neighbors) MarshalBinary() ([]byte, error) { return n.near.MarshalBinary() }

// UnmarshalNeighbors returns what MarshalBinary returned, for the same summary and
// options. The error says that the bytes are no neighbors, of another version, or
// damaged.
func UnmarshalNeighbors(ctx context.Context, data []byte, summary *Summary, opt generator.Options) (*Neighbors, error) {
	n, _, _, err := newNeighbors(ctx, summary, opt)
	if err == nil {
		n.near, err = passes.UnmarshalNeighbors(data, summary.scan.Summary(), opt.Threads)
	}
	return n, err
}

// Len returns the number of distinct labeled anomalies.
func (n *Neighbors) Len() int { return n.near.Len() }

// Neighbor is a row and how far it is from a labeled anomaly in search space, squared.
type Neighbor struct {
	Row      int
	Distance float64
}

// Of returns the nearest rows of distinct labeled anomaly i, ascending by (distance,
// row).
func (n *Neighbors) Of(i int) []Neighbor {
	ids, distances := n.near.Of(i)
	list := make([]Neighbor, len(ids))
	for j, id := range ids {
		list[j] = Neighbor{int(id), distances[j]}
	}
	return list
}

// Generator returns what makes samples of the labeled anomalies and these neighbors.
// Once all rows of the table were added, in one place or several, the samples are those
// of the table in memory. Values are those of Summary.Features: categories as codes.
func (n *Neighbors) Generator(ctx context.Context) (*generator.Generator, error) {
	n.rows.Given(n.near)
	return generator.New(ctx, n.rows.Data(), n.opt)
}
