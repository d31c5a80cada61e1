package tableindex

import (
	"context"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
)

// Searcher is what Search asks: an Index, or an ann.Index.
type Searcher interface {
	Stats() ann.Stats
	SearchBatch(ctx context.Context, queries []float32, k int, opt ann.SearchOptions) (*exact.Result, error)
	SearchExact(ctx context.Context, queries []float32, k int, opt ann.SearchOptions) (*exact.Result, error)
	SearchAtRecall(ctx context.Context, queries []float32, k int, target float64, opt ann.TuneOptions) (*exact.Result, ann.Tuned, error)
	Tune(ctx context.Context, queries []float32, k int, target float64, opt ann.TuneOptions) (ann.Tuned, error)
}

// SearchBatch is that of ann.Index: each segment is searched, and the nearest of all
// that were found are returned.
func (x *Index) SearchBatch(ctx context.Context, queries []float32, k int, opt ann.SearchOptions) (*exact.Result, error) {
	return x.merged(k, func(p part) (*exact.Result, error) { return p.SearchBatch(ctx, queries, k, opt) })
}

// SearchExact is that of ann.Index. It takes memory for the rows of one segment after
// the other.
func (x *Index) SearchExact(ctx context.Context, queries []float32, k int, opt ann.SearchOptions) (*exact.Result, error) {
	return x.merged(k, func(p part) (*exact.Result, error) { return p.SearchExact(ctx, queries, k, opt) })
}

// SearchAtRecall is that of ann.Index: one width is measured for all segments, by what
// they find together.
func (x *Index) SearchAtRecall(ctx context.Context, queries []float32, k int, target float64, opt ann.TuneOptions) (*exact.Result, ann.Tuned, error) {
	if g := x.Graph(); g != nil {
		return g.SearchAtRecall(ctx, queries, k, target, opt)
	}
	return x.searches().AtRecall(ctx, queries, k, target, opt)
}

// Tune is that of ann.Index for all segments together.
func (x *Index) Tune(ctx context.Context, queries []float32, k int, target float64, opt ann.TuneOptions) (ann.Tuned, error) {
	if g := x.Graph(); g != nil {
		return g.Tune(ctx, queries, k, target, opt)
	}
	return x.searches().Tune(ctx, queries, k, target, opt)
}

func (x *Index) searches() ann.Searches {
	s := x.Stats()
	return ann.Searches{Dim: s.Dim, Unique: s.Unique, Graph: x.SearchBatch, Exact: x.SearchExact}
}

// merged asks each part and returns the k nearest rows by (distance, id).
func (x *Index) merged(k int, ask func(p part) (*exact.Result, error)) (all *exact.Result, err error) {
	for _, p := range x.parts {
		found, err := ask(p)
		if err != nil {
			return nil, err
		}
		for i := range found.IDs {
			found.IDs[i] += p.first
		}
		if all == nil {
			all = found
		} else {
			all = merge(all, found, k)
		}
	}
	return all, nil
}

// merge returns the k nearest rows in a and b together. Where distances are equal those
// in a come first: its ids are below those in b.
func merge(a, b *exact.Result, k int) *exact.Result {
	n := len(a.Counts)
	k = min(k, a.K+b.K)
	m := &exact.Result{K: k, IDs: make([]uint32, n*k), Distances: make([]float64, n*k), Counts: make([]int32, n)}
	for q := range n {
		ids, distances := m.IDs[q*k:][:k], m.Distances[q*k:][:k]
		idsA, distancesA := a.Of(q)
		idsB, distancesB := b.Of(q)
		at, i, j := 0, 0, 0
		for ; at < k && i+j < len(idsA)+len(idsB); at++ {
			if j == len(idsB) || i < len(idsA) && distancesA[i] <= distancesB[j] {
				ids[at], distances[at] = idsA[i], distancesA[i]
				i++
			} else {
				ids[at], distances[at] = idsB[j], distancesB[j]
				j++
			}
		}
		m.Counts[q] = int32(at)
	}
	return m
}
