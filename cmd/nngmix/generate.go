package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
)

// generateOptions are the options of nngmix generate, as its report shows them.
type generateOptions struct {
	tableFlags
	setFlags
	generator.Options
	annFlags
	SearchName string  `json:"search"`
	Multiplier float64 `json:"multiplier"`
	Count      int64   `json:"count,omitempty"`
	Balance    float64 `json:"balance,omitempty"`
	Out        string  `json:"out"`
	Append     bool    `json:"append"`
	Provenance bool    `json:"provenance"`
	KeepExact  bool    `json:"exact_integers"`
	Force      bool    `json:"force"`
	Report     string  `json:"report,omitempty"`
	Quiet      bool    `json:"quiet"`
}

const generateLong = `Make pseudo-anomalies from a table with few labeled anomalies.

The labeled anomalies are the rows whose --label column is 1 or true (or
--anomaly-value); all others, and rows without a label, are unlabeled. By NNG-Mix
each pseudo-anomaly mixes a labeled anomaly with one of its nearest neighbors,
half the time among the unlabeled rows and half among the labeled anomalies.

The output holds the pseudo-anomalies alone, in the columns and units of the
input; with --append the input's rows come first.`

const generateExample = `  nngmix generate --in payments.parquet --label is_fraud --out augmented.parquet --multiplier 10 --seed 1
  nngmix generate --in 11_donors.npz --out pseudo.npz --count 50000 --provenance --report run.json
  zcat log.csv.gz | nngmix generate --in - --label attack --anomaly-value yes --out - --balance 0.1 > pseudo.csv`

func generateCommand() *cobra.Command {
	opt := generateOptions{Options: generator.DefaultOptions()}
	cmd := &cobra.Command{
		Use:     "generate --in FILE --label COLUMN --out FILE",
		Short:   "Make pseudo-anomalies from a table with few labeled anomalies",
		Long:    generateLong,
		Example: generateExample,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, names := range [][]string{{"multiplier", "count", "balance"}, {"k", "k-factor"}, {"k-labeled", "k-labeled-share"}} {
				if err := exclusive(cmd, names); err != nil {
					return err
				}
			}
			return generate(cmd.Context(), &opt)
		},
	}
	opt.addFlags(cmd)
	return cmd
}

// addFlags declares the options on cmd.
func (o *generateOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&o.In, "in", "", "table to read: .csv .csv.gz .csv.zst .tsv .parquet .arrow .npz .npy, or - for CSV on stdin")
	o.setFlags.add(flags)
	flags.StringVar(&o.Out, "out", "", "file to write, in the format of its name, or - for CSV on stdout")
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
	flags.BoolVar(&o.LabeledOnly, "labeled-only", false, "mixup, cutmix and cutout use labeled anomalies only")
	flags.BoolVar(&o.Clip, "clip", false, "keep every value within the range its column has in the input")
	flags.BoolVar(&o.KeepExact, "exact-integers", false, "write integer columns as float64 with the exact mixture, not rounded")
	flags.BoolVar(&o.Append, "append", false, "write the input's rows first; column nngmix_synthetic tells them apart")
	flags.BoolVar(&o.Provenance, "provenance", false, "write which rows each pseudo-anomaly comes from, and the mixing weight")
	flags.StringVar(&o.SearchName, "search", "auto", "neighbor search: auto, brute or kdtree (the same answer at another speed), or hnsw (approximate)")
	o.annFlags.add(flags)
	flags.Uint64Var(&o.Seed, "seed", 0, "seed of the random numbers: equal seeds, equal bytes")
	flags.IntVar(&o.Threads, "threads", 0, "threads to use (default all processors); does not change the output")
	o.tableFlags.add(flags)
	flags.StringVar(&o.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&o.Force, "force", false, "replace existing output files")
	flags.BoolVar(&o.Quiet, "quiet", false, "no progress bars and no summary")
}

