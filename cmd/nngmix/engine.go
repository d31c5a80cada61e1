package main

import (
	"context"
	"errors"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/spf13/pflag"
)

// annFlags are the options of the approximate index.
type annFlags struct {
	M              int `json:"m"`
	EfConstruction int `json:"ef_construction"`
	EfSearch       int `json:"ef_search"`
}

func (f *annFlags) add(flags *pflag.FlagSet) {
	d := ann.DefaultOptions()
	flags.IntVar(&f.M, "m", d.M, "hnsw: half the most links of a row; more cost memory and time and gain recall")
	flags.IntVar(&f.EfConstruction, "ef-construction", d.EfConstruction, "hnsw: width of the searches when the graph is built")
	flags.IntVar(&f.EfSearch, "ef-search", 64, "hnsw: width of a search; more cost time and gain recall")
}

// errNominal says that the graph knows numbers only.
var errNominal = errors.New("hnsw searches numeric columns only: leave the categories out with --drop, or use --search auto")

// build makes an index of rows of dim columns.
func (f *annFlags) build(ctx context.Context, rows []float32, dim, nominal int, seed uint64, threads int) (*ann.Index, error) {
	if nominal > 0 {
		return nil, errNominal
	}
	opt := ann.DefaultOptions()
	opt.M, opt.EfConstruction, opt.Seed, opt.Threads = f.M, f.EfConstruction, seed, threads
	return ann.Build(ctx, rows, dim, opt)
}

// engine returns the generator's engine of approximate search.
func (f *annFlags) engine(seed uint64, threads int) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		index, err := f.build(ctx, rows, dim, nominal, seed, threads)
		if err != nil {
			return nil, generator.SearchStats{}, err
		}
		stats := index.Stats()
		res, err := index.SearchBatch(ctx, queries, k, ann.SearchOptions{EfSearch: f.EfSearch, Threads: threads})
		return res, generator.SearchStats{Method: "hnsw", Reason: "the options ask for it", Unique: stats.Unique, Bytes: stats.Bytes}, err
	}
}
