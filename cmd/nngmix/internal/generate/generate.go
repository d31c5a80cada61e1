// Package generate has the command that makes pseudo-anomalies: its options,
// its search for neighbors and the table it writes.
package generate

import (
	"context"
	"fmt"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// options are the options of nngmix generate, as its report shows them.
type options struct {
	cli.TableFlags
	cli.SetFlags
	cli.MemoryFlags
	generator.Options
	cli.GraphFlags
	cli.WidthFlags
	SearchName  string  `json:"search"`
	Index       string  `json:"index,omitempty"`
	Multiplier  float64 `json:"multiplier"`
	Count       int64   `json:"count,omitempty"`
	Balance     float64 `json:"balance,omitempty"`
	Out         string  `json:"out"`
	RowsPerFile int64   `json:"rows_per_file,omitempty"`
	Append      bool    `json:"append"`
	Provenance  bool    `json:"provenance"`
	Parts       bool    `json:"provenance_parts,omitempty"`
	KeepExact   bool    `json:"exact_integers"`
	Force       bool    `json:"force"`
	Report      string  `json:"report,omitempty"`
	Explain     bool    `json:"explain"`
	Quiet       bool    `json:"quiet"`

	amount string // the option that says how many to make
}

const long = `Make pseudo-anomalies from a table with few labeled anomalies.

The labeled anomalies are the rows whose --label column is 1 or true (or
--anomaly-value); all others, and rows without a label, are unlabeled. By NNG-Mix
each pseudo-anomaly mixes a labeled anomaly with one of its nearest neighbors,
half the time among the unlabeled rows and half among the labeled anomalies.

The output holds the pseudo-anomalies alone, in the columns and units of the
input; with --append the input's rows come first.`

const example = `  nngmix generate --in payments.parquet --label is_fraud --out augmented.parquet --multiplier 10 --seed 1
  nngmix generate --in 11_donors.npz --out pseudo.npz --count 50000 --provenance --report run.json
  nngmix generate --in 8_celeba.npz --index celeba.nngx --recall-target 0.99 --out pseudo.npz --seed 2
  zcat log.csv.gz | nngmix generate --in - --label attack --anomaly-value yes --out - --balance 0.1 > pseudo.csv`

// Command returns nngmix generate.
func Command() *cobra.Command {
	opt := options{Options: generator.DefaultOptions()}
	cmd := &cobra.Command{
		Use:     "generate --in FILE --label COLUMN --out FILE",
		Short:   "Make pseudo-anomalies from a table with few labeled anomalies",
		Long:    long,
		Example: example,
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, names := range [][]string{{"multiplier", "count", "balance"}, {"k", "k-factor"}, {"k-labeled", "k-labeled-share"}, {"anomaly-value", "normal-value"}, {"ef-search", "recall-target"}} {
				if err := cli.Exclusive(cmd, names); err != nil {
					return err
				}
			}
			for _, name := range []string{"multiplier", "count", "balance"} {
				if cmd.Flags().Changed(name) {
					opt.amount = name
				}
			}
			report, err := generate(cmd.Context(), &opt)
			if err == nil && opt.Explain {
				opt.explain(cmd.ErrOrStderr(), report.Search.Plan)
			}
			return err
		},
	}
	opt.addFlags(cmd)
	return cmd
}