// generateReport is what --report writes.
type generateReport struct {
	runReport
	Seed            uint64       `json:"seed"`
	Rows            int          `json:"rows"`
	Columns         int          `json:"columns"`
	Labeled         int          `json:"labeled"`
	Hidden          int          `json:"hidden"`  // anomalies that --labeled-fraction moved to the unlabeled rows
	Dropped         int          `json:"dropped"` // rows with missing values
	Unlabeled       int          `json:"unlabeled"`
	UniqueLabeled   int          `json:"unique_labeled"`
	UniqueUnlabeled int          `json:"unique_unlabeled"`
	Generated       uint64       `json:"generated"`
	Search          searchReport `json:"search"`
}

// searchReport tells how neighbors were found.
type searchReport struct {
	Method     string `json:"method"`
	Reason     string `json:"reason"`
	K          int    `json:"k"`
	KLabeled   int    `json:"k_labeled"`
	IndexBytes int64  `json:"index_bytes"`
}

// generate carries out nngmix generate: read, prepare, search, make and write.
func generate(ctx context.Context, opt *generateOptions) error {
	if err := opt.check(); err != nil {
		return usageError{err}
	}
	report := &generateReport{runReport: newRunReport("generate", opt, opt.Threads), Seed: opt.Seed}
	bars := newProgress(opt.Quiet)
	defer bars.Wait()

	set, err := opt.readSet(ctx, &report.runReport, bars.stage("read"))
	if err != nil {
		return err
	}
	count, err := opt.count(set)
	if err != nil {
		return usageError{err}
	}
	out, err := newOutput(set, opt, count) // refuses before the search what cannot be written
	if err != nil {
		return err
	}
	defer out.writer.Abort()
	advance := bars.stage("search")
	opt.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	gen, err := generator.New(ctx, data(set), opt.Options)
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, columnNames(err, set))
	}
	if err := out.write(ctx, gen, count, &report.runReport, bars.stage("write")); err != nil {
		return err
	}
	report.fill(set, gen.Report(), count)
	if opt.Report != "" {
		if err := writeJSON(opt.Report, report, opt.Force); err != nil {
			return err
		}
	}
	bars.Wait()
	if !opt.Quiet {
		report.summary(opt)
	}
	return nil
}

// check finds what is wrong with the options alone and completes them.
func (o *generateOptions) check() error {
	if o.In == "" {
		return errors.New("--in FILE is missing: the table to read")
	}
	if o.Out == "" {
		return errors.New("--out FILE is missing: the file to write")
	}
	if err := o.npzLabel(o.In); err != nil {
		return err
	}
	var err error
	if o.SearchName == "hnsw" {
		o.Engine = o.engine(o.Seed, o.Threads)
	} else if o.Search, err = exact.ParseMethod(o.SearchName); err != nil {
		return fmt.Errorf("--search %s: want auto, brute, kdtree or hnsw", o.SearchName)
	}
	if err := o.setFlags.options(o.Seed).Validate(); err != nil {
		return err
	}
	if o.Clip && o.Scale != string(dataset.ScaleMinMax) {
		return errors.New("--clip needs --scale minmax, which measures the ranges to keep to")
	}
	if err := o.Options.Validate(); err != nil {
		return flagNames(err)
	}
	if err := refuseExisting(o.Out, o.Force); err != nil {
		return err
	}
	return refuseExisting(o.Report, o.Force)
}

// flagNames replaces the names of fields in an error of Options.Validate by
// those of the flags.
func flagNames(err error) error {
	fields := strings.NewReplacer(generator.ErrOptions.Error()+": ", "", "KFactor is", "--k-factor is", "KLabeledShare is", "--k-labeled-share is",
		"KLabeled is", "--k-labeled is", "K is", "--k is", "Alpha is", "--alpha is", "Beta is", "--beta is", "NoiseStd is", "--noise-std is",
		"LabeledOnly is", "--labeled-only is", "Threads is", "--threads is")
	return errors.New(fields.Replace(err.Error()))
}

// refuseExisting returns an error for a file that is there and may not be
// replaced, before any work is done.
func refuseExisting(path string, force bool) error {
	if path == "" || path == "-" || force {
		return nil
	}
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists: --force replaces it", path)
	}
	return nil
}

