package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/columns"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// searchOptions are the options of nngmix index search, as its report shows
// them.
type searchOptions struct {
	cli.TableFlags
	cli.WidthFlags
	Index   string `json:"index"`
	K       int    `json:"k"`
	Load    bool   `json:"load"`
	Threads int    `json:"threads"`
	Seed    uint64 `json:"seed"`
	Out     string `json:"out"`
	Force   bool   `json:"force"`
	Report  string `json:"report,omitempty"`
	Quiet   bool   `json:"quiet"`
}

// SearchReport is what --report writes.
type SearchReport struct {
	cli.RunReport
	tableindex.Answer
	Metric        string   `json:"metric"`
	Rows          int      `json:"rows"` // that are indexed
	UniqueRows    int      `json:"unique_rows"`
	Columns       int      `json:"columns"`
	Ignored       []string `json:"ignored_columns"` // of the queries
	Queries       int      `json:"queries"`
	K             int      `json:"k"`
	SearchSeconds float64  `json:"search_seconds"` // answering the queries, all else left out
	QPS           float64  `json:"queries_per_second"`
	IndexBytes    int64    `json:"index_bytes"` // memory that the index takes, mapped or not
	FileBytes     int64    `json:"file_bytes"`
}

const searchLong = `Find the rows of an indexed table that are nearest to queries.

Queries are the rows of a table in any format, in the units of the indexed table;
they are scaled as its rows were, and a category that no row has differs from all.
Columns are found by name, in an array by place; columns that the index does not
have, such as labels, are ignored.

An .npz file gets the arrays ids (queries x k, int64: row numbers of the indexed
table, from 0) and distances (queries x k, float64: between scaled rows), nearest
first. Where the index has fewer than k rows, k is their number. Any other format
gets the columns query, rank, id and distance.

--recall-target measures the recall of searches of several widths on a sample of
the queries and takes a width that reaches the target, or exact search where none
does.`

func searchCommand() *cobra.Command {
	opt := searchOptions{}
	cmd := &cobra.Command{
		Use:     "search --index FILE --queries FILE --out FILE",
		Short:   "Find the nearest rows of an indexed table",
		Long:    searchLong,
		Example: "  nngmix index search --index celeba.nngx --queries new.npz --k 10 --recall-target 0.99 --out hits.npz",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.Exclusive(cmd, []string{"ef-search", "recall-target"}); err != nil {
				return err
			}
			return search(cmd.Context(), &opt)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.Index, "index", "", "index to search: a file or a folder of segments")
	flags.StringVar(&opt.In, "queries", "", "table of queries: .csv .csv.gz .csv.zst .tsv .parquet .arrow .npz .npy, or - for CSV on stdin")
	flags.IntVar(&opt.K, "k", 10, "neighbors of each query")
	opt.WidthFlags.Add(flags)
	flags.StringVar(&opt.Out, "out", "", "file to write: .npz, or a table of another format, or - for CSV on stdout")
	flags.BoolVar(&opt.Load, "load", false, "read the index into memory instead of mapping it: starts later, searches large ones faster")
	flags.IntVar(&opt.Threads, "threads", 0, "queries answered at once (default all processors); does not change the output")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the sample of queries for --recall-target")
	opt.TableFlags.Add(flags)
	flags.Lookup("keep").Hidden = true // the index says which columns it needs
	flags.Lookup("type").Usage += ". Columns of the index have its types anyway"
	flags.Lookup("features").Usage = "array of an NPZ file that holds the queries"
	flags.StringVar(&opt.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&opt.Force, "force", false, "replace existing output files")
	flags.BoolVar(&opt.Quiet, "quiet", false, "no progress bars and no summary")
	return cmd
}

// check finds what is wrong with the options alone.
func (o *searchOptions) check() error {
	switch {
	case o.Index == "":
		return errors.New("--index FILE is missing: the index to search")
	case o.In == "":
		return errors.New("--queries FILE is missing: the table of queries")
	case o.Out == "":
		return errors.New("--out FILE is missing: the file to write")
	case o.K < 1:
		return fmt.Errorf("--k is %d, want at least 1", o.K)
	case o.Threads < 0:
		return fmt.Errorf("--threads is %d, want at least 1, or 0 for all processors", o.Threads)
	}
	if err := o.WidthFlags.Check(); err != nil {
		return err
	}
	format, err := table.FormatOf(o.Out)
	if err != nil {
		return err
	}
	refuse := cli.RefuseTable
	if format == table.NPZ { // its arrays are no table
		refuse = cli.RefuseExisting
	}
	if err := refuse(o.Out, o.Force); err != nil {
		return err
	}
	return cli.RefuseExisting(o.Report, o.Force)
}

