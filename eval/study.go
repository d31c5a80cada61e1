package eval

import (
	"context"
	"errors"
	"fmt"
	"os"
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
	Row         *Row          // the cell that was finished
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
	Skipped []Skipped
}

// RunStudy runs all cells of the grid on all sets and keeps what it finds in the folder
// dir, which it makes:
//
//	results.csv   a line for each cell, as it is finished; in the order of the grid at
//	              the end
//	run.json      options, machine, versions, and the sets that were skipped
//	summary.csv   the means, see [Mean]; summary.md is the same to read
//
// A study that was interrupted continues when it is run again with the same options and
// dir; all files end as those of an uninterrupted one, but for the columns of seconds.
// Other options than those in run.json are an error. A set that cannot be read or
// divided is skipped and reported; it is an error when no set is left.
func RunStudy(ctx context.Context, sets []Source, dir string, opt StudyOptions) (*Outcome, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("eval: %w", err)
	}
	record, err := newRecord(opt, sets)
	if err != nil {
		return nil, err
	}
	if err := record.agree(dir); err != nil {
		return nil, err
	}
	results, err := openJournal(dir)
	if err != nil {
		return nil, err
	}
	s := &study{opt: opt, results: results, fitSeconds: map[string]spent{}, todo: map[string]int{}}
	cells := s.plan(sets)
	if err := s.run(ctx); err != nil {
		return nil, errors.Join(err, results.close(nil))
	}
	if err := results.close(cells); err != nil {
		return nil, err
	}
	out := &Outcome{Rows: results.rows(cells), Skipped: s.skippedInOrder(sets)}
	out.Means = Summarize(out.Rows)
	record.Skipped = out.Skipped
	return out, errors.Join(record.write(dir), out.write(dir))
}

// write writes the summaries.
func (o *Outcome) write(dir string) error {
	if len(o.Rows) == 0 {
		return fmt.Errorf("eval: all %d sets were skipped; the first: %s", len(o.Skipped), o.Skipped[0].Reason)
	}
	text, err := SummaryCSV(o.Means)
	return errors.Join(err,
		writeFile(filepath.Join(dir, "summary.csv"), text),
		writeFile(filepath.Join(dir, "summary.md"), SummaryMarkdown(o.Means)))
}
