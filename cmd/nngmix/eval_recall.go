package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/ann/coder"
	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/spf13/cobra"
)

// recallOptions are the options of nngmix eval recall.
type recallOptions struct {
	tableFlags
	setFlags
	graphFlags
	eval.CurveOptions
	Queries    string   `json:"queries"`
	MaxQueries int      `json:"max_queries"`
	K          int      `json:"k"`
	Engines    []string `json:"engines"`
	EfSearches []int    `json:"ef_searches"`
	Seed       uint64   `json:"seed"`
	Out        string   `json:"out"`
	Force      bool     `json:"force"`
}

const evalRecallLong = `Sweep engines and parameters of neighbor search against exact truth.

The unlabeled rows are searched. Queries are the labeled anomalies, as in NNG-Mix,
or unlabeled rows held out of the search. Every engine answers them one by one;
recall by distance counts a row that is as near as the true k-th neighbor, recall
by id only the rows that exact search names.`

func evalRecallCommand() *cobra.Command {
	opt := recallOptions{CurveOptions: eval.DefaultCurveOptions()}
	cmd := &cobra.Command{
		Use:     "recall --in FILE --label COLUMN",
		Short:   "Measure recall, speed and memory of neighbor search on a table",
		Long:    evalRecallLong,
		Example: "  nngmix eval recall --in 8_celeba.npz --queries held-out --out run",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return evalRecall(cmd.Context(), cmd, &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.In, "in", "", "table to read")
	opt.setFlags.add(flags)
	flags.StringVar(&opt.Queries, "queries", "labeled", "what is searched for: labeled (the anomalies) or held-out (unlabeled rows)")
	flags.IntVar(&opt.MaxQueries, "max-queries", 1000, "most queries; a sample drawn with --seed beyond")
	flags.IntVar(&opt.K, "k", 10, "neighbors of each query")
	flags.StringSliceVar(&opt.Engines, "engines", []string{"brute", "kdtree", "hnsw"}, "brute, kdtree, hnsw, coder-hnsw (github.com/coder/hnsw, small tables only)")
	flags.IntSliceVar(&opt.EfSearches, "ef-search", []int{10, 20, 40, 80, 160, 320}, "widths of a search with hnsw")
	flags.IntVar(&opt.M, "m", ann.DefaultOptions().M, "hnsw: half the most links of a row")
	flags.IntVar(&opt.EfConstruction, "ef-construction", ann.DefaultOptions().EfConstruction, "hnsw: width of the searches when the graph is built")
	flags.IntVar(&opt.Threads, "threads", opt.Threads, "queries answered at once, and threads to build with")
	flags.IntVar(&opt.Rounds, "rounds", opt.Rounds, "how often all queries run; the fastest round counts")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of samples and graph")
	opt.tableFlags.add(flags)
	flags.StringVar(&opt.Out, "out", "", "folder for recall.csv and run.json (default: print the table only)")
	flags.BoolVar(&opt.Force, "force", false, "replace these files")
	return cmd
}

// check finds what is wrong with the options alone.
func (o *recallOptions) check() error {
	if err := o.npzLabel(o.In); err != nil {
		return err
	}
	for _, name := range o.Engines {
		if !slices.Contains([]string{"brute", "kdtree", "hnsw", "coder-hnsw"}, name) {
			return fmt.Errorf("--engines %s: want brute, kdtree, hnsw or coder-hnsw", name)
		}
	}
	if o.Queries != "labeled" && o.Queries != "held-out" {
		return fmt.Errorf("--queries %s: want labeled or held-out", o.Queries)
	}
	if o.K < 1 || o.MaxQueries < 1 {
		return errors.New("--k and --max-queries must be at least 1")
	}
	if err := o.graphFlags.check(); err != nil {
		return err
	}
	if o.Threads < 1 {
		return fmt.Errorf("--threads is %d, want at least 1", o.Threads)
	}
	if err := errors.Join(o.setFlags.options(o.Seed).Validate(), o.CurveOptions.Validate()); err != nil || o.Out == "" {
		return err
	}
	for _, name := range recallFiles {
		if err := refuseExisting(filepath.Join(o.Out, name), o.Force); err != nil {
			return err
		}
	}
	return nil
}

// recallFiles are what eval recall leaves in the folder of results.
var recallFiles = [...]string{"recall.csv", "run.json"}

// evalRecall carries out nngmix eval recall.
func evalRecall(ctx context.Context, cmd *cobra.Command, opt *recallOptions) error {
	if err := opt.check(); err != nil {
		return usageError{err}
	}
	run := newRunReport("eval recall", opt, opt.Threads)
	input, err := opt.tableFlags.read(ctx, opt.Label, opt.Threads, nil)
	if err != nil {
		return err
	}
	set, err := dataset.New(input, opt.setFlags.options(opt.Seed))
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	sweep, err := newSweep(ctx, set, opt)
	if err != nil {
		return err
	}
	var lines [][]string
	for _, name := range opt.Engines {
		more, err := sweep.engine(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		lines = append(lines, more...)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(cmd.OutOrStdout(), "%d rows x %d columns, %d queries (%s), k = %d\n", sweep.rows(), sweep.dim, len(sweep.truth.Counts), opt.Queries, opt.K)
	for _, line := range append([][]string{recallColumns}, lines...) {
		fmt.Fprintln(w, strings.Join(line, "\t")+"\t")
	}
	if err := w.Flush(); err != nil || opt.Out == "" {
		return err
	}
	run.PeakRSSBytes = peakRSS()
	return opt.write(lines, run)
}

// write leaves recall.csv and run.json in the folder of results.
func (o *recallOptions) write(lines [][]string, run runReport) error {
	if err := os.MkdirAll(o.Out, 0o777); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(o.Out, recallFiles[0]), append([][]string{recallColumns}, lines...), o.Force); err != nil {
		return err
	}
	return writeJSON(filepath.Join(o.Out, recallFiles[1]), run, o.Force)
}

// sweep is rows, queries and their true neighbors.
type sweep struct {
	opt     *recallOptions
	data    []float32
	queries []float32
	dim     int
	nominal int
	truth   *exact.Result
}

// newSweep scales rows and queries and finds the truth.
func newSweep(ctx context.Context, set *dataset.Set, opt *recallOptions) (*sweep, error) {
	rng := rand.New(rand.NewPCG(opt.Seed, 0x71756572696573))
	if opt.Queries == "held-out" {
		set.HoldOut(rng, opt.MaxQueries)
	}
	queries, err := set.Sample(rng, opt.MaxQueries)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opt.In, err)
	}
	s := &sweep{opt: opt, dim: len(set.Features)}
	columns := data(set).Columns
	if s.data, s.nominal, err = generator.SearchMatrix(ctx, set.UnlabeledRows(), columns, opt.Threads); err != nil {
		return nil, fmt.Errorf("%s: %w", opt.In, columnNames(err, set))
	}
	if s.queries, _, err = generator.SearchMatrix(ctx, queries, columns, opt.Threads); err != nil {
		return nil, fmt.Errorf("%s: %w", opt.In, err)
	}
	s.truth, _, err = exact.Search(ctx, s.data, s.dim, s.queries, opt.K, exact.Options{Nominal: s.nominal})
	return s, err
}

