package index

import (
	"context"
	"fmt"
	"os"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/internal/tableindex"
	"github.com/spf13/cobra"
)

// compactOptions are the options of nngmix index compact, as its report shows them.
type compactOptions struct {
	cli.MemoryFlags
	changeFlags
	Index string `json:"index"`
}

const compactLong = `Put small segments of an index together, which makes searches faster.

Neighboring segments become one as long as memory allows to build it (--memory), or up
to --segment-rows. Row numbers and exact answers stay as they are. New files are
written, the manifest is replaced, and then the old files are removed: a run that is
killed leaves the index as it was, or compact; one that is open goes on working.`

func compactCommand() *cobra.Command {
	opt := compactOptions{}
	cmd := &cobra.Command{
		Use:     "compact FOLDER",
		Short:   "Put small segments of an index together",
		Long:    compactLong,
		Example: "  nngmix index compact payments.nngx",
		Args:    oneIndex,
		RunE: func(cmd *cobra.Command, args []string) error {
			opt.Index = args[0]
			return compact(cmd.Context(), &opt)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	opt.changeFlags.add(flags)
	flags.StringVar(&opt.Memory, "memory", "", "memory to use, such as 2GB (default half of what is free)")
	opt.addLast(flags)
	return cmd
}

// compact carries out nngmix index compact.
func compact(ctx context.Context, opt *compactOptions) error {
	if err := opt.check(); err != nil {
		return cli.Usage(err)
	}
	memory, err := opt.Bytes()
	if err != nil {
		return cli.Usage(err)
	}
	report := &ChangeReport{RunReport: cli.NewRunReport("index compact", opt, opt.Threads), Index: opt.Index}
	bars := cli.NewProgress(opt.Quiet)
	defer bars.Wait()
	change, err := tableindex.NewChange(opt.Index)
	if err != nil {
		return err
	}
	defer change.Close()
	cli.LimitMemory(memory)
	before, advance := change.Segments(), bars.Stage("build")
	how := tableindex.SegmentOptions{Rows: opt.SegmentRows, Memory: memory / 4 * 3}
	how.Progress = func(done, total int) { advance(int64(done), int64(total)) }
	var built *tableindex.Built
	err = report.Timed("segments", func() (err error) {
		built, err = change.Compact(ctx, opt.Threads, how)
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", opt.Index, err)
	}
	report.Rows, report.Segments = change.Schema().Rows, before
	if built != nil {
		report.take(built)
		report.Removed = before - (report.Segments - report.Written)
	}
	return opt.tell(report, bars, report.compactSummary)
}

// compactSummary tells the user on stderr what was done.
func (r *ChangeReport) compactSummary() {
	if r.Written == 0 {
		fmt.Fprintf(os.Stderr, "nothing   no two of the %d segments have place in one: --memory or --segment-rows allows larger ones\n", r.Segments)
		return
	}
	fmt.Fprintf(os.Stderr, "wrote     %d segments in place of %d: %s has %d rows in %d segments now, %.1f MB\n", r.Written, r.Removed, r.Index, r.Rows, r.Segments, cli.Megabytes(r.FileBytes))
	fmt.Fprintf(os.Stderr, "seconds   segments %.2f, of which building %.2f; peak memory %.0f MB\n", r.Seconds["segments"], r.Seconds["build"], cli.Megabytes(r.PeakRSSBytes))
}
