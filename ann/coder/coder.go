// Package coder puts github.com/coder/hnsw behind the search of this module, with
// our kernels as its distance, so that it can be used and compared with.
//
// It is no match for package ann: its search stops as soon as no neighbor improves
// on the nearest row found, so that EfSearch hardly changes recall; measure with
//
//	nngmix eval recall --in FILE --engines brute,hnsw,coder-hnsw
//
// Its graph depends on a random map order: the same seed gives other neighbors from
// run to run. It is slow to build and serves small tables.
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

// Options say how the graph is built and searched; see that module.
type Options struct {
	M        int // most links of a row, at least 2
	EfSearch int // at least 1
	Seed     int64
}

// DefaultOptions returns that module's own settings.
func DefaultOptions() Options { return Options{M: 16, EfSearch: 20} }

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