// addFlags declares the options on cmd.
func (o *options) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	o.TableFlags.AddIn(flags)
	o.SetFlags.Add(flags)
	flags.StringVar(&o.Out, "out", "", "file to write, in the format of its name, or - for CSV on stdout; FOLDER/ for files of --rows-per-file, which appear together (Parquet, or as FOLDER.csv/ names it)")
	flags.Int64Var(&o.RowsPerFile, "rows-per-file", table.DefaultRowsPerFile, "rows of each file where --out is a folder")
	flags.TextVar(&o.Method, "method", o.Method, "nng-mix, mixup, cutmix, cutout, gaussian, smote or oversample")
	flags.Float64Var(&o.Multiplier, "multiplier", 10, "pseudo-anomalies for each labeled anomaly")
	flags.Int64Var(&o.Count, "count", 0, "number of pseudo-anomalies, instead of --multiplier")
	flags.Float64Var(&o.Balance, "balance", 0, "make as many as bring labeled and pseudo-anomalies to this share of the unlabeled rows, instead of --multiplier")
	flags.IntVar(&o.K, "k", o.K, "nearest unlabeled rows to draw from")
	flags.IntVar(&o.KFactor, "k-factor", 0, "instead of --k: this many times the number of labeled anomalies")
	flags.IntVar(&o.KLabeled, "k-labeled", o.KLabeled, "nearest labeled anomalies to draw from, the anomaly itself counted")
	flags.Float64Var(&o.KLabeledShare, "k-labeled-share", 0, "instead of --k-labeled: this share of the labeled anomalies")
	flags.Float64Var(&o.Alpha, "alpha", o.Alpha, "first parameter of the Beta distribution of the mixing weight")
	flags.Float64Var(&o.Beta, "beta", o.Beta, "second parameter of it")
	flags.BoolVar(&o.UniformLambda, "uniform-lambda", false, "draw the mixing weight uniformly instead")
	flags.Float64Var(&o.NoiseStd, "noise-std", o.NoiseStd, "standard deviation of the Gaussian noise, as a share of a column's range; 0 for none")
	flags.TextVar(&o.Noise, "noise", o.Noise, "gaussian, as published; or keep: no noise where parents agree, and a value that many rows have at the end of a column's range (zero, say) is taken or left, not mixed")
	flags.BoolVar(&o.LabeledOnly, "labeled-only", false, "mixup, cutmix and cutout use labeled anomalies only")
	flags.BoolVar(&o.Clip, "clip", false, "keep every value within the range its column has in the input")
	flags.BoolVar(&o.KeepExact, "exact-integers", false, "write integer columns as float64 with the exact mixture, not rounded (but for categories, times and values beyond 2^53)")
	flags.BoolVar(&o.Append, "append", false, "write all of the input's rows first; column nngmix_synthetic tells them apart, nngmix_hidden what --labeled-fraction hides")
	flags.BoolVar(&o.Provenance, "provenance", false, "write which rows each pseudo-anomaly comes from, and the mixing weight")
	flags.BoolVar(&o.Parts, "provenance-parts", false, "with --provenance: also the file that each parent row is in, and its row there")
	flags.StringVar(&o.SearchName, "search", "auto", "neighbor search: auto, brute or kdtree (the same answer at another speed; auto with a --recall-target below 1 may use hnsw), hnsw (approximate), or coder-hnsw (github.com/coder/hnsw, to compare with)")
	flags.StringVar(&o.Index, "index", "", "search this index of the table, made by 'nngmix index build', instead of reading all rows")
	o.WidthFlags.Add(flags)
	o.GraphFlags.Add(flags)
	flags.Uint64Var(&o.Seed, "seed", 0, "seed of the random numbers: equal seeds, equal bytes")
	flags.IntVar(&o.Threads, "threads", 0, "threads to use (default all processors); does not change the output")
	o.MemoryFlags.Add(flags)
	o.TableFlags.Add(flags)
	flags.StringVar(&o.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&o.Force, "force", false, "replace existing output files")
	flags.BoolVar(&o.Explain, "explain", false, "print what each way to search was thought to take, the choice, and what it took")
	flags.BoolVar(&o.Quiet, "quiet", false, "no progress bars and no summary")
}

