package eval

import (
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/eval"
	"github.com/spf13/cobra"
)

// tradeoffOptions are the options of nngmix eval tradeoff.
type tradeoffOptions struct {
	eval.TradeoffOptions
	studyFlags
}

const tradeoffLong = `How much recall does NNG-Mix need before the detector suffers?

On each set and seed, pseudo-anomalies are made with the same random numbers from
the neighbors of exact search and of approximate ones: a graph at falling efSearch,
and exact search among a share of the rows, which goes down to any recall. A
detector is trained on each, and its AUROC compared with exact search in pairs.

--out receives tradeoff_cells.csv, a line for each combination as it is finished,
run.json, tradeoff.csv (means per group, detector and share of labels, with 95 %
intervals by bootstrap over the sets) and tradeoff.md, the answer in words.

A set that cannot be read or divided is skipped and counted. An interrupted study
continues when the same command is given again.`

func tradeoffCommand() *cobra.Command {
	opt := tradeoffOptions{TradeoffOptions: eval.DefaultTradeoffOptions()}
	cmd := &cobra.Command{
		Use:   "tradeoff --data PATH --out RUN_DIR",
		Short: "Measure what approximate search costs the detector",
		Long:  tradeoffLong,
		Example: `  nngmix eval tradeoff --data adbench/Classical --out run --detectors mlp --seeds 3
  nngmix eval tradeoff --data adbench/Classical/11_donors.npz,big.npz --full-size --out run --detectors logistic`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTradeoff(cmd, &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.studyFlags.addPaths(flags)
	flags.StringSliceVar(&opt.Detectors, "detectors", opt.Detectors, "detectors to train")
	flags.Float64SliceVar(&opt.Labeled, "labeled", opt.Labeled, "shares of the training anomalies that are labeled")
	flags.Float64Var(&opt.Multiplier, "multiplier", opt.Multiplier, "pseudo-anomalies for each labeled anomaly")
	flags.IntSliceVar(&opt.EfSearch, "ef-search", opt.EfSearch, "widths of graph search")
	flags.Float64SliceVar(&opt.Shares, "shares", opt.Shares, "shares of the rows to search exactly")
	flags.IntVar(&opt.Seeds, "seeds", opt.Seeds, "number of seeds: splits and random numbers 0 to seeds-1")
	flags.StringVar(&opt.Splits, "splits", "", "folder of splits to use instead of drawing them")
	opt.studyFlags.add(flags, &opt.Threads)
	return cmd
}

// runTradeoff carries out nngmix eval tradeoff.
func runTradeoff(cmd *cobra.Command, opt *tradeoffOptions) error {
	if err := opt.check(&opt.Protocol); err != nil {
		return cli.Usage(err)
	}
	for _, share := range opt.Labeled { // shares above the protocol's label more
		opt.Protocol.LabeledShare = max(opt.Protocol.LabeledShare, share)
	}
	if err := opt.Validate(); err != nil {
		return cli.Usage(gridNames(err))
	}
	return opt.study(cmd.OutOrStdout(), &opt.Progress, func(sets []eval.Source) (string, error) {
		outcome, err := eval.RunTradeoff(cmd.Context(), sets, opt.Out, opt.TradeoffOptions)
		if err != nil {
			return "", err
		}
		return outcome.Markdown(), nil
	})
}
