package tools

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/dataset"
	"github.com/nngmix/nngmix/internal/plot"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// plotOptions are the options of nngmix plot.
type plotOptions struct {
	cli.TableFlags
	cli.SetFlags
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
		Args:    cli.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return drawPlot(cmd.Context(), &opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.TableFlags.AddIn(flags)
	opt.SetFlags.Add(flags)
	flags.StringVar(&opt.Pseudo, "pseudo", "", "file of pseudo-anomalies (without it, only the input is drawn)")
	flags.StringVar(&opt.Out, "out", "", "picture to write: .png or .svg")
	flags.StringVar(&opt.Title, "title", "", "title above the picture")
	flags.IntVar(&opt.MaxPoints, "max-points", opt.MaxPoints, "most points drawn of each group; a sample drawn with --seed beyond")
	flags.Uint64Var(&opt.Seed, "seed", 0, "seed of that sample")
	opt.TableFlags.Add(flags)
	flags.BoolVar(&opt.Force, "force", false, "replace an existing picture")
	return cmd
}

// drawPlot carries out nngmix plot.
func drawPlot(ctx context.Context, opt *plotOptions) error {
	if opt.Out == "" {
		return cli.Usage(errors.New("--out FILE is missing: the picture to write, .png or .svg"))
	}
	if err := opt.NPZLabel(opt.In); err != nil {
		return cli.Usage(err)
	}
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(opt.Out)), ".")
	if !slices.Contains(plot.Formats, format) {
		return fmt.Errorf("--out %s: format %q is unknown, want .%s", opt.Out, format, strings.Join(plot.Formats, " or ."))
	}
	if err := cli.RefuseExisting(opt.Out, opt.Force); err != nil {
		return cli.Usage(err)
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
	input, err := o.TableFlags.Read(ctx, o.Label, 0, nil)
	if err != nil {
		return plot.Figure{}, err
	}
	how := o.SetFlags.Options(o.Seed)
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
	f.Unlabeled = pickColumns(set.UnlabeledRows(), numeric, set.Fill())
	f.Labeled = pickColumns(set.LabeledRows(), numeric, set.Fill())
	if o.Pseudo != "" {
		f.Pseudo, err = o.readPseudo(ctx, set, numeric)
	}
	return f, err
}

// pickColumns returns the columns of rows, row-major, missing values filled.
func pickColumns(rows dataset.Rows, columns []int, fill []float64) []float64 {
	picked := make([]float64, 0, rows.Len()*len(columns))
	row := make([]float64, rows.Dim())
	for i := range rows.Len() {
		rows.Row(row, i)
		for _, j := range columns {
			x := row[j]
			if x != x {
				x = fill[j]
			}
			picked = append(picked, x)
		}
	}
	return picked
}

// readPseudo returns the features in numeric of the pseudo-anomalies, which are
// all rows of the file or those that nngmix_synthetic marks, read with the
// types of set and in its numbers.
func (o *plotOptions) readPseudo(ctx context.Context, set *dataset.Set, numeric []int) ([]float64, error) {
	t, err := o.pseudoTable(ctx, set, numeric)
	if err != nil {
		return nil, err
	}
	columns := make([]table.Column, len(numeric))
	for i, j := range numeric {
		at, err := t.Find(set.Inputs[j].Name())
		if err == nil {
			like := tableindex.NewColumn(set.Summary, j)
			columns[i], err = like.Numbers(t.Columns[at], false)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.Pseudo, err)
		}
	}
	var synthetic table.Column
	if at, err := t.Find(cli.SyntheticColumn); err == nil {
		synthetic = t.Columns[at]
	}
	var rows []float64
	for i := range t.Rows {
		if synthetic == nil || synthetic.Float(i) == 1 {
			for k, c := range columns {
				x := c.Float(i)
				if x != x {
					x = set.Fill()[numeric[k]]
				}
				rows = append(rows, x)
			}
		}
	}
	return rows, nil
}

// pseudoTable reads the file of pseudo-anomalies with the types of set.
func (o *plotOptions) pseudoTable(ctx context.Context, set *dataset.Set, numeric []int) (*table.Table, error) {
	in := o.TableFlags
	in.In, in.Keep, in.Drop, in.Types = o.Pseudo, nil, nil, nil
	in.Format, in.Encoding, in.Thousands, in.Comment = "", "", "", "" // generate writes plain UTF-8
	opt, err := in.Options("", 0)
	if err != nil {
		return nil, cli.Usage(err)
	}
	opt.Kinds = make(map[string]table.Kind)
	for _, j := range numeric {
		like := tableindex.NewColumn(set.Summary, j)
		opt.Kinds[like.Name] = like.Kind()
	}
	t, err := table.Read(ctx, o.Pseudo, opt)
	if err == nil && t.Format == table.NPZ { // where it has that array, it says more
		opt.Y = cli.SyntheticColumn
		if marked, err := table.Read(ctx, o.Pseudo, opt); err == nil {
			return marked, nil
		}
	}
	return t, err
}
