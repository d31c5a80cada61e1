package tools

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/adbench"
	"github.com/spf13/cobra"
)

func adbenchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "adbench",
		Short: "Fetch the data sets of ADBench",
		Args:  cli.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(adbenchDownloadCommand())
	return cmd
}

func adbenchDownloadCommand() *cobra.Command {
	opt := adbench.Options{BaseURL: adbench.BaseURL}
	var groups []string
	var quiet bool
	cmd := &cobra.Command{
		Use:   "download --dir DIR",
		Short: "Fetch the files that eval reads, and check them",
		Long: `Fetch data sets of ADBench into DIR, a folder for each group, as eval reads them.

Each file is checked against the SHA-256 of the file that ADBench published. Files
that are there are not fetched again. A download that was cut continues where it
stopped when the same command is given again.`,
		Example: "  nngmix adbench download --dir adbench --groups Classical,CV",
		Args:    cli.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return downloadADBench(cmd.Context(), opt, groups, quiet)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&opt.Dir, "dir", "", "folder for the sets, made when it is missing")
	flags.StringSliceVar(&groups, "groups", nil, "groups to fetch: Classical, CV, NLP (default all)")
	flags.StringVar(&opt.BaseURL, "base-url", opt.BaseURL, "folder on a server that has the groups' folders")
	flags.BoolVar(&quiet, "quiet", false, "no progress")
	return cmd
}

// downloadADBench carries out nngmix adbench download.
func downloadADBench(ctx context.Context, opt adbench.Options, groups []string, quiet bool) error {
	if opt.Dir == "" {
		return cli.Usage(errors.New("--dir DIR is missing: the folder for the sets"))
	}
	var err error
	if opt.Files, err = adbench.InGroups(adbench.Files(), groups); err != nil {
		return cli.Usage(err)
	}
	bars := cli.NewProgress(quiet)
	defer bars.Wait()
	opt.Progress = bars.Stage("download")
	out, err := adbench.Download(ctx, opt)
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted; what was fetched is kept in %s, and the same command continues", opt.Dir)
	}
	if err != nil {
		return err
	}
	bars.Wait()
	fmt.Fprintf(os.Stderr, "fetched   %d sets into %s; %d were there\n", out.Fetched, opt.Dir, out.Present)
	return nil
}