func (s *sweep) rows() int { return len(s.data) / s.dim }

// recallColumns are the columns of recall.csv.
var recallColumns = []string{"engine", "parameter", "recall", "recall_by_id", "qps", "p50", "p90", "p99", "max", "build_seconds", "index_bytes", "distances_per_query"}

// engine measures one engine at all its parameters.
func (s *sweep) engine(ctx context.Context, name string) ([][]string, error) {
	switch name {
	case "hnsw":
		return s.graph(ctx, name)
	case "coder-hnsw":
		return s.coder(ctx, name)
	}
	return s.exact(ctx, name)
}

// coder measures github.com/coder/hnsw at all widths.
func (s *sweep) coder(ctx context.Context, name string) ([][]string, error) {
	if s.nominal > 0 {
		return nil, errNominal
	}
	var lines [][]string
	for _, ef := range s.opt.EfSearches {
		start := time.Now()
		x, err := coder.Build(ctx, s.data, s.dim, coder.Options{M: s.opt.M, EfSearch: ef, Seed: int64(s.opt.Seed)})
		if err != nil {
			return nil, err
		}
		build := time.Since(start).Seconds()
		point, err := eval.MeasurePoint(ctx, x.Search, s.queries, s.dim, s.truth, s.opt.CurveOptions)
		if err != nil {
			return nil, err
		}
		lines = append(lines, s.line(name, "efSearch="+strconv.Itoa(ef), point, build, 0, 0))
	}
	return lines, nil
}

