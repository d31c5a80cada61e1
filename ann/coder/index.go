//go:build (386 || amd64 || arm || arm64 || ppc64le || s390x) && !windows

package coder

import (
	"cmp"
	"context"
	"fmt"
	"math/rand"
	"slices"

	"github.com/coder/hnsw"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/simd"
)

// Index is a graph of rows under squared L2. Searches are safe for concurrent use.
type Index struct {
	graph *hnsw.Graph[uint32]
	dim   int
}

// Build makes a graph of rows, row-major with dim columns, which it keeps.
func Build(ctx context.Context, rows []float32, dim int, opt Options) (*Index, error) {
	if dim < 1 || len(rows) == 0 || len(rows)%dim != 0 || opt.M < 2 || opt.EfSearch < 1 {
		return nil, fmt.Errorf("coder: %d values in %d columns with M %d and EfSearch %d, want whole rows, M from 2 and EfSearch from 1", len(rows), dim, opt.M, opt.EfSearch)
	}
	g := hnsw.NewGraph[uint32]()
	g.Distance = simd.For(simd.L2Squared).Pair
	g.Rng = rand.New(rand.NewSource(opt.Seed))
	g.M, g.EfSearch = opt.M, opt.EfSearch
	for i := range len(rows) / dim {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g.Add(hnsw.MakeNode(uint32(i), rows[i*dim:(i+1)*dim:(i+1)*dim]))
	}
	return &Index{g, dim}, nil
}

// Search returns up to k rows near query, ascending by (distance, id), with squared
// L2 distances in float64.
func (x *Index) Search(_ context.Context, query []float32, k int) ([]exact.Neighbor, error) {
	if len(query) != x.dim || k < 1 {
		return nil, fmt.Errorf("coder: query of %d columns and k %d, want %d columns and k from 1", len(query), k, x.dim)
	}
	var neighbors []exact.Neighbor
	for _, node := range x.graph.Search(query, k) {
		sum := 0.0
		for i, v := range node.Value {
			d := float64(query[i]) - float64(v)
			sum += float64(d * d)
		}
		neighbors = append(neighbors, exact.Neighbor{ID: node.Key, Distance: sum})
	}
	slices.SortFunc(neighbors, func(a, b exact.Neighbor) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return neighbors, nil
}
