// Package eval has the commands that measure what pseudo-anomalies are worth.
// The measuring is that of the module's package eval.
package eval

import (
	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/eval"
	"github.com/spf13/cobra"
)

// Command returns nngmix eval and the commands below it.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "Measure what pseudo-anomalies are worth",
		Args:  cli.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(recallCommand(), aucCommand(), tradeoffCommand())
	return cmd
}

// aucOptions are the options of nngmix eval auc.
type aucOptions struct {
	eval.StudyOptions
	studyFlags
	Methods []string
}

const aucLong = `Run the study of the NNG-Mix paper on the data sets under a folder.

Every .npz file (X, y as in ADBench) that --data names, or below a folder that it
names, is a set; its folder is its group. Each is split as ADBench does, pseudo-anomalies are made from the labeled
anomalies, a detector is trained on the augmented rows, and its scores of the test
rows give AUROC and average precision. --out receives results.csv, a line for each
combination as it is finished, run.json, summary.csv and summary.md: means per
group, average rank, and the gain over no pseudo-anomalies (none) and over plain
copies (oversample) with its Wilcoxon signed-rank p-value.

A set that cannot be read or divided is skipped and counted. An interrupted study
continues when the same command is given again.`

func aucCommand() *cobra.Command {
	opt := aucOptions{StudyOptions: eval.DefaultStudyOptions()}
	cmd := &cobra.Command{
		Use:   "auc --data PATH --out RUN_DIR",
		Short: "Run the paper's study: detectors trained with and without pseudo-anomalies",
		Long:  aucLong,
		Example: `  nngmix eval auc --data adbench --out run --methods none,oversample,nng-mix --detectors mlp --seeds 1
  nngmix eval auc --data adbench --out run --methods oversample,nng-mix,gaussian:0.1 --noise-std 0.01,0.1,0.3 --multipliers 10,50 --balance 0.5`,
		Args: cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runAUC(cmd, &opt) },
	}
	opt.addFlags(cmd)
	return cmd
}

func (o *aucOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	grid := &o.Grid
	for _, m := range grid.Methods {
		o.Methods = append(o.Methods, m.Name)
	}
	o.studyFlags.addPaths(flags)
	flags.StringSliceVar(&o.Methods, "methods", o.Methods, "none and methods of generate, each optionally with its noise, as gaussian:0.1")
	flags.StringSliceVar(&grid.Detectors, "detectors", grid.Detectors, "mlp, deepsad, deepsad-reference, logistic, randomforest, gbdt, devnet, iforest, knn, lof, ecod")
	flags.Float64SliceVar(&grid.Labeled, "labeled", grid.Labeled, "shares of the training anomalies that are labeled")
	flags.Float64SliceVar(&grid.Multipliers, "multipliers", grid.Multipliers, "pseudo-anomalies for each labeled anomaly")
	flags.Float64SliceVar(&grid.Balances, "balance", nil, "shares of the unlabeled rows that labeled and pseudo-anomalies make, beside --multipliers")
	flags.Float64SliceVar(&grid.NoiseStd, "noise-std", nil, "noise of nng-mix and gaussian (default the reference's for group and detector)")
	flags.IntVar(&grid.Seeds, "seeds", grid.Seeds, "number of seeds: splits and random numbers 0 to seeds-1")
	flags.StringVar(&o.Splits, "splits", "", "folder of splits to use instead of drawing them")
	o.studyFlags.add(flags, &o.Threads)
}

// runAUC carries out nngmix eval auc.
func runAUC(cmd *cobra.Command, opt *aucOptions) error {
	if err := opt.complete(); err != nil {
		return cli.Usage(err)
	}
	return opt.study(cmd.OutOrStdout(), &opt.Progress, func(sets []eval.Source) (string, error) {
		outcome, err := eval.RunStudy(cmd.Context(), sets, opt.Out, opt.StudyOptions)
		if err != nil {
			return "", err
		}
		return outcome.Markdown(), nil
	})
}

// complete checks the options and turns them into those of a study.
func (o *aucOptions) complete() error {
	if err := o.check(&o.Protocol); err != nil {
		return err
	}
	o.Grid.Methods = nil
	for _, text := range o.Methods {
		m, err := eval.ParseMethod(text)
		if err != nil {
			return err
		}
		o.Grid.Methods = append(o.Grid.Methods, m)
	}
	for _, share := range o.Grid.Labeled { // shares above the protocol's label more
		o.Protocol.LabeledShare = max(o.Protocol.LabeledShare, share)
	}
	return gridNames(o.StudyOptions.Validate())
}
