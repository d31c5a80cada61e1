package eval

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/ann/coder"
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/spf13/cobra"
)

// recallOptions are the options of nngmix eval recall.
type recallOptions struct {
	cli.TableFlags
	cli.SetFlags
	cli.GraphFlags
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

const recallLong = `Sweep engines and parameters of neighbor search against exact truth.

The unlabeled rows are searched. Queries are the labeled anomalies, as in NNG-Mix,
or unlabeled rows held out of the search. Every engine answers them one by one;
recall by distance counts a row that is as near as the true k-th neighbor, recall
by id only the rows that exact search names.`

func recallCommand() *cobra.Command {
	opt := recallOptions{CurveOptions: eval.DefaultCurveOptions()}
	cmd := &cobra.Command{
		Use:     "recall --in FILE --label COLUMN",
		Short:   "Measure recall, speed and memory of neighbor search on a table",
		Long:    recallLong,
		Example: "  nngmix eval recall --in 8_celeba.npz --queries held-out --out run",
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runRecall(cmd.Context(), cmd, &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.TableFlags.AddIn(flags)
	opt.SetFlags.Add(flags)
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
	opt.TableFlags.Add(flags)
	flags.StringVar(&opt.Out, "out", "", "folder for recall.csv and run.json (default: print the table only)")
	flags.BoolVar(&opt.Force, "force", false, "replace these files")
	return cmd
}

// check finds what is wrong with the options alone.
func (o *recallOptions) check() error {
	if err := o.NPZLabel(o.In); err != nil {
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
	if err := o.GraphFlags.Check(); err != nil {
		return err
	}
	for _, ef := range o.EfSearches {
		if ef < 1 {
			return fmt.Errorf("--ef-search is %d, want at least 1", ef)
		}
	}
	if o.Threads < 1 {
		return fmt.Errorf("--threads is %d, want at least 1", o.Threads)
	}
	if err := errors.Join(o.SetFlags.Options(o.Seed).Validate(), o.CurveOptions.Validate()); err != nil || o.Out == "" {
		return err
	}
	for _, name := range recallFiles {
		if err := cli.RefuseExisting(filepath.Join(o.Out, name), o.Force); err != nil {
			return err
		}
	}
	return nil
}

// recallFiles are what eval recall leaves in the folder of results.
var recallFiles = [...]string{"recall.csv", "run.json"}

// runRecall carries out nngmix eval recall.
func runRecall(ctx context.Context, cmd *cobra.Command, opt *recallOptions) error {
	if err := opt.check(); err != nil {
		return cli.Usage(err)
	}
	run := cli.NewRunReport("eval recall", opt, opt.Threads)
	input, err := opt.TableFlags.Read(ctx, opt.Label, opt.Threads, nil)
	if err != nil {
		return err
	}
	set, err := dataset.New(input, opt.SetFlags.Options(opt.Seed))
	if err != nil {
		return fmt.Errorf("%s: %w", opt.In, err)
	}
	sweep, err := opt.sweep(ctx, set)
	if err != nil {
		return err
	}
	var points []eval.SweepPoint
	for _, name := range opt.Engines {
		more, err := opt.measure(ctx, sweep, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		points = append(points, more...)
	}
	lines := eval.SweepRecords(points)
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(cmd.OutOrStdout(), "%d rows x %d columns, %d queries (%s), k = %d\n", len(sweep.Rows)/sweep.Dim, sweep.Dim, len(sweep.Truth.Counts), opt.Queries, opt.K)
	for _, line := range lines {
		fmt.Fprintln(w, strings.Join(line, "\t")+"\t")
	}
	if err := w.Flush(); err != nil || opt.Out == "" {
		return err
	}
	run.PeakRSSBytes = cli.PeakRSS()
	return opt.write(lines, run)
}

// write leaves recall.csv and run.json in the folder of results.
func (o *recallOptions) write(lines [][]string, run cli.RunReport) error {
	if err := os.MkdirAll(o.Out, 0o777); err != nil {
		return err
	}
	if err := cli.WriteCSV(filepath.Join(o.Out, recallFiles[0]), lines, o.Force); err != nil {
		return err
	}
	return cli.WriteJSON(filepath.Join(o.Out, recallFiles[1]), run, o.Force)
}

// sweep samples and scales what engines are measured on.
func (o *recallOptions) sweep(ctx context.Context, set *dataset.Set) (*eval.Sweep, error) {
	rng := rand.New(rand.NewPCG(o.Seed, 0x71756572696573))
	if o.Queries == "held-out" {
		set.HoldOut(rng, o.MaxQueries)
	}
	sample, err := set.Sample(rng, o.MaxQueries)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, err)
	}
	columns := cli.GeneratorData(set).Columns
	rows, nominal, err := generator.SearchMatrix(ctx, set.UnlabeledRows(), columns, o.Threads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, cli.InColumn(err, set))
	}
	queries, _, err := generator.SearchMatrix(ctx, sample, columns, o.Threads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.In, err)
	}
	return eval.NewSweep(ctx, rows, queries, len(set.Features), nominal, o.K, o.CurveOptions)
}

// measure measures one engine at all its parameters.
func (o *recallOptions) measure(ctx context.Context, s *eval.Sweep, name string) ([]eval.SweepPoint, error) {
	switch name {
	case "hnsw":
		return s.Graph(ctx, o.GraphFlags.Options(exact.L2Squared, o.Seed, o.Threads), o.EfSearches)
	case "coder-hnsw":
		return o.measureCoder(ctx, s)
	}
	method, err := exact.ParseMethod(name)
	if err != nil {
		return nil, err
	}
	point, err := s.Exact(ctx, method)
	return []eval.SweepPoint{point}, err
}

// measureCoder measures github.com/coder/hnsw at all widths.
func (o *recallOptions) measureCoder(ctx context.Context, s *eval.Sweep) ([]eval.SweepPoint, error) {
	if s.Nominal > 0 {
		return nil, cli.ErrNominal
	}
	var points []eval.SweepPoint
	for _, ef := range o.EfSearches {
		start := time.Now()
		x, err := coder.Build(ctx, s.Rows, s.Dim, coder.Options{M: o.M, EfSearch: ef, Seed: int64(o.Seed)})
		if err != nil {
			return nil, err
		}
		build := time.Since(start).Seconds()
		point, err := s.Measure(ctx, x.Search)
		if err != nil {
			return nil, err
		}
		points = append(points, eval.SweepPoint{Engine: "coder-hnsw", Parameter: eval.Width(ef), Point: point, BuildSeconds: build})
	}
	return points, nil
}