// readSet reads the input and prepares it.
func (o *generateOptions) readSet(ctx context.Context, report *runReport, progress func(done, total int64)) (set *dataset.Set, err error) {
	var input *table.Table
	err = report.timed("read", func() (err error) {
		input, err = o.tableFlags.read(ctx, o.Label, o.Threads, progress)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = report.timed("scale", func() (err error) {
		set, err = dataset.New(input, o.setFlags.options(o.Seed))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, err)
	}
	return set, nil
}

// count returns the number of pseudo-anomalies to make.
func (o *generateOptions) count(set *dataset.Set) (uint64, error) {
	var n uint64
	var err error
	switch {
	case o.Count != 0:
		n = uint64(max(0, o.Count))
	case o.Balance != 0:
		n, err = generator.Balance(len(set.Labeled), len(set.Unlabeled), o.Balance)
	default:
		n, err = generator.Multiple(len(set.Labeled), o.Multiplier)
	}
	if err == nil && n == 0 {
		err = fmt.Errorf("no pseudo-anomalies to make: --multiplier, --count or --balance asks for none beside the %d labeled anomalies", len(set.Labeled))
	}
	return n, err
}

// data hands the set to the generator.
func data(set *dataset.Set) generator.Data {
	d := generator.Data{Labeled: set.LabeledRows(), Unlabeled: set.UnlabeledRows()}
	for _, c := range set.Columns {
		d.Columns = append(d.Columns, generator.Column(c))
	}
	return d
}

// columnNames puts the names and row numbers of the input into an error of the
// generator, which knows only positions.
func columnNames(err error, set *dataset.Set) error {
	var bad *generator.ValueError
	if !errors.As(err, &bad) {
		return err
	}
	rows := set.Unlabeled
	if bad.Labeled {
		rows = set.Labeled
	}
	name := set.Features[bad.Column].Name()
	return fmt.Errorf("column %s, row %d: %v cannot be searched for; leave the column out with --drop %s", name, rows[bad.Row], bad.Value, name)
}

// fill completes the report.
func (r *generateReport) fill(set *dataset.Set, gen generator.Report, count uint64) {
	r.Rows, r.Columns = set.Table.Rows, len(set.Features)
	r.Labeled, r.Unlabeled = len(set.Labeled), len(set.Unlabeled)
	r.Hidden, r.Dropped = set.Hidden, set.Dropped
	r.UniqueLabeled, r.UniqueUnlabeled = gen.UniqueLabeled, gen.UniqueUnlabeled
	r.Generated = count
	r.Search = searchReport{gen.Method, gen.Reason, gen.K, gen.KLabeled, gen.IndexBytes}
	r.Seconds["scale"] += gen.ScaleSeconds
	r.Seconds["dedupe"] = gen.DedupeSeconds
	r.Seconds["search"] = gen.SearchSeconds
	r.PeakRSSBytes = peakRSS()
}

// summary tells the user on stderr what was done.
func (r *generateReport) summary(opt *generateOptions) {
	text := func(v any) string { s, _ := json.Marshal(v); return strings.Trim(string(s), `"`) }
	fmt.Fprintf(os.Stderr, "read      %d rows of %d features: %d labeled anomalies, %d unlabeled rows", r.Rows, r.Columns, r.Labeled, r.Unlabeled)
	if r.UniqueUnlabeled > 0 {
		fmt.Fprintf(os.Stderr, " (%d distinct)", r.UniqueUnlabeled)
	}
	fmt.Fprintf(os.Stderr, "\nsearch    %s: %s\n", r.Search.Method, r.Search.Reason)
	fmt.Fprintf(os.Stderr, "wrote     %d pseudo-anomalies by %s to %s\n", r.Generated, text(opt.Method), opt.Out)
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, scale %.2f, dedupe %.2f, search %.2f, generate %.2f, write %.2f; peak memory %d MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["dedupe"], r.Seconds["search"], r.Seconds["generate"], r.Seconds["write"], r.PeakRSSBytes>>20)
}
