package eval

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/nngmix/nngmix/exact"
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
