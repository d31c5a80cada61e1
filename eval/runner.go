package eval

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

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
