package eval

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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

// study is a running study.
type study struct {
	opt     StudyOptions
	results *journal
	jobs    []job // cells that are not done

	mu         sync.Mutex
	done       int
	total      int
	skipped    map[string]*Skipped // by group and set
	fitSeconds map[string]spent    // by detector
	todo       map[string]int      // cells by detector
}

// spent is the time that some cells took.
type spent struct {
	cells   int
	seconds float64
}

// job is a cell to run.
type job struct {
	Cell
	set *shared
}

// plan finds the cells that are not done and returns all.
func (s *study) plan(sets []Source) []Cell {
	s.skipped = map[string]*Skipped{}
	var all []Cell
	for _, source := range sets {
		set := &shared{source: source}
		for _, c := range s.opt.Grid.Cells(source.Name, source.Group) {
			all = append(all, c)
			if _, done := s.results.done[c]; done {
				s.done++
				continue
			}
			set.left++
			s.todo[c.Detector]++
			s.jobs = append(s.jobs, job{c, set})
		}
	}
	s.total = len(all)
	return all
}

// run runs all jobs.
func (s *study) run(ctx context.Context) error {
	threads := s.opt.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(threads)
	for _, j := range s.jobs {
		if running.Err() != nil {
			break
		}
		g.Go(func() error { return s.finish(running, j, threads) })
	}
	return errors.Join(g.Wait(), ctx.Err())
}

// finish runs a job and records what comes of it.
func (s *study) finish(ctx context.Context, j job, threads int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	start := time.Now()
	defer j.set.release()
	row, err := s.cell(ctx, j)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		if err := s.results.add(row); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	s.todo[j.Detector]--
	t := s.fitSeconds[j.Detector]
	s.fitSeconds[j.Detector] = spent{t.cells + 1, t.seconds + time.Since(start).Seconds()}
	p := Progress{Done: s.done, Total: s.total, Left: s.timeLeft(threads), Row: &row}
	if err != nil {
		p.Row, p.Skipped = nil, s.skip(j.Cell, err)
	}
	if s.opt.Progress != nil && (p.Row != nil || p.Skipped.Cells == 1) {
		s.opt.Progress(p)
	}
	return nil
}

// skip counts a cell that cannot be run.
func (s *study) skip(c Cell, err error) *Skipped {
	key := c.Group + "/" + c.Dataset
	if s.skipped[key] == nil {
		s.skipped[key] = &Skipped{Dataset: c.Dataset, Group: c.Group, Reason: err.Error()}
	}
	s.skipped[key].Cells++
	return s.skipped[key]
}

func (s *study) skippedInOrder(sets []Source) []Skipped {
	var out []Skipped
	for _, source := range sets {
		if k := s.skipped[source.Group+"/"+source.Name]; k != nil {
			out = append(out, *k)
		}
	}
	return out
}

// timeLeft estimates the time for the cells that are left from the mean of those of the
// same detector, or of all.
func (s *study) timeLeft(threads int) time.Duration {
	var all spent
	for _, t := range s.fitSeconds {
		all.cells += t.cells
		all.seconds += t.seconds
	}
	var left float64
	for detector, n := range s.todo {
		t := s.fitSeconds[detector]
		if t.cells == 0 {
			t = all
		}
		left += float64(n) * t.seconds / float64(t.cells)
	}
	return time.Duration(left / float64(threads) * float64(time.Second))
}

// cell runs one cell.
func (s *study) cell(ctx context.Context, j job) (Row, error) {
	set, err := j.set.acquire(ctx)
	if err != nil {
		return Row{}, err
	}
	split, err := s.split(set, j.Seed)
	if err != nil {
		return Row{}, err
	}
	task, err := split.Task(j.Labeled)
	if err != nil {
		return Row{}, err
	}
	return runCell(ctx, task, j.Cell, s.opt.Generate)
}

// split returns the split of set for a seed.
func (s *study) split(set *Dataset, seed uint64) (*Split, error) {
	if s.opt.Splits != "" {
		return ReadSplit(s.opt.Splits, set, seed)
	}
	return s.opt.Protocol.Split(set, seed)
}
