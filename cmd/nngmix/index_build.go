package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
)

// indexBuildOptions are the options of nngmix index build, as its report shows them.
type indexBuildOptions struct {
	tableFlags
	setFlags
	graphFlags
	MetricName string `json:"metric"`
	Seed       uint64 `json:"seed"`
	Threads    int    `json:"threads"`
	Out        string `json:"out"`
	Force      bool   `json:"force"`
	Report     string `json:"report,omitempty"`
	Quiet      bool   `json:"quiet"`

	metric exact.Metric
}

// indexBuildReport is what --report writes.
type indexBuildReport struct {
	runReport
	Method       string  `json:"method"`
	Metric       string  `json:"metric"`
	Rows         int     `json:"rows"` // of the table
	Columns      int     `json:"columns"`
	Dropped      int     `json:"dropped"` // rows with missing values
	UniqueRows   int     `json:"unique_rows"`
	Links        int     `json:"links"`
	BuildSeconds float64 `json:"build_seconds"` // of the graph alone
	IndexBytes   int64   `json:"index_bytes"`   // memory that the index takes
	FileBytes    int64   `json:"file_bytes"`

	Table []columnReport `json:"table"`           // what was read
	Notes []dataset.Note `json:"notes,omitempty"` // what is odd about the table, and which option changes it
}

const indexBuildLong = `Build an index of the rows of a table, to search it again and again.

All rows are indexed, labeled or not; the label column is left out. So one index
serves 'nngmix generate --index' with any labels and seeds, and 'nngmix index
search'. Columns are scaled as generate scales them, and queries later the same
way. Text, booleans and --categorical columns are categories; they need the metric
l2squared, where a difference counts 1.

The same table, options and seed give the same bytes at any number of threads.`

