package tableindex

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/passes"
	"github.com/nngmix/nngmix/internal/table"
)

// Batches searches the unlabeled rows of a table that is gone through in batches in an
// index of all its rows. It is a generator.StatsSearcher.
type Batches struct {
	*Index

	how     SearchOptions
	rows    *passes.Rows
	summary *dataset.Summary
	numbers *RowNumbers
}

// Batches is Unlabeled for the table that rows goes through, of which s tells. Whether
// the values are those of the index shows in the pass that Answer makes.
func (x *Index) Batches(rows *passes.Rows, s *dataset.Summary, opt Options, how SearchOptions) (*Batches, error) {
	if err := notOfTable(x.Schema.differ(s, opt)); err != nil {
		return nil, err
	}
	b := &Batches{Index: x, how: how, rows: rows, summary: s, numbers: x.Schema.RowNumbers()}
	var labeled []uint32
	for _, row := range s.Anomalies {
		id, ok := b.numbers.ID(row)
		if !ok {
			return nil, errors.New("its rows are not those of the table: build it anew with 'nngmix index build'")
		}
		labeled = append(labeled, id)
	}
	x.Delete(labeled...)
	return b, nil
}

// SearchBatch finds the k nearest unlabeled rows of each query: its ids are positions
// among all unlabeled rows.
func (b *Batches) SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
	res, _, err := b.Answer(ctx, queries, k)
	return res, err
}

// Answer is SearchBatch that tells how; Detail is an Asked. Then it goes through the
// table, keeps the rows that were found, and returns an error where the table is not
// that of the index.
func (b *Batches) Answer(ctx context.Context, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
	start := time.Now()
	res, how, err := Search(ctx, b.Index, queries, k, b.how)
	if err != nil {
		return nil, generator.SearchStats{}, err
	}
	asked := Asked{how, queries, k, time.Since(start).Seconds()}
	var numbers []int // of the rows that were found
	for q := range res.Counts {
		ids, _ := res.Of(q)
		for _, id := range ids {
			numbers = append(numbers, b.numbers.Of(id))
		}
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	positions := b.summary.Positions(numbers)
	if err := b.fetch(ctx, positions); err != nil {
		return nil, generator.SearchStats{}, err
	}
	for q := range res.Counts {
		ids, _ := res.Of(q)
		for i, id := range ids {
			at, _ := slices.BinarySearch(numbers, b.numbers.Of(id))
			ids[i] = uint32(positions[at])
		}
	}
	return res, generator.SearchStats{Method: how.Method, Reason: how.Reason, Bytes: b.Stats().Bytes, Detail: asked}, nil
}

// fetch keeps the rows at positions and compares all with those of the index.
func (b *Batches) fetch(ctx context.Context, positions []int) error {
	p := b.Schema.newPieces()
	b.rows.Watch = func(_ int, columns []table.Column) error {
		p.add(columns, columns[0].Len())
		return nil
	}
	defer func() { b.rows.Watch = nil }()
	if err := b.rows.Fetch(ctx, positions); err != nil {
		return err
	}
	return notOfTable(b.Schema.differentValues(b.summary, p))
}
