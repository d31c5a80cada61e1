package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/spf13/pflag"
)

// GraphFlags are the options of the graph of approximate search.
type GraphFlags struct {
	M              int `json:"m"`
	EfConstruction int `json:"ef_construction"`
}

// Add declares the options.
func (f *GraphFlags) Add(flags *pflag.FlagSet) {
	d := ann.DefaultOptions()
	flags.IntVar(&f.M, "m", d.M, "hnsw: half the most links of a row; more cost memory and time and gain recall")
	flags.IntVar(&f.EfConstruction, "ef-construction", d.EfConstruction, "hnsw: width of the searches when the graph is built")
}

// Options turns the flags into those of package ann.
func (f *GraphFlags) Options(metric exact.Metric, seed uint64, threads int) ann.Options {
	opt := ann.DefaultOptions()
	opt.Metric, opt.M, opt.EfConstruction, opt.Seed, opt.Threads = metric, f.M, f.EfConstruction, seed, threads
	return opt
}

// Check finds what is wrong with the options.
func (f *GraphFlags) Check() error {
	switch { // a program's 0 is the default; on a command line it is a mistake
	case f.M == 0:
		return errors.New("--m is 0, want 2 to 128")
	case f.EfConstruction == 0:
		return errors.New("--ef-construction is 0, want 1 to 10000")
	}
	err := f.Options(exact.L2Squared, 0, 0).Validate()
	if err == nil {
		return nil
	}
	fields := strings.NewReplacer(ann.ErrOptions.Error()+": ", "", "EfConstruction is", "--ef-construction is", "M is", "--m is")
	return errors.New(fields.Replace(err.Error()))
}

// ErrNominal says that coder/hnsw knows numbers only.
var ErrNominal = errors.New("coder-hnsw searches numeric columns only: leave the categories out with --drop, or search with hnsw")

// Build makes an index of rows of dim columns, of which the last nominal ones
// are codes.
func (f *GraphFlags) Build(ctx context.Context, rows []float32, dim, nominal int, seed uint64, threads int) (*ann.Index, error) {
	opt := f.Options(exact.L2Squared, seed, threads)
	opt.Nominal = nominal
	return ann.Build(ctx, rows, dim, opt)
}