func indexBuildCommand() *cobra.Command {
	opt := indexBuildOptions{}
	cmd := &cobra.Command{
		Use:     "build --in FILE --out FILE",
		Short:   "Build an index of the rows of a table",
		Long:    indexBuildLong,
		Example: "  nngmix index build --in 8_celeba.npz --out celeba.nngx\n  nngmix index build --in payments.parquet --label is_fraud --drop id --out payments.nngx",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return indexBuild(cmd.Context(), &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.In, "in", "", "table to read: .csv .csv.gz .csv.zst .tsv .parquet .arrow .npz .npy, or - for CSV on stdin")
	flags.StringVar(&opt.Out, "out", "", "index file to write, best named .nngx")
	opt.setFlags.addColumns(flags)
	flags.Lookup("label").Usage = "label column, which is left out of the index (in an NPZ file an array, default y)"
	flags.Lookup("anomaly-value").Usage = "as in generate; of no effect here, since all rows are indexed"
	flags.StringVar(&opt.MetricName, "metric", "l2squared", "distance between scaled rows: l2squared (what generate needs), l1, cosine or innerproduct")
	opt.graphFlags.add(flags)
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the random choices: equal seeds, equal bytes")
	flags.IntVar(&opt.Threads, "threads", 0, "threads to use (default all processors); does not change the index")
	opt.tableFlags.add(flags)
	flags.StringVar(&opt.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&opt.Force, "force", false, "replace existing output files")
	flags.BoolVar(&opt.Quiet, "quiet", false, "no progress bars and no summary")
	return cmd
}

// check finds what is wrong with the options alone and completes them.
func (o *indexBuildOptions) check() (err error) {
	if o.In == "" {
		return errors.New("--in FILE is missing: the table to read")
	}
	if o.Out == "" {
		return errors.New("--out FILE is missing: the index file to write")
	}
	if format, err := table.FormatOf(o.Out); err == nil {
		return fmt.Errorf("--out %s: the name stands for a table (format %v); an index is best named .nngx", o.Out, format)
	}
	if o.metric, err = exact.ParseMetric(o.MetricName); err != nil {
		return fmt.Errorf("--metric %s: want l2squared, l1, cosine or innerproduct", o.MetricName)
	}
	o.chooseScale(o.metric)
	if err := o.setFlags.options(o.Seed).Validate(); err != nil {
		return err
	}
	if err := o.graphFlags.check(); err != nil {
		return err
	}
	if o.Threads < 0 {
		return fmt.Errorf("--threads is %d, want at least 1, or 0 for all processors", o.Threads)
	}
	if err := refuseExisting(o.Out, o.Force); err != nil {
		return err
	}
	return refuseExisting(o.Report, o.Force)
}

// indexBuild carries out nngmix index build: read, scale, build and write.
func indexBuild(ctx context.Context, opt *indexBuildOptions) error {
	if err := opt.check(); err != nil {
		return usageError{err}
	}
	report := &indexBuildReport{runReport: newRunReport("index build", opt, opt.Threads), Method: "hnsw", Metric: opt.metric.String()}
	bars := newProgress(opt.Quiet)
	defer bars.Wait()
	out, err := atomicfile.Create(opt.Out, opt.Force) // refuses before the work what cannot be written
	if err != nil {
		return err
	}
	defer out.Abort()

	meta, rows, err := opt.readRows(ctx, report, bars.stage("read"))
	if err != nil {
		return err
	}
	how, advance := opt.graphFlags.options(opt.metric, opt.Seed, opt.Threads), bars.stage("build")
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	how.Nominal = meta.nominal()
	x, err := ann.Build(ctx, rows, len(meta.Columns), how)
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	x.SetMeta(meta.encode())
	err = report.timed("write", func() (err error) {
		if report.FileBytes, err = x.WriteTo(out); err != nil {
			return fmt.Errorf("write %s: %w", opt.Out, err)
		}
		return out.Commit()
	})
	if err != nil {
		return err
	}
	report.fill(meta, x.Stats())
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

// readRows reads the table and returns its description and its rows in search space.
func (o *indexBuildOptions) readRows(ctx context.Context, report *indexBuildReport, progress func(done, total int64)) (meta *indexMeta, rows []float32, err error) {
	var input *table.Table
	err = report.timed("read", func() (err error) {
		input, err = o.tableFlags.read(ctx, o.Label, o.Threads, progress)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	err = report.timed("scale", func() error {
		if input, err = o.withoutLabel(input); err != nil {
			return err
		}
		all := o.setFlags.options(o.Seed)
		all.Label = ""
		set, err := dataset.New(input, all)
		if err != nil {
			return err
		}
		report.Table, report.Notes = columnReports(set), set.Notes
		report.Notes = slices.DeleteFunc(report.Notes, func(n dataset.Note) bool { return n.Kind == dataset.NoteMass }) // of samples
		if o.metric != exact.L2Squared {
			if err := numericOnly(set, fmt.Sprintf("the metric %v compares numbers only", o.metric)); err != nil {
				return fmt.Errorf("%w, or use --metric l2squared", err)
			}
		}
		if rows, _, err = generator.SearchMatrix(ctx, set.UnlabeledRows(), data(set).Columns, o.Threads); err != nil {
			return columnNames(err, set)
		}
		meta = newIndexMeta(set, o)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", o.In, err)
	}
	return meta, rows, nil
}

// withoutLabel returns t without the label column. An array y of an NPZ file is
// one unless another name is given.
func (o *indexBuildOptions) withoutLabel(t *table.Table) (*table.Table, error) {
	name := o.Label
	if name == "" && t.Format == table.NPZ && slices.Contains(t.Names(), "y") {
		name = "y"
	}
	if name == "" {
		return t, nil
	}
	at, err := t.Find(name)
	if err != nil {
		return nil, fmt.Errorf("--label: %w", err)
	}
	if len(t.Columns) == 1 {
		return nil, fmt.Errorf("no feature column is left beside the label %s", name)
	}
	o.Label = name
	return &table.Table{Columns: slices.Delete(slices.Clone(t.Columns), at, at+1), Rows: t.Rows, Format: t.Format}, nil
}

// numericOnly returns an error where set has columns that are categories, which it
// begins with why that is not possible.
func numericOnly(set *dataset.Set, why string) error {
	var names []string
	for j, c := range set.Columns {
		if c.Nominal {
			names = append(names, set.Inputs[j].Name())
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("%s, and these columns are categories: leave them out with --drop %s", why, strings.Join(names, ","))
}

// fill completes the report.
func (r *indexBuildReport) fill(meta *indexMeta, s ann.Stats) {
	r.Rows, r.Columns, r.Dropped = meta.Rows, len(meta.Columns), meta.Dropped
	r.UniqueRows, r.Links, r.IndexBytes = s.Unique, s.Links, s.Bytes
	r.BuildSeconds = s.BuildSeconds
	r.Seconds["build"] = s.BuildSeconds
	r.PeakRSSBytes = peakRSS()
}

// summary tells the user on stderr what was done.
func (r *indexBuildReport) summary(opt *indexBuildOptions) {
	fmt.Fprintf(os.Stderr, "read      %d rows of %d columns", r.Rows, r.Columns)
	if r.Dropped > 0 {
		fmt.Fprintf(os.Stderr, ", %d left out for missing values", r.Dropped)
	}
	fmt.Fprintf(os.Stderr, ", scaled by %s\n", opt.Scale)
	for _, line := range dataset.Lines(r.Notes) {
		fmt.Fprintln(os.Stderr, line)
	}
	fmt.Fprintf(os.Stderr, "built     %s, %s, M %d, efConstruction %d: %d distinct rows, %d links, %.1f MB\n", r.Method, r.Metric, opt.M, opt.EfConstruction, r.UniqueRows, r.Links, megabytes(r.IndexBytes))
	fmt.Fprintf(os.Stderr, "wrote     %s, %.1f MB\n", opt.Out, megabytes(r.FileBytes))
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, scale %.2f, build %.2f, write %.2f; peak memory %.0f MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["build"], r.Seconds["write"], megabytes(r.PeakRSSBytes))
}

// megabytes returns bytes in units of a million.
func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