// graph measures our graph at all widths.
func (s *sweep) graph(ctx context.Context, name string) ([][]string, error) {
	x, err := s.opt.build(ctx, s.data, s.dim, s.nominal, s.opt.Seed, s.opt.Threads)
	if err != nil {
		return nil, err
	}
	stats := x.Stats()
	var lines [][]string
	for _, ef := range s.opt.EfSearches {
		opt := ann.SearchOptions{EfSearch: ef, Threads: s.opt.Threads}
		point, err := eval.MeasurePoint(ctx, func(_ context.Context, query []float32, k int) ([]exact.Neighbor, error) {
			return x.Search(query, k, opt)
		}, s.queries, s.dim, s.truth, s.opt.CurveOptions)
		if err != nil {
			return nil, err
		}
		var work ann.Counters
		opt.Counters = &work
		if _, err := x.SearchBatch(ctx, s.queries, s.opt.K, opt); err != nil {
			return nil, err
		}
		perQuery := float64(work.Distances) / float64(len(s.truth.Counts))
		lines = append(lines, s.line(name, "efSearch="+strconv.Itoa(ef), point, stats.BuildSeconds, stats.Bytes, perQuery))
	}
	return lines, nil
}

// exact measures an exact method.
func (s *sweep) exact(ctx context.Context, name string) ([][]string, error) {
	method, err := exact.ParseMethod(name)
	if err != nil {
		return nil, err
	}
	x, err := exact.Build(ctx, s.data, s.dim, exact.Options{Method: method, Nominal: s.nominal, Threads: s.opt.Threads})
	if err != nil {
		return nil, err
	}
	point, err := eval.MeasurePoint(ctx, x.Search, s.queries, s.dim, s.truth, s.opt.CurveOptions)
	if err != nil {
		return nil, err
	}
	stats := x.Stats()
	perQuery := float64(stats.Unique)
	if method == exact.KDTree {
		perQuery = 0 // depends on the query and is not counted
	}
	return [][]string{s.line(name, "", point, stats.DedupeSeconds+stats.BuildSeconds, stats.Bytes, perQuery)}, nil
}

// line returns the record of one measurement.
func (s *sweep) line(engine, parameter string, p eval.Point, build float64, bytes int64, distances float64) []string {
	number := func(x float64, digits int) string { return strconv.FormatFloat(x, 'f', digits, 64) }
	known := func(x float64) string { // nothing where it is not counted
		if x == 0 {
			return ""
		}
		return number(x, 0)
	}
	return []string{engine, parameter, number(p.ByDistance, 4), number(p.ByID, 4), number(p.QPS, 0),
		number(p.Latency.P50, 7), number(p.Latency.P90, 7), number(p.Latency.P99, 7), number(p.Latency.Max, 7),
		number(build, 3), known(float64(bytes)), known(distances)}
}

// writeCSV writes lines to path, whole or not at all.
func writeCSV(path string, lines [][]string, force bool) error {
	f, err := atomicfile.Create(path, force)
	if err != nil {
		return err
	}
	defer f.Abort()
	if err := csv.NewWriter(f).WriteAll(lines); err != nil {
		return err
	}
	return f.Commit()
}
