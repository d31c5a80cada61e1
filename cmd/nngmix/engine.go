package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/ann/coder"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/pflag"
)

// graphFlags are the options of the graph of approximate search.
type graphFlags struct {
	M              int `json:"m"`
	EfConstruction int `json:"ef_construction"`
}

func (f *graphFlags) add(flags *pflag.FlagSet) {
	d := ann.DefaultOptions()
	flags.IntVar(&f.M, "m", d.M, "hnsw: half the most links of a row; more cost memory and time and gain recall")
	flags.IntVar(&f.EfConstruction, "ef-construction", d.EfConstruction, "hnsw: width of the searches when the graph is built")
}

// options turns the flags into those of package ann.
func (f *graphFlags) options(metric exact.Metric, seed uint64, threads int) ann.Options {
	opt := ann.DefaultOptions()
	opt.Metric, opt.M, opt.EfConstruction, opt.Seed, opt.Threads = metric, f.M, f.EfConstruction, seed, threads
	return opt
}

// check finds what is wrong with the options.
func (f *graphFlags) check() error {
	err := f.options(exact.L2Squared, 0, 0).Validate()
	if err == nil {
		return nil
	}
	fields := strings.NewReplacer(ann.ErrOptions.Error()+": ", "", "EfConstruction is", "--ef-construction is", "M is", "--m is")
	return errors.New(fields.Replace(err.Error()))
}

// errNominal says that coder/hnsw knows numbers only.
var errNominal = errors.New("coder-hnsw searches numeric columns only: leave the categories out with --drop, or search with hnsw")

// build makes an index of rows of dim columns, of which the last nominal ones are
// codes.
func (f *graphFlags) build(ctx context.Context, rows []float32, dim, nominal int, seed uint64, threads int) (*ann.Index, error) {
	opt := f.options(exact.L2Squared, seed, threads)
	opt.Nominal = nominal
	return ann.Build(ctx, rows, dim, opt)
}

// engine returns the generator's engine of approximate search. How it answered is
// left in answered.
func (o *generateOptions) engine(answered *tableindex.Answer) generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		index, err := o.build(ctx, rows, dim, nominal, o.Seed, o.Threads)
		if err != nil {
			return nil, generator.SearchStats{}, err
		}
		s := index.Stats()
		res, how, err := tableindex.Search(ctx, index, queries, k, o.widthFlags.options(o.Seed, o.Threads))
		*answered = how
		return res, generator.SearchStats{Method: how.Method, Reason: how.Reason, Unique: s.Unique, Bytes: s.Bytes}, err
	}
}

// coderEngine returns the generator's engine that searches with
// github.com/coder/hnsw.
func (o *generateOptions) coderEngine() generator.Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, generator.SearchStats, error) {
		stats := generator.SearchStats{Method: "coder-hnsw", Reason: fmt.Sprintf("the options ask for it, with efSearch %d; its recall was not measured, and its answers differ from run to run", o.EfSearch)}
		if nominal > 0 {
			return nil, stats, errNominal
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
