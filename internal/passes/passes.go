// Package passes finds what samples are made from in a table that need not fit into
// memory: it goes through the table in batches, once for the nearest neighbors of the
// labeled anomalies, and once for rows that are drawn by number. What it keeps are
// those rows alone.
//
// On one machine Rows does all of it. On several, each finds the Neighbors in its part
// of the table, which are merged.
package passes

import (
	"context"
	"fmt"
	"math"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
)

// Rows are the unlabeled rows of a table: generator.Rows, and the
// generator.StatsSearcher among them. Row gives those that Answer or Fetch kept last,
// and zeros for others, so that a generator can be asked which ones it would draw. Row
// is safe for concurrent use, but not beside Answer and Fetch.
type Rows struct {
	// Progress, where it is not nil, is told how many rows of the table were gone
	// through.
	Progress func(done, total int)
	// Watch, where it is not nil, is given each batch of the features before it is used.
	Watch table.Visit
	// Reason says why the table is not in memory.
	Reason string

	table   *table.Stream
	summary *dataset.Summary
	threads int
	set     *dataset.Set
	given   *Neighbors
}

// New returns the unlabeled rows of t, of which summary tells. threads of 0 is
// GOMAXPROCS.
func New(t *table.Stream, summary *dataset.Summary, threads int) (*Rows, error) {
	if n := int64(summary.CountUnlabeled()); n > math.MaxUint32 {
		return nil, fmt.Errorf("%d unlabeled rows are more than %d, the most that neighbors are searched among", n, uint32(math.MaxUint32))
	}
	set, err := summary.Kept(nil, []int{})
	return &Rows{table: t, summary: summary, threads: threads, set: set}, err
}

// Data returns what a generator makes samples from.
func (r *Rows) Data() generator.Data {
	d := generator.Data{Labeled: r.set.LabeledRows(), Unlabeled: r, Index: r, Checked: true}
	for _, c := range r.summary.Columns {
		d.Columns = append(d.Columns, generator.Column(c))
	}
	return d
}

// Given has Answer return n, which were found elsewhere, in place of going through the
// table, which may be nil then.
func (r *Rows) Given(n *Neighbors) { r.given = n }

// Set returns the known anomalies with the unlabeled rows that are kept now.
func (r *Rows) Set() *dataset.Set { return r.set }

// Len returns the number of unlabeled rows of the table.
func (r *Rows) Len() int { return r.summary.CountUnlabeled() }

// Dim returns the number of features.
func (r *Rows) Dim() int { return len(r.summary.Columns) }

// Row writes the features of unlabeled row i to dst.
func (r *Rows) Row(dst []float64, i int) {
	if !r.set.UnlabeledRow(dst, i) {
		clear(dst)
	}
}

// each calls visit for each batch of the features.
func (r *Rows) each(ctx context.Context, visit table.Visit) error {
	return r.table.Each(ctx, r.summary.FeatureFields(), func(first int, columns []table.Column) error {
		var err error
		if r.Watch != nil {
			err = r.Watch(first, columns)
		}
		if err == nil {
			err = visit(first, columns)
		}
		if r.Progress != nil {
			r.Progress(first+columns[0].Len(), r.summary.Rows)
		}
		return err
	})
}

// SearchBatch is Answer without what there is to say of it.
func (r *Rows) SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
	res, _, err := r.Answer(ctx, queries, k)
	return res, err
}

// Answer goes through the table, finds the k unlabeled rows nearest to each query of
// search space, exactly, and keeps them. Ids are positions among all unlabeled rows.
func (r *Rows) Answer(ctx context.Context, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
	stats := generator.SearchStats{Method: "batches", Reason: r.Reason}
	n, err := r.neighbors(ctx, queries, k)
	if err != nil {
		return nil, stats, err
	}
	stats.Bytes = int64(16 * k * n.near.Len())
	res, err := r.take(n)
	return res, stats, err
}

// neighbors returns the neighbors of queries.
func (r *Rows) neighbors(ctx context.Context, queries []float32, k int) (*Neighbors, error) {
	n, err := NewNeighbors(r.summary, queries, k, r.threads)
	switch {
	case err != nil:
		return nil, err
	case r.given != nil:
		return n, n.Merge(r.given) // which finds other queries
	}
	return n, r.each(ctx, func(first int, columns []table.Column) error { return n.Add(ctx, first, columns) })
}

// take keeps neighbors and returns them by their positions.
func (r *Rows) take(n *Neighbors) (*exact.Result, error) {
	n.tidy()
	positions := r.summary.Positions(n.kept.Numbers)
	var err error
	if r.set, err = r.summary.Kept(n.kept, positions); err != nil {
		return nil, err
	}
	at := make(map[int64]uint32, len(positions))
	for i, number := range n.kept.Numbers {
		at[int64(number)] = uint32(positions[i])
	}
	count, k := n.near.Len(), n.near.K()
	res := &exact.Result{K: k, IDs: make([]uint32, count*k), Distances: make([]float64, count*k), Counts: make([]int32, count)}
	for q := range count {
		ids, distances := n.near.Of(q)
		for i, id := range ids {
			res.IDs[q*k+i] = at[id]
		}
		copy(res.Distances[q*k:], distances)
		res.Counts[q] = int32(len(ids))
	}
	return res, nil
}

// Fetch goes through the table and keeps the unlabeled rows at these positions,
// ascending and distinct, and no others.
func (r *Rows) Fetch(ctx context.Context, positions []int) error {
	kept, left, from := table.NewKept(r.summary.Fields), positions, 0
	err := r.each(ctx, func(first int, columns []table.Column) error {
		_, numbers := r.summary.UnlabeledIn(first, columns)
		var here []int
		for len(left) > 0 && left[0] < from+len(numbers) {
			here, left = append(here, numbers[left[0]-from]), left[1:]
		}
		from += len(numbers)
		kept.Add(columns, r.summary.FeatureFields(), first, here)
		return nil
	})
	if err == nil {
		r.set, err = r.summary.Kept(kept, positions)
	}
	return err
}
