// Package passes finds what samples are made from in a table that need not fit into
// memory: it goes through the table in batches, once for the nearest neighbors of the
// labeled anomalies, and once for rows that are drawn by number. What it keeps are
// those rows alone.
package passes

import (
	"context"
	"errors"
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
	// Reason says why the table is not in memory.
	Reason string

	table   *table.Stream
	summary *dataset.Summary
	columns []generator.Column
	threads int
	set     *dataset.Set
}

// New returns the unlabeled rows of t, of which summary tells. threads of 0 is
// GOMAXPROCS.
func New(t *table.Stream, summary *dataset.Summary, threads int) (*Rows, error) {
	if n := summary.CountUnlabeled(); n > math.MaxUint32 {
		return nil, fmt.Errorf("%d unlabeled rows are more than %d, the most that neighbors are searched among", n, math.MaxUint32)
	}
	r := &Rows{table: t, summary: summary, threads: threads, set: summary.Kept(nil, []int{})}
	for _, c := range summary.Columns {
		r.columns = append(r.columns, generator.Column(c))
	}
	return r, nil
}

// Data returns what a generator makes samples from.
func (r *Rows) Data() generator.Data {
	return generator.Data{Labeled: r.set.LabeledRows(), Unlabeled: r, Columns: r.columns, Index: r, Checked: true}
}

// Set returns the known anomalies with the unlabeled rows that are kept now.
func (r *Rows) Set() *dataset.Set { return r.set }

// Len returns the number of unlabeled rows of the table.
func (r *Rows) Len() int { return r.summary.CountUnlabeled() }

// Dim returns the number of features.
func (r *Rows) Dim() int { return len(r.columns) }

// Row writes the features of unlabeled row i to dst.
func (r *Rows) Row(dst []float64, i int) {
	if !r.set.UnlabeledRow(dst, i) {
		clear(dst)
	}
}

// batch is a part of the table on its way.
type batch struct {
	first   int // row of the table
	columns []table.Column
	rows    dataset.Rows // the unlabeled ones
	numbers []int        // of these in the table
	from    int          // position of the first of these among all unlabeled rows
}

// each calls visit for each batch of the features.
func (r *Rows) each(ctx context.Context, visit func(b *batch) error) error {
	from := 0
	return r.table.Each(ctx, r.summary.FeatureFields(), func(first int, columns []table.Column) error {
		b := &batch{first: first, columns: columns, from: from}
		b.rows, b.numbers = r.summary.UnlabeledIn(first, columns)
		from += len(b.numbers)
		if r.Progress != nil {
			defer func() { r.Progress(first+columns[0].Len(), r.summary.Rows) }()
		}
		if len(b.numbers) == 0 {
			return nil
		}
		return visit(b)
	})
}

// harvest is rows that are kept.
type harvest struct {
	rows      *table.Kept
	positions []int // of the rows among all unlabeled ones
	fields    []int
}

func (r *Rows) newHarvest() *harvest {
	return &harvest{rows: table.NewKept(r.summary.Fields), fields: r.summary.FeatureFields()}
}

// take keeps the rows of b at these positions, ascending.
func (h *harvest) take(b *batch, positions []int) {
	numbers := make([]int, len(positions))
	for i, p := range positions {
		numbers[i] = b.numbers[p-b.from]
	}
	h.rows.Add(b.columns, h.fields, b.first, numbers)
	h.positions = append(h.positions, positions...)
}

// keep makes the rows of h those that Row gives.
func (r *Rows) keep(h *harvest) { r.set = r.summary.Kept(h.rows, h.positions) }

// Fetch goes through the table and keeps the unlabeled rows at these positions,
// ascending and distinct, and no others.
func (r *Rows) Fetch(ctx context.Context, positions []int) error {
	h := r.newHarvest()
	left := positions
	err := r.each(ctx, func(b *batch) error {
		n := 0
		for n < len(left) && left[n] < b.from+len(b.numbers) {
			n++
		}
		h.take(b, left[:n])
		left = left[n:]
		return nil
	})
	if err == nil {
		r.keep(h)
	}
	return err
}

// searchMatrix returns the rows of b in search space.
func (r *Rows) searchMatrix(ctx context.Context, b *batch) ([]float32, error) {
	matrix, _, err := generator.SearchMatrix(ctx, b.rows, r.columns, r.threads)
	if bad := (*generator.ValueError)(nil); errors.As(err, &bad) {
		err = r.summary.BadValue(bad.Column, b.numbers[bad.Row], bad.Value)
	}
	return matrix, err
}

// nominal returns the number of features that are categories.
func (r *Rows) nominal() (n int) {
	for _, c := range r.columns {
		if c.Nominal {
			n++
		}
	}
	return n
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
	near, err := exact.NewNearest(queries, len(r.columns), k, exact.Options{Nominal: r.nominal(), Threads: r.threads})
	if err != nil {
		return nil, stats, err
	}
	h := r.newHarvest()
	most := 2*k*near.Len() + 1024
	err = r.each(ctx, func(b *batch) error {
		matrix, err := r.searchMatrix(ctx, b)
		if err != nil {
			return err
		}
		ids := make([]int64, len(b.numbers))
		for i := range ids {
			ids[i] = int64(b.from + i)
		}
		if err := near.Add(ctx, matrix, ids); err != nil {
			return err
		}
		h.take(b, within(near.IDs(int64(b.from))))
		if h.rows.Len() > most {
			h.retain(within(near.IDs(0)))
		}
		return nil
	})
	if err != nil {
		return nil, stats, err
	}
	h.retain(within(near.IDs(0)))
	r.keep(h)
	stats.Bytes = int64(16 * k * near.Len())
	return result(near), stats, nil
}

// retain lets go of all rows but those at positions, ascending.
func (h *harvest) retain(positions []int) {
	numbers, next := make([]int, 0, len(positions)), 0
	for i, p := range h.positions {
		if next < len(positions) && positions[next] == p {
			numbers = append(numbers, h.rows.Numbers[i])
			next++
		}
	}
	h.rows.Retain(numbers)
	h.positions = positions
}

// result returns what near holds.
func result(near *exact.Nearest) *exact.Result {
	n, k := near.Len(), near.K()
	res := &exact.Result{K: k, IDs: make([]uint32, n*k), Distances: make([]float64, n*k), Counts: make([]int32, n)}
	for q := range n {
		ids, distances := near.Of(q)
		for i, id := range ids {
			res.IDs[q*k+i] = uint32(id)
		}
		copy(res.Distances[q*k:], distances)
		res.Counts[q] = int32(len(ids))
	}
	return res
}

// within returns ids as positions.
func within(ids []int64) []int {
	positions := make([]int, len(ids))
	for i, id := range ids {
		positions[i] = int(id)
	}
	return positions
}
