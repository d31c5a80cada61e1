package tools

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/eval/report"
	"github.com/spf13/cobra"
)

func reportCommand() *cobra.Command {
	opt := report.Options{Title: "nngmix evaluation"}
	cmd := &cobra.Command{
		Use:   "report RUN_DIR --out FILE.html",
		Short: "Make one page of what eval left in a folder",
		Long: `Make one page of what nngmix eval left in RUN_DIR.

The page needs no network and no other file. It shows what the folder holds:
results.csv (eval auc) as means per group, detector and labeled share, with the
gain over no pseudo-anomalies beside the gain over plain copies, and set by set
in a table that sorts and filters; recall.csv (eval recall) as curves of speed
against recall; tradeoff.csv (eval tradeoff) as change of AUROC against recall;
and the run's machine, versions and options from run.json.

Each figure also goes to a folder beside the page as SVG and PNG, and each table
as CSV.`,
		Example: "  nngmix report run --out report.html",
		RunE:    func(_ *cobra.Command, args []string) error { return makeReport(args, opt) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.Out, "out", "", "page to write: .html")
	flags.StringVar(&opt.Figures, "figures", "", "folder for figures and tables (default: the page's name and _files)")
	flags.StringVar(&opt.Title, "title", opt.Title, "title of the page")
	flags.BoolVar(&opt.Force, "force", false, "replace existing files")
	return cmd
}

// makeReport carries out nngmix report.
func makeReport(args []string, opt report.Options) error {
	if len(args) != 1 {
		return cli.Usage(fmt.Errorf("%d folders given, want one: the RUN_DIR that --out of nngmix eval named", len(args)))
	}
	if e := filepath.Ext(opt.Out); e != ".html" && e != ".htm" {
		return cli.Usage(errors.New("--out FILE.html is needed: the page to write"))
	}
	run, err := report.Open(args[0])
	if err != nil {
		return err
	}
	paths, err := run.Write(opt)
	if err != nil {
		return err
	}
	for _, path := range paths {
		fmt.Fprintf(os.Stderr, "wrote     %s\n", path)
	}
	return nil
}
