package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/spf13/cobra"
)

// tradeoffOptions are the options of nngmix eval tradeoff.
type tradeoffOptions struct {
	eval.TradeoffOptions
	Data     string `json:"data"`
	Out      string `json:"out"`
	FullSize bool   `json:"full_size"`
	Force    bool   `json:"force"`
	Quiet    bool   `json:"-"`
}

const evalTradeoffLong = `How much recall does NNG-Mix need before the detector suffers?

On each set and seed, pseudo-anomalies are made with the same random numbers from
the neighbors of exact search and of approximate ones: a graph at falling efSearch,
and exact search among a share of the rows, which goes down to any recall. A
detector is trained on each, and its AUROC compared with exact search in pairs.

--out receives tradeoff.csv (means per group with 95 % intervals by bootstrap over
the sets), tradeoff_cells.csv (each combination) and run.json.`

func evalTradeoffCommand() *cobra.Command {
	opt := tradeoffOptions{TradeoffOptions: eval.DefaultTradeoffOptions()}
	cmd := &cobra.Command{
		Use:     "tradeoff --data DIR --out RUN_DIR",
		Short:   "Measure what approximate search costs the detector",
		Long:    evalTradeoffLong,
		Example: "  nngmix eval tradeoff --data adbench --out run --detectors mlp --seeds 3",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return evalTradeoff(cmd, &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.Data, "data", "", "folder with the sets, as for eval auc")
	flags.StringVar(&opt.Out, "out", "", "folder for the results")
	flags.StringSliceVar(&opt.Detectors, "detectors", opt.Detectors, "detectors to train")
	flags.Float64SliceVar(&opt.Labeled, "labeled", opt.Labeled, "shares of the training anomalies that are labeled")
	flags.Float64Var(&opt.Multiplier, "multiplier", opt.Multiplier, "pseudo-anomalies for each labeled anomaly")
	flags.IntSliceVar(&opt.EfSearch, "ef-search", opt.EfSearch, "widths of graph search")
	flags.Float64SliceVar(&opt.Shares, "shares", opt.Shares, "shares of the rows to search exactly")
	flags.IntVar(&opt.Seeds, "seeds", opt.Seeds, "number of seeds")
	flags.StringVar(&opt.Splits, "splits", "", "folder of splits to use instead of drawing them")
	flags.BoolVar(&opt.FullSize, "full-size", false, "do not cut sets to 10,000 rows")
	flags.IntVar(&opt.Threads, "threads", 0, "sets at work at once (default all processors); does not change the results")
	flags.BoolVar(&opt.Force, "force", false, "replace the results of an earlier run")
	flags.BoolVar(&opt.Quiet, "quiet", false, "no progress")
	return cmd
}

// evalTradeoff carries out nngmix eval tradeoff.
func evalTradeoff(cmd *cobra.Command, opt *tradeoffOptions) error {
	if opt.Data == "" || opt.Out == "" {
		return usageError{errors.New("--data DIR (the sets) and --out RUN_DIR (the results) are both needed")}
	}
	if opt.FullSize {
		opt.Protocol.MaxRows = 0
	}
	if err := opt.Validate(); err != nil {
		return usageError{err}
	}
	for _, name := range []string{"tradeoff.csv", "tradeoff_cells.csv", "run.json"} {
		if err := refuseExisting(filepath.Join(opt.Out, name), opt.Force); err != nil {
			return usageError{err}
		}
	}
	sets, err := eval.FindSets(opt.Data)
	if err != nil {
		return err
	}
	return opt.run(cmd.Context(), cmd.OutOrStdout(), sets)
}

// run runs the study, writes what it finds and prints the means.
func (o *tradeoffOptions) run(ctx context.Context, stdout io.Writer, sets []eval.Source) error {
	run := newRunReport("eval tradeoff", o, o.Threads)
	bars := newProgress(o.Quiet)
	defer bars.Wait()
	advance := bars.stage("study")
	o.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	var rows []eval.TradeoffRow
	var points []eval.TradeoffPoint
	err := run.timed("study", func() (err error) {
		var skipped []eval.Skipped
		rows, points, skipped, err = eval.RunTradeoff(ctx, sets, o.TradeoffOptions)
		bars.Wait()
		for _, s := range skipped {
			fmt.Fprintf(os.Stderr, "skipped   %s (%s): %s\n", s.Dataset, s.Group, s.Reason)
		}
		return err
	})
	if err != nil {
		return err
	}
	run.PeakRSSBytes = peakRSS()
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	for _, line := range tradeoffMeans(points) {
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	return errors.Join(w.Flush(), o.write(run, rows, points))
}

// write leaves the results in the folder for them.
func (o *tradeoffOptions) write(run runReport, rows []eval.TradeoffRow, points []eval.TradeoffPoint) error {
	if err := os.MkdirAll(o.Out, 0o777); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(o.Out, "tradeoff_cells.csv"), tradeoffCells(rows), o.Force); err != nil {
		return err
	}
	if err := writeCSV(filepath.Join(o.Out, "tradeoff.csv"), tradeoffMeans(points), o.Force); err != nil {
		return err
	}
	return writeJSON(filepath.Join(o.Out, "run.json"), run, o.Force)
}

// tradeoffMeans returns the lines of tradeoff.csv.
func tradeoffMeans(points []eval.TradeoffPoint) [][]string {
	lines := [][]string{{"group", "detector", "search", "ef_search", "share", "recall", "auroc", "gain_over_exact", "ci_low", "ci_high", "sets", "seeds"}}
	for _, p := range points {
		lines = append(lines, []string{p.Group, p.Detector, p.Search.String(), strconv.Itoa(p.EfSearch), plain(p.Share),
			fixed(p.Recall), fixed(p.AUROC), fixed(p.Gain), fixed(p.Low), fixed(p.High), strconv.Itoa(p.Sets), strconv.Itoa(p.Seeds)})
	}
	return lines
}

// tradeoffCells returns the lines of tradeoff_cells.csv.
func tradeoffCells(rows []eval.TradeoffRow) [][]string {
	lines := [][]string{{"dataset", "group", "detector", "labeled", "multiplier", "seed", "search", "recall", "auroc"}}
	for _, r := range rows {
		lines = append(lines, []string{r.Dataset, r.Group, r.Detector, plain(r.Labeled), plain(r.Multiplier),
			strconv.FormatUint(r.Seed, 10), r.Search.String(), fixed(r.Recall), fixed(r.AUROC)})
	}
	return lines
}

// plain writes a number that an option set.
func plain(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// fixed writes a measure, nothing for NaN.
func fixed(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', 4, 64)
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
