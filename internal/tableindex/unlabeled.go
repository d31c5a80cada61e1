package tableindex

import (
	"context"
	"errors"
	"time"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
)

// Unlabeled searches the unlabeled rows of a table in an index of all its rows.
// It is a generator.StatsSearcher.
type Unlabeled struct {
	*Index

	how   SearchOptions
	place []int32 // place in Set.Unlabeled of each row of the index, -1 for a labeled one
}

// Asked is what an Unlabeled was asked and how it answered.
type Asked struct {
	Answer
	Queries []float32
	K       int
	Seconds float64
}

// Unlabeled makes x an index of the unlabeled rows of set, which was read with
// the options of opt: those that are labeled now are deleted from it, in memory
// and not in the file. It is an error where set is not the table of the index.
func (x *Index) Unlabeled(set *dataset.Set, opt Options, how SearchOptions) (*Unlabeled, error) {
	if err := x.Schema.Fits(set, opt); err != nil {
		return nil, err
	}
	u := &Unlabeled{Index: x, how: how, place: make([]int32, 0, x.Schema.used())}
	var labeled []uint32
	at := 0
	for row := range x.Schema.Rows {
		switch {
		case x.Schema.gap(row):
		case at < len(set.Unlabeled) && set.Unlabeled[at] == row:
			u.place = append(u.place, int32(at))
			at++
		default:
			labeled = append(labeled, uint32(len(u.place)))
			u.place = append(u.place, -1)
		}
	}
	if len(labeled) != len(set.Labeled) || at != len(set.Unlabeled) {
		return nil, errors.New("its rows are not those of the table: build it anew with 'nngmix index build'")
	}
	x.Delete(labeled...)
	return u, nil
}

// SearchBatch finds the k nearest unlabeled rows of each query: its ids are
// places in Set.Unlabeled.
func (x *Unlabeled) SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
	res, _, err := x.Answer(ctx, queries, k)
	return res, err
}

// Answer is SearchBatch that tells how; Detail is an Asked.
func (x *Unlabeled) Answer(ctx context.Context, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
	start := time.Now()
	res, how, err := Search(ctx, x.Index, queries, k, x.how)
	if err != nil {
		return nil, generator.SearchStats{}, err
	}
	asked := Asked{how, queries, k, time.Since(start).Seconds()}
	for q := range res.Counts {
		ids, _ := res.Of(q)
		for i, id := range ids {
			ids[i] = uint32(x.place[id])
		}
	}
	return res, generator.SearchStats{Method: how.Method, Reason: how.Reason, Bytes: x.Stats().Bytes, Detail: asked}, nil
}
