package index

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// changeFlags are the options of commands that change an index.
type changeFlags struct {
	SegmentRows int    `json:"segment_rows,omitempty"`
	Threads     int    `json:"threads"`
	Report      string `json:"report,omitempty"`
	Force       bool   `json:"force"`
	Quiet       bool   `json:"quiet"`
}

// add declares the options that say how segments are built.
func (f *changeFlags) add(flags *pflag.FlagSet) {
	flags.IntVar(&f.SegmentRows, "segment-rows", 0, "rows of a new segment (default as many as memory allows)")
	flags.IntVar(&f.Threads, "threads", 0, "threads to use (default all processors); does not change the index")
}

// addLast declares the options that come last.
func (f *changeFlags) addLast(flags *pflag.FlagSet) {
	flags.StringVar(&f.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&f.Force, "force", false, "replace an existing report")
	flags.BoolVar(&f.Quiet, "quiet", false, "no progress bars and no summary")
}

// check finds what is wrong with the options alone.
func (f *changeFlags) check() error {
	if f.SegmentRows < 0 || f.SegmentRows > math.MaxInt32 {
		return fmt.Errorf("--segment-rows is %d, want 1 to %d, or 0 for as many as memory allows", f.SegmentRows, math.MaxInt32)
	}
	if f.Threads < 0 {
		return fmt.Errorf("--threads is %d, want at least 1, or 0 for all processors", f.Threads)
	}
	return cli.RefuseExisting(f.Report, f.Force)
}

// ChangeReport is what --report writes.
type ChangeReport struct {
	cli.RunReport
	Index        string   `json:"index"`
	Rows         int      `json:"rows"`          // of the whole table
	Added        int      `json:"added"`         // of them, by this run
	AddedDropped int      `json:"added_dropped"` // of those, left out for missing values
	Learned      []string `json:"learned"`       // columns with categories that are new
	Ignored      []string `json:"ignored_columns"`
	Segments     int      `json:"segments"`
	Written      int      `json:"segments_written"`
	Removed      int      `json:"segments_removed"`
	BuildSeconds float64  `json:"build_seconds"` // of graphs
	FileBytes    int64    `json:"file_bytes"`
}

// take takes what is known of the index that a change has written.
func (r *ChangeReport) take(b *tableindex.Built) {
	r.Rows, r.Segments, r.Written = b.Schema.Rows, b.Segments, b.Stats.Segments
	r.BuildSeconds, r.FileBytes, r.PeakRSSBytes = b.Stats.BuildSeconds, b.FileBytes, cli.PeakRSS()
	r.Seconds["build"] = b.Stats.BuildSeconds
}

// addOptions are the options of nngmix index add, as its report shows them.
type addOptions struct {
	cli.TableFlags
	cli.MemoryFlags
	changeFlags
	Index string `json:"index"`
}

const addLong = `Add the rows of a table to an index that is a folder of segments.

The rows follow those of the index: their numbers go on after the last. They are read
in the types of the index and scaled by the ranges it has; columns are found by name,
those that it does not have are ignored, and missing values do what the index was
built with: --missing error refuses them, drop leaves the row out, median and keep
fill it. A category that the index does not know is a new one from then on.

Files that are there are not changed: new segments are written, then the manifest is
replaced, so that a run that is killed leaves the index as it was. Many small segments
are searched slower than few large ones: 'nngmix index compact' puts them together.`

