package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/plot"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/spf13/cobra"
)

// plotOptions are the options of nngmix plot.
type plotOptions struct {
	tableFlags
	setFlags
	plot.Options
	Pseudo string
	Out    string
	Force  bool
}

func plotCommand() *cobra.Command {
	opt := plotOptions{Options: plot.DefaultOptions()}
	cmd := &cobra.Command{
		Use:   "plot --in FILE --label COLUMN --pseudo FILE --out FILE.png",
		Short: "Draw unlabeled rows, labeled anomalies and pseudo-anomalies",
		Long: `Draw unlabeled rows, labeled anomalies and pseudo-anomalies to PNG or SVG.

Two numeric columns (choose them with --keep) are drawn as they are; of more, the
first two principal components of the scaled rows. Categories are left out.
--pseudo is a file that nngmix generate wrote from the same table.`,
		Example: "  nngmix plot --in payments.csv --label is_fraud --pseudo augmented.csv --out payments.png",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return drawPlot(cmd.Context(), &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.In, "in", "", "table with the unlabeled rows and labeled anomalies")
	opt.setFlags.add(flags)
	flags.StringVar(&opt.Pseudo, "pseudo", "", "file of pseudo-anomalies (without it, only the input is drawn)")
	flags.StringVar(&opt.Out, "out", "", "picture to write: .png or .svg")
	flags.StringVar(&opt.Title, "title", "", "title above the picture")
	flags.IntVar(&opt.MaxPoints, "max-points", opt.MaxPoints, "most points drawn of each group; a sample drawn with --seed beyond")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of that sample")
	opt.tableFlags.add(flags)
	flags.BoolVar(&opt.Force, "force", false, "replace an existing picture")
	return cmd
}

// drawPlot carries out nngmix plot.
func drawPlot(ctx context.Context, opt *plotOptions) error {
	if opt.Out == "" {
		return usageError{errors.New("--out FILE is missing: the picture to write, .png or .svg")}
	}
	if err := opt.npzLabel(opt.In); err != nil {
		return usageError{err}
	}
	figure, err := opt.figure(ctx)
	if err != nil {
		return err
	}
	f, err := atomicfile.Create(opt.Out, opt.Force)
	if err != nil {
		return err
	}
	defer f.Abort()
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(opt.Out)), ".")
	if err := plot.Write(f, format, figure, opt.Options); err != nil {
		return err
	}
	if err := f.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "drew      %s\n", opt.Out)
	return nil
}

// figure reads what is drawn.
func (o *plotOptions) figure(ctx context.Context) (plot.Figure, error) {
	input, err := o.tableFlags.read(ctx, o.Label, 0, nil)
	if err != nil {
		return plot.Figure{}, err
	}
	how := o.setFlags.options(o.Seed)
	if how.Missing == dataset.MissingKeep {
		how.Missing = dataset.MissingMedian // a point needs a place
	}
	set, err := dataset.New(input, how)
	if err != nil {
		return plot.Figure{}, fmt.Errorf("%s: %w", o.In, err)
	}
	var numeric []int
	f := plot.Figure{}
	for j, c := range set.Columns {
		if !c.Nominal {
			numeric = append(numeric, j)
			f.Names = append(f.Names, set.Features[j].Name())
		}
	}
	f.Dim = len(numeric)
	f.Unlabeled = pickColumns(set.UnlabeledRows(), numeric)
	f.Labeled = pickColumns(set.LabeledRows(), numeric)
	if o.Pseudo != "" {
		f.Pseudo, err = o.readPseudo(ctx, f.Names)
	}
	return f, err
}

// pickColumns returns the columns of rows, row-major.
func pickColumns(rows dataset.Rows, columns []int) []float64 {
	picked := make([]float64, 0, rows.Len()*len(columns))
	row := make([]float64, rows.Dim())
	for i := range rows.Len() {
		rows.Row(row, i)
		for _, j := range columns {
			picked = append(picked, row[j])
		}
	}
	return picked
}

// readPseudo returns the columns called names of the pseudo-anomalies, which are
// all rows of the file or those that nngmix_synthetic marks.
func (o *plotOptions) readPseudo(ctx context.Context, names []string) ([]float64, error) {
	in := o.tableFlags
	in.In, in.Keep, in.Drop = o.Pseudo, nil, nil
	t, err := in.read(ctx, syntheticName, 0, nil)
	if err != nil { // an NPZ file without that array holds pseudo-anomalies alone
		t, err = in.read(ctx, "", 0, nil)
	}
	if err != nil {
		return nil, err
	}
	columns := make([]table.Column, len(names))
	for j, name := range names {
		at, err := t.Find(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Pseudo, err)
		}
		columns[j] = t.Columns[at]
	}
	var synthetic table.Column
	if at, err := t.Find(syntheticName); err == nil {
		synthetic = t.Columns[at]
	}
	var rows []float64
	for i := range t.Rows {
		if synthetic == nil || synthetic.Float(i) == 1 {
			for _, c := range columns {
				rows = append(rows, c.Float(i))
			}
		}
	}
	return rows, nil
}
