package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
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
	cli.MemoryFlags
	MetricName  string `json:"metric"`
	Seed        uint64 `json:"seed"`
	Threads     int    `json:"threads"`
	Out         string `json:"out"`
	SegmentRows int    `json:"segment_rows,omitempty"`
	Force       bool   `json:"force"`
	Report      string `json:"report,omitempty"`
	Quiet       bool   `json:"quiet"`

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
	Segments     int     `json:"segments,omitempty"` // of a folder
	Reason       string  `json:"reason,omitempty"`   // why the table was not in memory

	Table []cli.ColumnReport `json:"table"`           // what was read
	Notes []dataset.Note     `json:"notes,omitempty"` // what is odd about the table, and which option changes it
}

const buildLong = `Build an index of the rows of a table, to search it again and again.

All rows are indexed, labeled or not; the label column is left out. So one index
serves 'nngmix generate --index' with any labels and seeds, and 'nngmix index
search'. Columns are scaled as generate scales them, and queries later the same
way. Text, booleans and --categorical columns are categories; they need the metric
l2squared, where a difference counts 1.

The index is one file. Where memory does not hold the table and the index (--memory),
and where --out ends in a slash, it is a folder of segments, which are built and
written one by one; all commands take it as they take a file, and 'nngmix index add'
adds rows to it.

The same table, options and seed give the same bytes at any number of threads; those
of a folder depend on --memory too, unless --segment-rows says how it is cut.`

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
	flags.StringVar(&opt.Out, "out", "", "index to write, best named .nngx: a file, or with a slash at its end a folder of segments")
	flags.IntVar(&opt.SegmentRows, "segment-rows", 0, "write a folder of segments of so many rows each (default as many as memory allows); fewer take less memory to build and more time to search")
	opt.SetFlags.AddColumns(flags)
	flags.Lookup("label").Usage = "label column, which is left out of the index (in an NPZ file an array, default y)"
	flags.Lookup("anomaly-value").Usage = "as in generate; of no effect here, since all rows are indexed"
	flags.StringVar(&opt.MetricName, "metric", "l2squared", "distance between scaled rows: l2squared (what generate needs), l1, cosine or innerproduct")
	opt.GraphFlags.Add(flags)
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the random choices: equal seeds, equal bytes")
	flags.IntVar(&opt.Threads, "threads", 0, "threads to use (default all processors); does not change the index")
	opt.MemoryFlags.Add(flags)
	flags.Lookup("memory").Usage = "memory to use, such as 2GB: a table that needs more is gone through in batches and gets an index of segments (default half of what is free)"
	flags.Lookup("batch-rows").Usage = "go through the table in batches of about so many rows even if memory holds it"
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
	if o.SegmentRows < 0 || o.SegmentRows > math.MaxInt32 {
		return fmt.Errorf("--segment-rows is %d, want 1 to %d, or 0 for as many as memory allows", o.SegmentRows, math.MaxInt32)
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
	memory, err := opt.Bytes()
	if err != nil {
		return cli.Usage(err)
	}
	report := &BuildReport{RunReport: cli.NewRunReport("index build", opt, opt.Threads), Method: "hnsw", Metric: opt.metric.String()}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()
	out, err := newOutput(opt.Out, opt.SegmentRows > 0, opt.Force) // refuses before the work what cannot be written
	if err != nil {
		return err
	}
	defer out.abort()

	stream, err := opt.open(ctx, memory, report, bars.Stage("read"))
	if err != nil {
		return err
	}
	if stream.Table() != nil && out.dir == nil {
		err = opt.buildFile(ctx, stream.Table(), out, report, bars)
	} else {
		err = opt.buildFolder(ctx, stream, out, memory, report, bars)
	}
	if err = errors.Join(err, stream.Close()); err != nil {
		return err
	}
	report.PeakRSSBytes = cli.PeakRSS()
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

// open opens the table without its label.
func (o *buildOptions) open(ctx context.Context, memory int64, report *BuildReport, progress func(done, total int64)) (stream *table.Stream, err error) {
	o.More = func(rows, columns int) int64 { return tableindex.BuildBytes(rows, columns, o.M) }
	how := o.MemoryFlags.Options(memory)
	how.Threads, how.Progress = o.Threads, progress
	err = report.Timed("read", func() (err error) {
		stream, err = o.TableFlags.Open(ctx, o.Label, how)
		return err
	})
	if err != nil {
		return nil, err
	}
	features, err := o.withoutLabel(stream)
	if err != nil {
		return nil, errors.Join(table.InFile(o.In, err), stream.Close())
	}
	report.Reason = o.Why
	return features, nil
}

// set returns how the table is read as a data set: without a label.
func (o *buildOptions) set() dataset.Options {
	opt := o.SetFlags.Options(o.Seed)
	opt.Label = ""
	return opt
}

// look takes what the report says of the table, and refuses one that the metric does
// not compare.
func (o *buildOptions) look(s *dataset.Summary, report *BuildReport) error {
	report.Table = cli.ColumnReports(s)
	report.Notes = slices.DeleteFunc(slices.Clone(s.Notes), func(n dataset.Note) bool { return n.Kind == dataset.NoteMass }) // of samples
	if o.metric == exact.L2Squared {
		return nil
	}
	if err := cli.NumericOnly(s, fmt.Sprintf("the metric %v compares numbers only", o.metric)); err != nil {
		return fmt.Errorf("%w, or use --metric l2squared", err)
	}
	return nil
}

// buildFile builds an index of one graph of a table in memory.
func (o *buildOptions) buildFile(ctx context.Context, t *table.Table, out *output, report *BuildReport, bars *cli.Progress) error {
	rows, err := o.scaled(ctx, t, report)
	if err != nil {
		return table.InFile(o.In, err)
	}
	how, advance := o.GraphFlags.Options(o.metric, o.Seed, o.Threads), bars.Stage("build")
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	x, err := rows.Build(ctx, how)
	if err != nil {
		return table.InFile(o.In, err)
	}
	err = report.Timed("write", func() (err error) {
		if report.FileBytes, err = x.WriteTo(out.file); err != nil {
			return fmt.Errorf("write %s: %w", o.Out, err)
		}
		return out.file.Commit()
	})
	report.fill(x.Schema, x.Stats())
	return err
}

// scaled returns the rows of t in search space.
func (o *buildOptions) scaled(ctx context.Context, t *table.Table, report *BuildReport) (rows *tableindex.Rows, err error) {
	err = report.Timed("scale", func() error {
		set, err := dataset.New(t, o.set())
		if err != nil {
			return err
		}
		if err := o.look(set.Summary, report); err != nil {
			return err
		}
		if rows, err = tableindex.Scale(ctx, set, o.indexed()); err != nil {
			return cli.InColumn(err, set)
		}
		return nil
	})
	return rows, err
}

// buildFolder builds an index of segments, and goes through the table for it.
func (o *buildOptions) buildFolder(ctx context.Context, t *table.Stream, out *output, memory int64, report *BuildReport, bars *cli.Progress) error {
	if err := out.toFolder(); err != nil {
		return err
	}
	var s *dataset.Summary
	err := report.Timed("scale", func() (err error) {
		if t.Table() == nil {
			cli.LimitMemory(memory)
		}
		if s, err = dataset.Summarize(ctx, t, o.set()); err != nil {
			return err
		}
		return o.look(s, report)
	})
	if err != nil {
		return table.InFile(o.In, err)
	}
	advance := bars.Stage("build")
	how := tableindex.SegmentOptions{Build: o.GraphFlags.Options(o.metric, o.Seed, o.Threads), Rows: o.SegmentRows, Memory: segmentMemory(memory, t)}
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	return report.Timed("segments", func() error {
		built, err := tableindex.BuildFolder(ctx, out.dir.Name(), t, s, o.indexed(), how)
		if err != nil {
			return table.InFile(o.In, err)
		}
		report.Segments, report.FileBytes = built.Segments, built.FileBytes
		report.fill(built.Schema, built.Stats)
		return out.dir.Commit()
	})
}

// segmentMemory is the share of memory that the build of a segment may take: what a
// table in memory, or the batches of another one, leave.
func segmentMemory(memory int64, t *table.Stream) int64 {
	if t.Table() != nil {
		return memory / 2
	}
	return memory / 4 * 3
}

// indexed tells the index how its table was read.
func (o *buildOptions) indexed() tableindex.Options {
	return tableindex.Options{
		Source: o.In, Label: o.Label, Scale: dataset.Scale(o.Scale), Missing: dataset.Missing(o.Missing), Markers: o.MissingValues, Threads: o.Threads,
	}
}

// withoutLabel returns t without the label column. An array y of an NPZ file is
// one unless another name is given.
func (o *buildOptions) withoutLabel(t *table.Stream) (*table.Stream, error) {
	name, names := o.Label, table.FieldNames(t.Fields)
	if name == "" && t.Format == table.NPZ && slices.Contains(names, "y") {
		name = "y"
	}
	if name == "" {
		return t, nil
	}
	at, err := table.FindField(t.Fields, name)
	if err != nil {
		return nil, fmt.Errorf("--label: %w", err)
	}
	if len(names) == 1 {
		return nil, fmt.Errorf("no feature column is left beside the label %s", name)
	}
	o.Label = name
	return t.Without(at), nil
}

// fill completes the report.
func (r *BuildReport) fill(m *tableindex.Schema, s ann.Stats) {
	r.Rows, r.Columns, r.Dropped = m.Rows, len(m.Columns), m.Dropped
	r.UniqueRows, r.Links, r.IndexBytes = s.Unique, s.Links, s.Bytes
	r.BuildSeconds = s.BuildSeconds
	r.Seconds["build"] = s.BuildSeconds
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
	if r.Segments > 0 {
		r.segmentSummary(opt)
		return
	}
	fmt.Fprintf(os.Stderr, "wrote     %s, %.1f MB\n", opt.Out, cli.Megabytes(r.FileBytes))
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, scale %.2f, build %.2f, write %.2f; peak memory %.0f MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["build"], r.Seconds["write"], cli.Megabytes(r.PeakRSSBytes))
}

// segmentSummary is the end of summary for a folder.
func (r *BuildReport) segmentSummary(opt *buildOptions) {
	fmt.Fprintf(os.Stderr, "wrote     folder %s, %d segments, %.1f MB", opt.Out, r.Segments, cli.Megabytes(r.FileBytes))
	if r.Reason != "" {
		fmt.Fprintf(os.Stderr, ": %s", r.Reason)
	}
	fmt.Fprintf(os.Stderr, "\nseconds   read %.2f, scale %.2f, segments %.2f, of which building %.2f; peak memory %.0f MB\n",
		r.Seconds["read"], r.Seconds["scale"], r.Seconds["segments"], r.Seconds["build"], cli.Megabytes(r.PeakRSSBytes))
}
