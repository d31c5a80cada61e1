package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// buildOptions are the options of nngmix index build, as its report shows them.
type buildOptions struct {
	cli.TableFlags
	cli.SetFlags
	cli.GraphFlags
	MetricName string `json:"metric"`
	Seed       uint64 `json:"seed"`
	Threads    int    `json:"threads"`
	Out        string `json:"out"`
	Force      bool   `json:"force"`
	Report     string `json:"report,omitempty"`
	Quiet      bool   `json:"quiet"`

	metric exact.Metric
}

// BuildReport is what --report writes.
type BuildReport struct {
	cli.RunReport
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

	Table []cli.ColumnReport `json:"table"`           // what was read
	Notes []dataset.Note     `json:"notes,omitempty"` // what is odd about the table, and which option changes it
}

const buildLong = `Build an index of the rows of a table, to search it again and again.

All rows are indexed, labeled or not; the label column is left out. So one index
serves 'nngmix generate --index' with any labels and seeds, and 'nngmix index
search'. Columns are scaled as generate scales them, and queries later the same
way. Text, booleans and --categorical columns are categories; they need the metric
l2squared, where a difference counts 1.

The same table, options and seed give the same bytes at any number of threads.`

func buildCommand() *cobra.Command {
	opt := buildOptions{}
	cmd := &cobra.Command{
		Use:     "build --in FILE --out FILE",
		Short:   "Build an index of the rows of a table",
		Long:    buildLong,
		Example: "  nngmix index build --in 8_celeba.npz --out celeba.nngx\n  nngmix index build --in payments.parquet --label is_fraud --drop id --out payments.nngx",
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return build(cmd.Context(), &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.TableFlags.AddIn(flags)
	flags.StringVar(&opt.Out, "out", "", "index file to write, best named .nngx")
	opt.SetFlags.AddColumns(flags)
	flags.Lookup("label").Usage = "label column, which is left out of the index (in an NPZ file an array, default y)"
	flags.Lookup("anomaly-value").Usage = "as in generate; of no effect here, since all rows are indexed"
	flags.StringVar(&opt.MetricName, "metric", "l2squared", "distance between scaled rows: l2squared (what generate needs), l1, cosine or innerproduct")
	opt.GraphFlags.Add(flags)
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the random choices: equal seeds, equal bytes")
	flags.IntVar(&opt.Threads, "threads", 0, "threads to use (default all processors); does not change the index")
	opt.TableFlags.Add(flags)
	flags.StringVar(&opt.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&opt.Force, "force", false, "replace existing output files")
	flags.BoolVar(&opt.Quiet, "quiet", false, "no progress bars and no summary")
	return cmd
}

// check finds what is wrong with the options alone and completes them.
func (o *buildOptions) check() (err error) {
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
	o.ChooseScale(o.metric)
	if err := o.SetFlags.Options(o.Seed).Validate(); err != nil {
		return err
	}
	if err := o.GraphFlags.Check(); err != nil {
		return err
	}
	if o.Threads < 0 {
		return fmt.Errorf("--threads is %d, want at least 1, or 0 for all processors", o.Threads)
	}
	if err := cli.RefuseExisting(o.Out, o.Force); err != nil {
		return err
	}
	return cli.RefuseExisting(o.Report, o.Force)
}

// build carries out nngmix index build: read, scale, build and write.
func build(ctx context.Context, opt *buildOptions) error {
	if err := opt.check(); err != nil {
		return cli.Usage(err)
	}
	report := &BuildReport{RunReport: cli.NewRunReport("index build", opt, opt.Threads), Method: "hnsw", Metric: opt.metric.String()}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()
	out, err := atomicfile.Create(opt.Out, opt.Force) // refuses before the work what cannot be written
	if err != nil {
		return err
	}
	defer out.Abort()

	rows, err := opt.readRows(ctx, report, bars.Stage("read"))
	if err != nil {
		return err
	}
	how, advance := opt.GraphFlags.Options(opt.metric, opt.Seed, opt.Threads), bars.Stage("build")
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	x, err := rows.Build(ctx, how)
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	err = report.Timed("write", func() (err error) {
		if report.FileBytes, err = x.WriteTo(out); err != nil {
			return fmt.Errorf("write %s: %w", opt.Out, err)
		}
		return out.Commit()
	})
	if err != nil {
		return err
	}
	report.fill(x)
	if opt.Report != "" {
		if err := cli.WriteJSON(opt.Report, report, opt.Force); err != nil {
			return err
		}
	}
	bars.Wait()
	if !opt.Quiet {
		report.summary(opt)
	}
	return nil
}

// readRows reads the table and returns its rows in search space.
func (o *buildOptions) readRows(ctx context.Context, report *BuildReport, progress func(done, total int64)) (rows *tableindex.Rows, err error) {
	var input *table.Table
	err = report.Timed("read", func() (err error) {
		input, err = o.TableFlags.Read(ctx, o.Label, o.Threads, progress)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = report.Timed("scale", func() error {
		if input, err = o.withoutLabel(input); err != nil {
			return err
		}
		all := o.SetFlags.Options(o.Seed)
		all.Label = ""
		set, err := dataset.New(input, all)
		if err != nil {
			return err
		}
		report.Table, report.Notes = cli.ColumnReports(set.Summary), set.Notes
		report.Notes = slices.DeleteFunc(report.Notes, func(n dataset.Note) bool { return n.Kind == dataset.NoteMass }) // of samples
		if o.metric != exact.L2Squared {
			if err := cli.NumericOnly(set, fmt.Sprintf("the metric %v compares numbers only", o.metric)); err != nil {
				return fmt.Errorf("%w, or use --metric l2squared", err)
			}
		}
		if rows, err = tableindex.Scale(ctx, set, o.indexed()); err != nil {
			return cli.InColumn(err, set)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, err)
	}
	return rows, nil
}

// indexed tells the index how its table was read.
func (o *buildOptions) indexed() tableindex.Options {
	return tableindex.Options{
		Source: o.In, Label: o.Label, Scale: dataset.Scale(o.Scale), Missing: dataset.Missing(o.Missing), Markers: o.MissingValues, Threads: o.Threads,
	}
}

// withoutLabel returns t without the label column. An array y of an NPZ file is
// one unless another name is given.
func (o *buildOptions) withoutLabel(t *table.Table) (*table.Table, error) {
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

// fill completes the report.
func (r *BuildReport) fill(x *tableindex.Index) {
	s := x.Stats()
	r.Rows, r.Columns, r.Dropped = x.Schema.Rows, len(x.Schema.Columns), x.Schema.Dropped
	r.UniqueRows, r.Links, r.IndexBytes = s.Unique, s.Links, s.Bytes
	r.BuildSeconds = s.BuildSeconds
	r.Seconds["build"] = s.BuildSeconds
	r.PeakRSSBytes = cli.PeakRSS()
}

// summary tells the user on stderr what was done.
func (r *BuildReport) summary(opt *buildOptions) {
	fmt.Fprintf(os.Stderr, "read      %d rows of %d columns", r.Rows, r.Columns)
	if r.Dropped > 0 {
		fmt.Fprintf(os.Stderr, ", %d left out for missing values", r.Dropped)
	}
	fmt.Fprintf(os.Stderr, ", scaled by %s\n", opt.Scale)
	for _, line := range dataset.Lines(r.Notes) {
		fmt.Fprintln(os.Stderr, line)
	}
	fmt.Fprintf(os.Stderr, "built     %s, %s, M %d, efConstruction %d: %d distinct rows, %d links, %.1f MB\n", r.Method, r.Metric, opt.M, opt.EfConstruction, r.UniqueRows, r.Links, cli.Megabytes(r.IndexBytes))
	fmt.Fprintf(os.Stderr, "wrote     %s, %.1f MB\n", opt.Out, cli.Megabytes(r.FileBytes))
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, scale %.2f, build %.2f, write %.2f; peak memory %.0f MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["build"], r.Seconds["write"], cli.Megabytes(r.PeakRSSBytes))
}
