package eval

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
)

// Search is a way to find neighbors in a trade-off study. The zero value is exact
// search.
type Search struct {
	// EfSearch searches a graph (package ann) with this width; 0 = no graph.
	EfSearch int
	// Share searches exactly among this share of the rows, drawn at random, which
	// finds about that share of the true neighbors: the way to a recall that no
	// graph of sensible width goes down to. 0 = all rows.
	Share float64
}

// String describes s.
func (s Search) String() string {
	switch {
	case s.EfSearch > 0:
		return fmt.Sprintf("hnsw efSearch=%d", s.EfSearch)
	case s.Share > 0:
		return fmt.Sprintf("%g of the rows", s.Share)
	}
	return "exact"
}

// benchKey names a bench.
type benchKey struct {
	group, dataset string
	seed           uint64
}

func keyOfBench(c Cell) benchKey { return benchKey{c.Group, c.Dataset, c.Seed} }

// bench holds what the combinations of one set and seed share, made by the first that asks
// and forgotten after the last. The unlabeled rows are the same in all of them.
type bench struct {
	mu    sync.Mutex
	left  int // combinations that have not released it
	split *Split
	graph *ann.Index                // over the unlabeled rows
	truth map[float64]*exact.Result // by share of labels
}

// newBenches returns a bench for each set and seed of jobs.
func newBenches(jobs []job[TradeoffCell]) map[benchKey]*bench {
	benches := map[benchKey]*bench{}
	for _, j := range jobs {
		k := keyOfBench(j.cell.Cell)
		if benches[k] == nil {
			benches[k] = &bench{truth: map[float64]*exact.Result{}}
		}
		benches[k].left++
	}
	return benches
}

// release ends one combination's use.
func (b *bench) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left--; b.left == 0 {
		b.split, b.graph, b.truth = nil, nil, nil
	}
}

// splitOf returns the split of the set of b.
func (b *bench) splitOf(set *Dataset, opt TradeoffOptions, seed uint64) (*Split, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.split != nil {
		return b.split, nil
	}
	var err error
	b.split, err = opt.Protocol.splitOf(set, seed, opt.Splits)
	return b.split, err
}

// engine returns the engine of the search of c for package generator. The recall of its
// answer is left in recall.
func (b *bench) engine(c TradeoffCell, recall *Recall) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		opt := exact.Options{Nominal: nominal, Threads: 1}
		stats := generator.SearchStats{Method: c.Search.String()}
		truth, err := b.truthOf(ctx, c.Labeled, rows, dim, queries, k, opt)
		if err != nil {
			return nil, stats, err
		}
		var res *exact.Result
		if c.EfSearch > 0 {
			res, err = b.approximate(ctx, c, rows, dim, queries, k)
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
func (b *bench) truthOf(ctx context.Context, labeled float64, rows []float32, dim int, queries []float32, k int, opt exact.Options) (*exact.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.truth[labeled] != nil {
		return b.truth[labeled], nil
	}
	truth, _, err := exact.Search(ctx, rows, dim, queries, k, opt)
	if err == nil {
		b.truth[labeled] = truth
	}
	return truth, err
}

// approximate answers by the graph.
func (b *bench) approximate(ctx context.Context, c TradeoffCell, rows []float32, dim int, queries []float32, k int) (*exact.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.graph == nil {
		opt := ann.DefaultOptions()
		opt.Seed, opt.Threads = c.Seed, 1
		var err error
		if b.graph, err = ann.Build(ctx, rows, dim, opt); err != nil {
			return nil, err
		}
	}
	return b.graph.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: c.EfSearch, Threads: 1})
}

// thinned answers from a share of the rows, at least one.
func (s Search) thinned(ctx context.Context, rows []float32, dim int, queries []float32, k int, seed uint64, opt exact.Options) (*exact.Result, error) {
	rng := rand.New(rand.NewPCG(seed, 0x7468696e))
	var kept []float32
	var ids []uint32
	n := len(rows) / dim
	for i := range n {
		if rng.Float64() < s.Share || (i == n-1 && len(ids) == 0) {
			kept = append(kept, rows[i*dim:(i+1)*dim]...)
			ids = append(ids, uint32(i))
		}
	}
	res, _, err := exact.Search(ctx, kept, dim, queries, k, opt)
	if err != nil {
		return nil, err
	}
	for i, id := range res.IDs {
		res.IDs[i] = ids[id]
	}
	return res, nil
}

// lists returns the neighbors of each query.
func lists(res *exact.Result) [][]exact.Neighbor {
	found := make([][]exact.Neighbor, len(res.Counts))
	for q := range found {
		ids, distances := res.Of(q)
		for i, id := range ids {
			found[q] = append(found[q], exact.Neighbor{ID: id, Distance: distances[i]})
		}
	}
	return found
}
