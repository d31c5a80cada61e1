package eval

import (
	"context"
	"fmt"
	"math/rand/v2"

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

// engine returns the engine of s for package generator. The recall of its answers
// is left in recall.
func (s Search) engine(seed uint64, recall *Recall) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal, _ int) (generator.Searcher, generator.SearchStats, error) {
		m := &measured{rows: rows, dim: dim, nominal: nominal, recall: recall}
		var err error
		if s.EfSearch > 0 {
			err = m.graph(ctx, s.EfSearch, seed)
		} else {
			m.thin(s.Share, seed)
		}
		return m, generator.SearchStats{Method: s.String()}, err
	}
}

// measured answers by an approximate search and compares with the truth. It keeps
// rows, which the generator drops only when it is done with the search.
type measured struct {
	rows         []float32
	dim, nominal int
	approximate  func(ctx context.Context, queries []float32, k int) (*exact.Result, error)
	recall       *Recall
}

// graph makes m search a graph.
func (m *measured) graph(ctx context.Context, efSearch int, seed uint64) error {
	opt := ann.DefaultOptions()
	opt.Seed, opt.Threads = seed, 1
	index, err := ann.Build(ctx, m.rows, m.dim, opt)
	m.approximate = func(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
		return index.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: efSearch, Threads: 1})
	}
	return err
}

// thin makes m search a share of the rows, at least one.
func (m *measured) thin(share float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x7468696e))
	var kept []float32
	var ids []uint32
	n := len(m.rows) / m.dim
	for i := range n {
		if rng.Float64() < share || (i == n-1 && len(ids) == 0) {
			kept = append(kept, m.rows[i*m.dim:(i+1)*m.dim]...)
			ids = append(ids, uint32(i))
		}
	}
	m.approximate = func(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
		res, _, err := exact.Search(ctx, kept, m.dim, queries, k, exact.Options{Nominal: m.nominal, Threads: 1})
		if err != nil {
			return nil, err
		}
		for i, id := range res.IDs {
			res.IDs[i] = ids[id]
		}
		return res, nil
	}
}

// SearchBatch answers approximately and measures the recall.
func (m *measured) SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
	truth, _, err := exact.Search(ctx, m.rows, m.dim, queries, k, exact.Options{Nominal: m.nominal, Threads: 1})
	if err != nil {
		return nil, err
	}
	res, err := m.approximate(ctx, queries, k)
	if err != nil {
		return nil, err
	}
	found := make([][]exact.Neighbor, len(res.Counts))
	for q := range found {
		ids, distances := res.Of(q)
		for i, id := range ids {
			found[q] = append(found[q], exact.Neighbor{ID: id, Distance: distances[i]})
		}
	}
	*m.recall, err = MeasureRecall(truth, found)
	return res, err
}
