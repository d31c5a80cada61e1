package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
)

// indexSearchOptions are the options of nngmix index search, as its report shows them.
type indexSearchOptions struct {
	tableFlags
	widthFlags
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

// indexSearchReport is what --report writes.
type indexSearchReport struct {
	runReport
	answerReport
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

const indexSearchLong = `Find the rows of an indexed table that are nearest to queries.

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

func indexSearchCommand() *cobra.Command {
	opt := indexSearchOptions{}
	cmd := &cobra.Command{
		Use:     "search --index FILE --queries FILE --out FILE",
		Short:   "Find the nearest rows of an indexed table",
		Long:    indexSearchLong,
		Example: "  nngmix index search --index celeba.nngx --queries new.npz --k 10 --recall-target 0.99 --out hits.npz",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, []string{"ef-search", "recall-target"}); err != nil {
				return err
			}
			return indexSearch(cmd.Context(), &opt)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.Index, "index", "", "index file to search")
	flags.StringVar(&opt.In, "queries", "", "table of queries: .csv .csv.gz .csv.zst .tsv .parquet .arrow .npz .npy, or - for CSV on stdin")
	flags.IntVar(&opt.K, "k", 10, "neighbors of each query")
	opt.widthFlags.add(flags)
	flags.StringVar(&opt.Out, "out", "", "file to write: .npz, or a table of another format, or - for CSV on stdout")
	flags.BoolVar(&opt.Load, "load", false, "read the index into memory instead of mapping it: starts later, searches large ones faster")
	flags.IntVar(&opt.Threads, "threads", 0, "queries answered at once (default all processors); does not change the output")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the sample of queries for --recall-target")
	opt.tableFlags.add(flags)
	flags.Lookup("keep").Hidden = true // the index says which columns it needs
	flags.Lookup("type").Usage += ". Columns of the index have its types anyway"
	flags.Lookup("features").Usage = "array of an NPZ file that holds the queries"
	flags.StringVar(&opt.Report, "report", "", "write a JSON report of the run to this file")
	flags.BoolVar(&opt.Force, "force", false, "replace existing output files")
	flags.BoolVar(&opt.Quiet, "quiet", false, "no progress bars and no summary")
	return cmd
}

// check finds what is wrong with the options alone.
func (o *indexSearchOptions) check() error {
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
	if err := o.widthFlags.check(); err != nil {
		return err
	}
	if _, err := table.FormatOf(o.Out); err != nil {
		return err
	}
	if err := refuseExisting(o.Out, o.Force); err != nil {
		return err
	}
	return refuseExisting(o.Report, o.Force)
}

// indexSearch carries out nngmix index search.
func indexSearch(ctx context.Context, opt *indexSearchOptions) error {
	if err := opt.check(); err != nil {
		return usageError{err}
	}
	report := &indexSearchReport{runReport: newRunReport("index search", opt, opt.Threads), K: opt.K}
	bars := newProgress(opt.Quiet)
	defer bars.Wait()
	var x *tableIndex
	err := report.timed("open", func() (err error) {
		open := ann.Open
		if opt.Load {
			open = ann.Load
		}
		x, err = openIndex(opt.Index, open)
		return err
	})
	if err != nil {
		return err
	}
	queries, err := opt.readQueries(ctx, x.meta, report, bars.stage("read"))
	if err != nil {
		return err
	}
	if report.Queries >= preloadQueries {
		_ = report.timed("preload", func() error { x.Preload(); return nil })
	}
	if err := opt.limitNeighbors(x, report); err != nil {
		return usageError{err}
	}
	searched := bars.spinner("search")
	res, err := opt.answer(ctx, x, queries, report)
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	searched()
	err = report.timed("write", func() error { return newHits(res, x.meta.rowNumbers()).write(opt.Out, opt.Force) })
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

// preloadQueries is the number of queries from which it pays to bring all of an index
// into memory first.
const preloadQueries = 200

// readQueries reads the queries and returns them in search space.
func (o *indexSearchOptions) readQueries(ctx context.Context, meta *indexMeta, report *indexSearchReport, progress func(done, total int64)) (rows []float32, err error) {
	var queries *queryTable
	err = report.timed("read", func() (err error) {
		queries, err = readQueries(ctx, &o.tableFlags, meta, o.Threads, progress)
		return err
	})
	if err != nil {
		return nil, err
	}
	report.Ignored = queries.ignored
	err = report.timed("scale", func() (err error) {
		rows, err = queries.rows(ctx, meta, o.Threads)
		return err
	})
	report.Queries = len(rows) / len(meta.Columns)
	return rows, err
}

// maxNeighbors is how many neighbors index search answers with, of all queries
// together: about 30 GB of memory.
const maxNeighbors = 1 << 30

// limitNeighbors brings k down to the rows that there are, and refuses more
// neighbors than fit memory.
func (o *indexSearchOptions) limitNeighbors(x *tableIndex, report *indexSearchReport) error {
	report.K = min(o.K, x.Stats().Rows)
	if most := maxNeighbors / max(1, report.Queries); report.K > most {
		return fmt.Errorf("--k is %d: that many neighbors of each of %d queries are too many for one run, want at most %d", o.K, report.Queries, max(1, most))
	}
	return nil
}

// answer searches for queries.
func (o *indexSearchOptions) answer(ctx context.Context, x *tableIndex, queries []float32, report *indexSearchReport) (res *exact.Result, err error) {
	start := time.Now()
	res, report.answerReport, err = o.widthFlags.search(ctx, x.Index, queries, report.K, o.Seed, o.Threads)
	report.SearchSeconds = time.Since(start).Seconds() - report.TuneSeconds
	report.Seconds["tune"], report.Seconds["search"] = report.TuneSeconds, report.SearchSeconds
	report.QPS = float64(report.Queries) / report.SearchSeconds
	return res, err
}

// fill completes the report and writes it where that is asked for.
func (r *indexSearchReport) fill(x *tableIndex, opt *indexSearchOptions) error {
	s := x.Stats()
	r.Metric, r.Rows, r.UniqueRows, r.Columns, r.IndexBytes = x.Options().Metric.String(), s.Rows, s.Unique, s.Dim, s.Bytes
	file, err := os.Stat(opt.Index)
	if err != nil {
		return err
	}
	r.FileBytes, r.PeakRSSBytes = file.Size(), peakRSS()
	if opt.Report == "" {
		return nil
	}
	return writeJSON(opt.Report, r, opt.Force)
}

// summary tells the user on stderr what was done.
func (r *indexSearchReport) summary(opt *indexSearchOptions) {
	fmt.Fprintf(os.Stderr, "index     %d rows of %d columns, %d distinct, %s\n", r.Rows, r.Columns, r.UniqueRows, r.Metric)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(os.Stderr, "ignored   columns of the queries that the index does not have: %s\n", someNames(r.Ignored))
	}
	fmt.Fprintf(os.Stderr, "search    %s: %s\n", r.Method, r.Reason)
	fmt.Fprintf(os.Stderr, "wrote     %d neighbors of each of %d queries to %s\n", r.K, r.Queries, opt.Out)
	fmt.Fprintf(os.Stderr, "seconds   open %.3f, read %.2f, scale %.2f, tune %.2f, search %.3f (%.0f queries a second), write %.2f; peak memory %.0f MB\n",
		r.Seconds["open"], r.Seconds["read"], r.Seconds["scale"], r.TuneSeconds, r.SearchSeconds, r.QPS, r.Seconds["write"], megabytes(r.PeakRSSBytes))
}