// search carries out nngmix index search.
func search(ctx context.Context, opt *searchOptions) error {
	if err := opt.check(); err != nil {
		return cli.Usage(err)
	}
	report := &SearchReport{RunReport: cli.NewRunReport("index search", opt, opt.Threads), K: opt.K}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()
	var x *tableindex.Index
	err := report.Timed("open", func() (err error) {
		open := func(_ context.Context, path string) (*tableindex.Index, error) { return tableindex.Open(path) }
		if opt.Load {
			open = tableindex.Load
		}
		x, err = open(ctx, opt.Index)
		return err
	})
	if err != nil {
		return err
	}
	queries, err := opt.readQueries(ctx, x.Schema, report, bars.Stage("read"))
	if err != nil {
		return err
	}
	if free := cli.FreeMemory(); report.Queries >= preloadQueries && (free == 0 || x.FileBytes() < free) {
		if err := report.Timed("preload", func() error { return x.Preload(ctx) }); err != nil {
			return err
		}
	}
	if err := opt.limitNeighbors(x, report); err != nil {
		return cli.Usage(err)
	}
	searched := bars.Spinner("search")
	res, err := opt.answer(ctx, x, queries, report)
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	searched()
	err = report.Timed("write", func() error { return newHits(res, x.Schema.RowNumbers()).write(ctx, opt.Out, opt.Force) })
	if err != nil {
		return err
	}
	if err := report.fill(x, opt); err != nil {
		return err
	}
	bars.Wait()
	if !opt.Quiet {
		report.summary(opt)
	}
	return nil
}

// preloadQueries is the number of queries from which it pays to bring all of an
// index into memory first, if that holds it.
const preloadQueries = 200

// readQueries reads the queries and returns them in search space.
func (o *searchOptions) readQueries(ctx context.Context, schema *tableindex.Schema, report *SearchReport, progress func(done, total int64)) (rows []float32, err error) {
	var queries *tableindex.Queries
	err = report.Timed("read", func() error {
		how, err := o.TableFlags.Options("", o.Threads)
		if err != nil {
			return cli.Usage(err)
		}
		how.Progress = progress
		queries, err = schema.ReadQueries(ctx, o.In, how)
		return err
	})
	if err != nil {
		return nil, err
	}
	report.Ignored = queries.Ignored
	err = report.Timed("scale", func() (err error) {
		rows, err = queries.Rows(ctx, o.Threads)
		return err
	})
	report.Queries = len(rows) / len(schema.Columns)
	return rows, err
}

// maxNeighbors is how many neighbors index search answers with, of all queries
// together: about 30 GB of memory.
const maxNeighbors = 1 << 30

// limitNeighbors brings k down to the rows that there are, and refuses more
// neighbors than fit memory.
func (o *searchOptions) limitNeighbors(x *tableindex.Index, report *SearchReport) error {
	report.K = min(o.K, x.Stats().Rows)
	if most := maxNeighbors / max(1, report.Queries); report.K > most {
		return fmt.Errorf("--k is %d: that many neighbors of each of %d queries are too many for one run, want at most %d", o.K, report.Queries, max(1, most))
	}
	return nil
}

// answer searches for queries.
func (o *searchOptions) answer(ctx context.Context, x *tableindex.Index, queries []float32, report *SearchReport) (res *exact.Result, err error) {
	start := time.Now()
	how := o.WidthFlags.Options(o.Seed, o.Threads)
	how.Measure = true
	res, report.Answer, err = tableindex.Search(ctx, x, queries, report.K, how)
	report.SearchSeconds = time.Since(start).Seconds() - report.TuneSeconds
	report.Seconds["tune"], report.Seconds["search"] = report.TuneSeconds, report.SearchSeconds
	report.QPS = float64(report.Queries) / report.SearchSeconds
	return res, err
}

// fill completes the report and writes it where that is asked for.
func (r *SearchReport) fill(x *tableindex.Index, opt *searchOptions) error {
	s := x.Stats()
	r.Metric, r.Rows, r.UniqueRows, r.Columns, r.IndexBytes = x.Options().Metric.String(), s.Rows, s.Unique, s.Dim, s.Bytes
	r.FileBytes, r.PeakRSSBytes = x.FileBytes(), cli.PeakRSS()
	if opt.Report == "" {
		return nil
	}
	return cli.WriteJSON(opt.Report, r, opt.Force)
}

// summary tells the user on stderr what was done.
func (r *SearchReport) summary(opt *searchOptions) {
	fmt.Fprintf(os.Stderr, "index     %d rows of %d columns, %d distinct, %s\n", r.Rows, r.Columns, r.UniqueRows, r.Metric)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(os.Stderr, "ignored   columns of the queries that the index does not have: %s\n", columns.SomeNames(r.Ignored))
	}
	fmt.Fprintf(os.Stderr, "search    %s: %s\n", r.Method, r.Reason)
	fmt.Fprintf(os.Stderr, "wrote     %d neighbors of each of %d queries to %s\n", r.K, r.Queries, opt.Out)
	fmt.Fprintf(os.Stderr, "seconds   open %.3f, read %.2f, scale %.2f, tune %.2f, search %.3f (%.0f queries a second), write %.2f; peak memory %.0f MB\n",
		r.Seconds["open"], r.Seconds["read"], r.Seconds["scale"], r.TuneSeconds, r.SearchSeconds, r.QPS, r.Seconds["write"], cli.Megabytes(r.PeakRSSBytes))
}
