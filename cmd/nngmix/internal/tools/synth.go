package tools

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/synth"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
)

func synthCommand() *cobra.Command {
	opt := synth.DefaultOptions()
	var out string
	var force, quiet bool
	cmd := &cobra.Command{
		Use:   "synth --out FILE",
		Short: "Write a realistic labeled table of payments to try nngmix on",
		Long: `Write a realistic labeled table of payments to try nngmix on.

It has several normal profiles, rare frauds of four kinds, of which few are
labeled, integer, skewed, boolean and categorical columns, and many rows that
repeat others. The label column is is_fraud. With --labeled-share 1 the same rows
come with all frauds labeled: the truth to compare with.`,
		Example: "  nngmix synth --rows 200000 --seed 1 --out payments.csv",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := opt.Validate(); err != nil {
				return cli.Usage(shareNames(err))
			}
			if out == "" {
				return cli.Usage(errors.New("--out FILE is missing: the file to write"))
			}
			return writeSynth(cmd.Context(), out, opt, force, quiet)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&out, "out", "", "file to write: .csv .csv.gz .csv.zst .tsv .parquet .arrow, or - for CSV on stdout")
	flags.IntVar(&opt.Rows, "rows", opt.Rows, "number of rows")
	flags.Float64Var(&opt.AnomalyShare, "anomaly-share", opt.AnomalyShare, "share of rows that are frauds, 0 to 0.5")
	flags.Float64Var(&opt.LabeledShare, "labeled-share", opt.LabeledShare, "share of the frauds that are labeled, 0 to 1")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of the random numbers: equal seeds, equal bytes")
	flags.BoolVar(&force, "force", false, "replace an existing file")
	flags.BoolVar(&quiet, "quiet", false, "no progress bar and no summary")
	return cmd
}

// shareNames puts the names of the options into an error of Options.Validate.
func shareNames(err error) error {
	names := strings.NewReplacer("synth: anomaly share", "--anomaly-share: anomaly share", "synth: labeled share", "--labeled-share: labeled share")
	return errors.New(names.Replace(err.Error()))
}

func writeSynth(ctx context.Context, out string, opt synth.Options, force, quiet bool) error {
	w, err := table.Create(out, synth.Fields(), table.WriteOptions{Rows: int64(opt.Rows), Force: force, Context: ctx})
	if err != nil {
		return err
	}
	defer w.Abort()
	bars := cli.NewProgress(quiet)
	defer bars.Wait()
	if err := synth.Write(ctx, w, opt, bars.Stage("write")); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	bars.Wait()
	if !quiet {
		fmt.Fprintf(os.Stderr, "wrote     %d rows to %s; the label column is %s\n", opt.Rows, out, synth.LabelColumn)
	}
	return nil
}
