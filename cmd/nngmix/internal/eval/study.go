package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/eval"
	"github.com/spf13/pflag"
)

// studyFlags are the options that eval auc and eval tradeoff share.
type studyFlags struct {
	Data     []string
	Out      string
	FullSize bool
	Quiet    bool
}

// addPaths declares the flags of what is read and written.
func (o *studyFlags) addPaths(flags *pflag.FlagSet) {
	flags.StringSliceVar(&o.Data, "data", nil, "sets: .npz files, or folders with such files at any depth")
	flags.StringVar(&o.Out, "out", "", "folder for the results, made when it is missing")
}

// add declares the other flags.
func (o *studyFlags) add(flags *pflag.FlagSet, threads *int) {
	flags.BoolVar(&o.FullSize, "full-size", false, "do not cut sets to 10,000 rows")
	flags.IntVar(threads, "threads", 0, "combinations to run at once (default all processors); does not change the results")
	flags.BoolVar(&o.Quiet, "quiet", false, "no progress and no summary")
}

// check finds what is missing and carries the flags over to p.
func (o *studyFlags) check(p *eval.Protocol) error {
	if len(o.Data) == 0 || o.Out == "" {
		return errors.New("--data PATH (the sets) and --out RUN_DIR (the results) are both needed")
	}
	if o.FullSize {
		p.MaxRows = 0
	}
	return nil
}

// gridNames puts the names of the options into an error of the Validate of a
// study.
func gridNames(err error) error {
	if err == nil {
		return nil
	}
	names := strings.NewReplacer("eval: Grid.Labeled has", "--labeled: Grid.Labeled has", "eval: Protocol.LabeledShare is", "--labeled: LabeledShare is",
		"eval: LabeledShare is", "--labeled: LabeledShare is", "eval: Shares has", "--shares: Shares has", "eval: EfSearch has", "--ef-search: EfSearch has",
		"eval: Grid.Multipliers has", "--multipliers: Grid.Multipliers has", "eval: Grid.NoiseStd has", "--noise-std: Grid.NoiseStd has",
		"eval: Grid.Balances has", "--balance: Grid.Balances has")
	return errors.New(names.Replace(err.Error()))
}

// study runs a study, which reports to *report, on the sets that o names, and
// prints the summary that it returns to stdout.
func (o *studyFlags) study(stdout io.Writer, report *func(eval.Progress), run func([]eval.Source) (string, error)) error {
	sets, err := eval.FindSets(o.Data...)
	if err != nil {
		return err
	}
	bars := cli.NewProgress(o.Quiet)
	defer bars.Wait()
	if !o.Quiet {
		fmt.Fprintf(bars, "study     %d sets\n", len(sets))
	}
	*report = o.progress(bars)
	summary, err := run(sets)
	bars.Wait()
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("interrupted; what is finished is kept in %s, and the same command continues", o.Out)
	}
	if err == nil && !o.Quiet {
		fmt.Fprint(stdout, summary)
		fmt.Fprintf(os.Stderr, "wrote     %s\n", o.Out)
	}
	return err
}

// progress returns what shows the progress of a study: a bar on a terminal,
// else a line now and then; and a line for each set that is skipped.
func (o *studyFlags) progress(bars *cli.Progress) func(eval.Progress) {
	var mu sync.Mutex
	left := "?"
	advance := bars.Estimated("study", func() string {
		mu.Lock()
		defer mu.Unlock()
		return left
	})
	var last time.Time
	return func(p eval.Progress) {
		mu.Lock()
		left = p.Left.Round(time.Second).String()
		mu.Unlock()
		advance(int64(p.Done), int64(p.Total))
		if s := p.Skipped; s != nil {
			fmt.Fprintf(bars, "skipped   %s (%s): %s\n", s.Dataset, s.Group, s.Reason)
		}
		if !bars.Visible() && !o.Quiet && time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Fprintf(os.Stderr, "%d of %d done, about %v left\n", p.Done, p.Total, p.Left.Round(time.Second))
		}
	}
}
