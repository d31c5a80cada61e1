package generate

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/ann/coder"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/tableindex"
)

// engine returns the generator's engine of approximate search. It tells how it
// answered in a tableindex.Answer.
func (o *options) engine() generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		index, err := o.GraphFlags.Build(ctx, rows, dim, nominal, o.Seed, o.Threads)
		if err != nil {
			return nil, generator.SearchStats{}, err
		}
		s := index.Stats()
		res, how, err := tableindex.Search(ctx, index, queries, k, o.WidthFlags.Options(o.Seed, o.Threads))
		return res, generator.SearchStats{Method: how.Method, Reason: how.Reason, Unique: s.Unique, Bytes: s.Bytes, Detail: how}, err
	}
}

// coderEngine returns the generator's engine that searches with
// github.com/coder/hnsw.
func (o *options) coderEngine() generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		stats := generator.SearchStats{Method: "coder-hnsw", Reason: fmt.Sprintf("the options ask for it, with efSearch %d; its recall was not measured, and its answers differ from run to run", o.EfSearch)}
		if nominal > 0 {
			return nil, stats, cli.ErrNominal
		}
		x, err := coder.Build(ctx, rows, dim, coder.Options{M: o.M, EfSearch: o.EfSearch, Seed: int64(o.Seed)})
		if err != nil {
			return nil, stats, err
		}
		n := len(queries) / dim
		res := &exact.Result{K: k, IDs: make([]uint32, n*k), Distances: make([]float64, n*k), Counts: make([]int32, n)}
		err = parallel.Do(ctx, parallel.Threads(o.Threads), n, func(_, q int) error {
			neighbors, err := x.Search(ctx, queries[q*dim:][:dim], k)
			for i, nb := range neighbors {
				res.IDs[q*k+i], res.Distances[q*k+i] = nb.ID, nb.Distance
			}
			res.Counts[q] = int32(len(neighbors))
			return err
		})
		return res, stats, err
	}
}
