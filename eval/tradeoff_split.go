package eval

import (
	"context"
	"sync"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
)

// splitKey names a split.
type splitKey struct {
	group, dataset string
	seed           uint64
}

func splitKeyOf(c Cell) splitKey { return splitKey{c.Group, c.Dataset, c.Seed} }

// sharedSplit holds what the combinations of one set and seed share, made by the first
// that asks and forgotten after the last. The unlabeled rows are the same in all of them.
type sharedSplit struct {
	mu    sync.Mutex
	left  int // combinations that have not released it
	split *Split
	graph *ann.Index                // over the unlabeled rows
	truth map[float64]*exact.Result // by share of labels
}

// newSharedSplits returns what is shared for each set and seed of jobs.
func newSharedSplits(jobs []job[TradeoffCell]) map[splitKey]*sharedSplit {
	splits := map[splitKey]*sharedSplit{}
	for _, j := range jobs {
		k := splitKeyOf(j.cell.Cell)
		if splits[k] == nil {
			splits[k] = &sharedSplit{truth: map[float64]*exact.Result{}}
		}
		splits[k].left++
	}
	return splits
}

// release ends one combination's use.
func (s *sharedSplit) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		s.split, s.graph, s.truth = nil, nil, nil
	}
}

// splitOf returns the split of set for a seed, those that s is for.
func (s *sharedSplit) splitOf(set *Dataset, opt TradeoffOptions, seed uint64) (*Split, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.split != nil {
		return s.split, nil
	}
	var err error
	s.split, err = opt.Protocol.splitOf(set, seed, opt.Splits)
	return s.split, err
}

// engine returns the engine of the search of c for package generator. The recall of its
// answer is left in recall.
func (s *sharedSplit) engine(c TradeoffCell, recall *Recall) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		opt := exact.Options{Nominal: nominal, Threads: 1}
		stats := generator.SearchStats{Method: c.Search.String()}
		truth, err := s.truthOf(ctx, c.Labeled, rows, dim, queries, k, opt)
		if err != nil {
			return nil, stats, err
		}
		var res *exact.Result
		if c.EfSearch > 0 {
			res, err = s.approximate(ctx, c, rows, dim, nominal, queries, k)
		} else {
			res, err = c.thinned(ctx, rows, dim, queries, k, c.Seed, opt)
		}
		if err != nil {
			return nil, stats, err
		}
		*recall, err = MeasureRecall(truth, lists(res))
		return res, stats, err
	}
}

// truthOf returns the exact answer for the labeled anomalies of a share.
func (s *sharedSplit) truthOf(ctx context.Context, labeled float64, rows []float32, dim int, queries []float32, k int, opt exact.Options) (*exact.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.truth[labeled] != nil {
		return s.truth[labeled], nil
	}
	truth, _, err := exact.Search(ctx, rows, dim, queries, k, opt)
	if err == nil {
		s.truth[labeled] = truth
	}
	return truth, err
}

// approximate answers by the graph.
func (s *sharedSplit) approximate(ctx context.Context, c TradeoffCell, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.graph == nil {
		opt := ann.DefaultOptions()
		opt.Nominal, opt.Seed, opt.Threads = nominal, c.Seed, 1
		var err error
		if s.graph, err = ann.Build(ctx, rows, dim, opt); err != nil {
			return nil, err
		}
	}
	return s.graph.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: c.EfSearch, Threads: 1})
}