// generate carries out nngmix generate: read, prepare, search, make and write.
func generate(ctx context.Context, opt *options) (*Report, error) {
	if err := opt.check(); err != nil {
		return nil, cli.Usage(err)
	}
	report := &Report{RunReport: cli.NewRunReport("generate", opt, opt.Threads), Seed: opt.Seed}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()

	index, err := opt.openIndex()
	if err != nil {
		return nil, err
	}
	in, err := opt.open(ctx, &report.RunReport, bars)
	if err != nil {
		return nil, err
	}
	defer in.stream.Close()
	count, err := opt.count(in)
	if err != nil {
		return nil, cli.Usage(err)
	}
	if err := opt.checkMemory(in.Summary); err != nil {
		return nil, cli.Usage(err)
	}
	out, err := newOutput(ctx, in, opt, count) // refuses before the search what cannot be written
	if err != nil {
		return nil, err
	}
	defer out.writer.Abort()
	if in.memory != nil {
		advance := bars.Stage("search")
		opt.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	}
	gen, err := opt.newGenerator(ctx, in, index, &report.Search)
	if err != nil {
		return nil, err
	}
	if err := out.write(ctx, gen, count, &report.RunReport, bars.Stage("write")); err != nil {
		return nil, err
	}
	report.fill(in, opt, gen.Report(), count)
	if opt.Report != "" {
		if err := cli.WriteJSON(opt.Report, report, opt.Force); err != nil {
			return nil, err
		}
	}
	bars.Wait()
	if !opt.Quiet {
		report.summary(opt)
	}
	return report, nil
}

// newGenerator searches for neighbors, in index unless it is nil, and tells in
// report how.
func (o *options) newGenerator(ctx context.Context, in *input, index *tableindex.Index, report *searchReport) (*generator.Generator, error) {
	d, set := in.data(), in.set()
	if o.Method == generator.NNGMix && o.SearchName == "coder-hnsw" {
		if err := cli.NumericOnly(in.Summary, "coder-hnsw searches numbers only"); err != nil {
			return nil, table.InFile(o.In, err)
		}
	}
	if index != nil && o.Method == generator.NNGMix {
		var err error
		if d.Index, err = o.search(in, index); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", o.In, o.Index, err)
		}
	}
	gen, err := generator.New(ctx, d, o.Options)
	if err != nil {
		return nil, table.InFile(o.In, cli.InColumn(err, set))
	}
	report.tell(gen.Report(), o)
	if asked, ok := gen.Report().Detail.(tableindex.Asked); ok && o.Explain {
		report.Plan, err = o.explained(ctx, set, index, asked)
	}
	return gen, err
}

// search returns the search of the unlabeled rows in an index of all rows.
func (o *options) search(in *input, index *tableindex.Index) (generator.Searcher, error) {
	opt, how := tableindex.Options{Scale: dataset.Scale(o.Scale), Missing: dataset.Missing(o.Missing)}, o.WidthFlags.Options(o.Seed, o.Threads)
	if in.rows != nil {
		return index.Batches(in.rows, in.Summary, opt, how)
	}
	return index.Unlabeled(in.memory, opt, how)
}

// openIndex opens the index that the options name, if they do.
func (o *options) openIndex() (*tableindex.Index, error) {
	if o.Index == "" {
		return nil, nil
	}
	x, err := tableindex.Open(o.Index)
	if err != nil {
		return nil, err
	}
	if m := x.Options().Metric; m != exact.L2Squared {
		return nil, fmt.Errorf("%s: it has the metric %v, generate needs l2squared", o.Index, m)
	}
	if o.Explain && x.Graph() == nil {
		return nil, fmt.Errorf("%s: --explain estimates searches of one graph, and the index has %d segments: leave it out", o.Index, x.Segments())
	}
	return x, nil
}

// count returns the number of pseudo-anomalies to make.
func (o *options) count(in *input) (n uint64, err error) {
	switch o.amount {
	case "count":
		n = uint64(o.Count)
	case "balance":
		n, err = generator.Balance(len(in.Anomalies), in.CountUnlabeled(), o.Balance)
	default:
		n, err = generator.Multiple(len(in.Anomalies), o.Multiplier)
	}
	if err != nil {
		return 0, flagNames(err)
	}
	if n == 0 {
		err = fmt.Errorf("no pseudo-anomalies to make: --multiplier, --count or --balance asks for none beside the %d labeled anomalies", len(in.Anomalies))
	}
	return n, err
}
