package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dataset"
)

// unlabeledIndex searches the unlabeled rows of a table in an index of all its
// rows. It is a generator.Searcher.
type unlabeledIndex struct {
	*tableIndex
	opt      *generateOptions
	place    []int32 // place in Set.Unlabeled of each row of the index, -1 for a labeled one
	answered answerReport
	asked    struct { // by the last SearchBatch
		queries []float32
		k       int
		seconds float64
	}
}

// openIndex opens the index that the options name, if they do and if it is needed.
func (o *generateOptions) openIndex() (*unlabeledIndex, error) {
	if o.Index == "" {
		return nil, nil
	}
	x, err := openIndex(o.Index, ann.Open)
	if err != nil {
		return nil, err
	}
	if m := x.Options().Metric; m != exact.L2Squared {
		return nil, fmt.Errorf("%s: it has the metric %v, generate needs l2squared", o.Index, m)
	}
	return &unlabeledIndex{tableIndex: x, opt: o}, nil
}

// attach makes x an index of the unlabeled rows of set: those that are labeled now
// are deleted from it, in memory and not in the file.
func (x *unlabeledIndex) attach(set *dataset.Set) error {
	if err := x.meta.fits(set, &x.opt.setFlags); err != nil {
		return fmt.Errorf("%s: %s: %w", x.opt.In, x.opt.Index, err)
	}
	rows := x.meta.rowNumbers()
	x.place = make([]int32, len(rows))
	var labeled []uint32
	at := 0
	for id, row := range rows {
		if at < len(set.Unlabeled) && set.Unlabeled[at] == row {
			x.place[id] = int32(at)
			at++
			continue
		}
		x.place[id] = -1
		labeled = append(labeled, uint32(id))
	}
	if len(labeled) != len(set.Labeled) || at != len(set.Unlabeled) {
		return fmt.Errorf("%s: %s: its rows are not those of the table: build it anew with 'nngmix index build'", x.opt.In, x.opt.Index)
	}
	x.Delete(labeled...)
	return nil
}

// SearchBatch finds the k nearest unlabeled rows of each query.
func (x *unlabeledIndex) SearchBatch(ctx context.Context, queries []float32, k int) (res *exact.Result, err error) {
	start := time.Now()
	res, x.answered, err = x.opt.widthFlags.answer(ctx, x.Index, queries, k, x.opt.Seed, x.opt.Threads)
	if err != nil {
		return nil, err
	}
	x.asked.queries, x.asked.k, x.asked.seconds = queries, k, time.Since(start).Seconds()
	for q := range res.Counts {
		ids, _ := res.Of(q)
		for i, id := range ids {
			ids[i] = uint32(x.place[id])
		}
	}
	return res, nil
}
