package eval

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/nngmix/nngmix/generator"
)

// StudyOptions say what a study runs.
type StudyOptions struct {
	Grid     Grid     `json:"grid"`
	Protocol Protocol `json:"protocol"`
	// Generate holds what the grid does not say of how pseudo-anomalies are made.
	Generate generator.Options `json:"generate"`
	// Splits is a folder of splits to read with [ReadSplit] instead of drawing them by
	// Protocol; empty = draw.
	Splits string `json:"splits,omitempty"`
	// Threads is how many cells run at once; 0 = GOMAXPROCS. Results do not depend on it.
	Threads int `json:"-"`
	// Progress is called, from one goroutine at a time, after each cell and each set that
	// is skipped; it may be nil.
	Progress func(Progress) `json:"-"`
}

// DefaultStudyOptions returns the default grid and protocol, and NNG-Mix as published.
func DefaultStudyOptions() StudyOptions {
	return StudyOptions{Grid: DefaultGrid(), Protocol: DefaultProtocol(), Generate: generator.DefaultOptions()}
}

// Validate returns all violations of the ranges of the fields, or nil.
func (o StudyOptions) Validate() error {
	errs := []error{o.Grid.Validate(), o.Protocol.Validate(), o.Generate.Validate()}
	for _, share := range o.Grid.Labeled {
		if share > o.Protocol.LabeledShare {
			errs = append(errs, fmt.Errorf("eval: Grid.Labeled has %v, want at most Protocol.LabeledShare, %v", share, o.Protocol.LabeledShare))
		}
	}
	if o.Threads < 0 {
		errs = append(errs, fmt.Errorf("eval: Threads is %d, want 0 or more", o.Threads))
	}
	return errors.Join(errs...)
}

// Progress tells how far a study is.
type Progress struct {
	Done, Total int           // cells; those of skipped sets are done
	Left        time.Duration // estimate of the time left, from the cells of this run
	Cell        *Cell         // the cell that was finished
	Skipped     *Skipped      // or the set that was skipped
}

// Skipped is a set, or a part of one, that a study could not run.
type Skipped struct {
	Dataset string `json:"dataset"`
	Group   string `json:"group"`
	Cells   int    `json:"cells"`
	Reason  string `json:"reason"`
}

// Outcome is what a study leaves.
type Outcome struct {
	Rows    []Row
	Means   []Mean
	Sets    int // those asked for
	Skipped []Skipped
}

// Markdown returns what is in summary.md: [SummaryMarkdown] and [SkippedMarkdown].
func (o *Outcome) Markdown() string {
	return SummaryMarkdown(o.Means) + "\n" + SkippedMarkdown(o.Skipped, o.Sets)
}

// RunStudy runs all cells of the grid on all sets and keeps what it finds in the folder
// dir, which it makes:
//
//	results.csv   a line for each cell, as it is finished; in the order of the grid at
//	              the end
//	run.json      options, machine, versions, and the sets that were skipped
//	summary.csv   the means, see [Mean]
//	summary.md    the same to read, with the sets that were skipped
//
// A study that was interrupted continues when it is run again with the same options and
// dir; all files end as those of an uninterrupted one, but for the columns of seconds.
// Other options than those in run.json are an error. A set that cannot be read or
// divided is skipped and reported; it is an error when no set is left.
func RunStudy(ctx context.Context, sets []Source, dir string, opt StudyOptions) (*Outcome, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	record, err := newRecord(dir, opt, sets)
	if err != nil {
		return nil, err
	}
	results, err := openJournal(filepath.Join(dir, "results.csv"), resultColumns, parseRow)
	if err != nil {
		return nil, err
	}
	r := runner[Cell, Row]{results: results, run: opt.run, progress: opt.Progress}
	cells := r.plan(sets, opt.Grid.Cells)
	if err := r.finish(ctx, cells, opt.Threads); err != nil {
		return nil, err
	}
	out := &Outcome{Rows: results.entries(cells), Sets: len(sets), Skipped: r.skippedInOrder(sets)}
	if len(out.Rows) == 0 {
		return nil, noneLeft(out.Skipped)
	}
	out.Means = Summarize(out.Rows)
	return out, errors.Join(record.finish(dir, out.Skipped), out.write(dir))
}

// run runs one cell.
func (o StudyOptions) run(ctx context.Context, set *Dataset, c Cell) (Row, error) {
	split, err := o.Protocol.splitOf(set, c.Seed, o.Splits)
	if err != nil {
		return Row{}, err
	}
	task, err := split.Task(c.Labeled)
	if err != nil {
		return Row{}, err
	}
	return runCell(ctx, task, c, o.Generate)
}

// noneLeft is the error of a study of which all sets were skipped.
func noneLeft(skipped []Skipped) error {
	return fmt.Errorf("eval: all %d sets were skipped; the first: %s", len(skipped), skipped[0].Reason)
}

// write writes the summaries.
func (o *Outcome) write(dir string) error {
	text, err := SummaryCSV(o.Means)
	return errors.Join(err,
		writeFile(filepath.Join(dir, "summary.csv"), text),
		writeFile(filepath.Join(dir, "summary.md"), o.Markdown()))
}