func addCommand() *cobra.Command {
	opt := addOptions{}
	cmd := &cobra.Command{
		Use:     "add --in FILE --index FOLDER",
		Short:   "Add the rows of a table to an index",
		Long:    addLong,
		Example: "  nngmix index build --in payments-2025.parquet --label is_fraud --out payments.nngx/\n  nngmix index add --in payments-2026-01.parquet --index payments.nngx",
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return add(cmd.Context(), &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.TableFlags.AddIn(flags)
	flags.StringVar(&opt.Index, "index", "", "index to add to, a folder")
	opt.changeFlags.add(flags)
	opt.MemoryFlags.Add(flags)
	flags.Lookup("memory").Usage = "memory to use, such as 2GB (default half of what is free)"
	flags.Lookup("batch-rows").Usage = "go through the table in batches of about so many rows; the index is the same"
	opt.TableFlags.Add(flags)
	flags.Lookup("keep").Hidden = true // the index says which columns it needs
	flags.Lookup("type").Usage += ". Columns of the index have its types anyway"
	opt.addLast(flags)
	return cmd
}

// add carries out nngmix index add.
func add(ctx context.Context, opt *addOptions) error {
	if err := opt.check(); err != nil {
		return cli.Usage(err)
	}
	memory, err := opt.MemoryFlags.Bytes()
	if err != nil {
		return cli.Usage(err)
	}
	report := &ChangeReport{RunReport: cli.NewRunReport("index add", opt, opt.Threads), Index: opt.Index}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()
	change, err := tableindex.NewChange(opt.Index)
	if err != nil {
		return err
	}
	defer change.Close()
	cli.LimitMemory(memory)
	how := opt.MemoryFlags.Options(memory)
	how.Fits = nil // the rows pass by once
	how.Threads, how.Progress = opt.Threads, bars.Stage("read")
	var stream *table.Stream
	err = report.Timed("read", func() (err error) {
		stream, err = opt.OpenBy(ctx, change.Schema().OpenRows, "", how)
		return err
	})
	if err != nil {
		return err
	}
	err = opt.addRows(ctx, change, stream, memory, report, bars)
	if err = errors.Join(err, stream.Close()); err != nil {
		return err
	}
	return opt.tell(report, bars, func() { report.addSummary(opt) })
}

// check finds what is wrong with the options alone.
func (o *addOptions) check() error {
	if o.In == "" {
		return errors.New("--in FILE is missing: the table whose rows are added")
	}
	if o.Index == "" {
		return errors.New("--index FOLDER is missing: the index to add to")
	}
	return o.changeFlags.check()
}

// addRows adds the rows of t.
func (o *addOptions) addRows(ctx context.Context, change *tableindex.Change, t *table.Stream, memory int64, report *ChangeReport, bars *cli.Progress) error {
	advance := bars.Stage("build")
	how := tableindex.SegmentOptions{Rows: o.SegmentRows, Memory: segmentMemory(memory, t)}
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	return report.Timed("segments", func() error {
		a, err := change.Add(ctx, t, tableindex.Options{Source: o.In, Threads: o.Threads}, how)
		if err != nil {
			return table.InFile(o.In, err)
		}
		report.Added, report.AddedDropped, report.Learned, report.Ignored = a.Rows, a.Dropped, a.Learned, a.Ignored
		report.take(a.Built)
		return nil
	})
}

// tell writes the report and calls summary.
func (f *changeFlags) tell(r *ChangeReport, bars *cli.Progress, summary func()) error {
	if f.Report != "" {
		if err := cli.WriteJSON(f.Report, r, f.Force); err != nil {
			return err
		}
	}
	bars.Wait()
	if !f.Quiet {
		summary()
	}
	return nil
}

// addSummary tells the user on stderr what was done.
func (r *ChangeReport) addSummary(opt *addOptions) {
	fmt.Fprintf(os.Stderr, "read      %d rows", r.Added)
	if r.AddedDropped > 0 {
		fmt.Fprintf(os.Stderr, ", %d left out for missing values", r.AddedDropped)
	}
	fmt.Fprintln(os.Stderr)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(os.Stderr, "ignored   columns that the index does not have: %s\n", columns.SomeNames(r.Ignored))
	}
	if len(r.Learned) > 0 {
		fmt.Fprintf(os.Stderr, "learned   new categories in %s\n", columns.SomeNames(r.Learned))
	}
	fmt.Fprintf(os.Stderr, "wrote     %d segments to %s, which has %d rows in %d segments now, %.1f MB\n", r.Written, opt.Index, r.Rows, r.Segments, cli.Megabytes(r.FileBytes))
	fmt.Fprintf(os.Stderr, "seconds   read %.2f, segments %.2f, of which building %.2f; peak memory %.0f MB\n",
		r.Seconds["read"], r.Seconds["segments"], r.Seconds["build"], cli.Megabytes(r.PeakRSSBytes))
}
