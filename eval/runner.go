package eval

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// cell is a combination that a runner runs. base is its part on the set and detector.
type cell interface {
	comparable
	base() Cell
}

func (c Cell) base() Cell { return c }

// runner runs the cells that a journal does not hold.
type runner[C cell, E entry[C]] struct {
	results  *journal[C, E]
	run      func(context.Context, *Dataset, C) (E, error)
	progress func(Progress) // may be nil
	jobs     []job[C]       // cells that are not done
	pace     pace

	mu      sync.Mutex
	done    int
	total   int
	skipped map[string]*Skipped // by group and set
}

// job is a cell to run.
type job[C cell] struct {
	cell C
	set  *shared
}

// plan finds the cells that are not done and returns all. grid returns those of a set.
func (r *runner[C, E]) plan(sets []Source, grid func(dataset, group string) []C) []C {
	r.skipped = map[string]*Skipped{}
	var all []C
	for _, source := range sets {
		set := &shared{source: source}
		for _, c := range grid(source.Name, source.Group) {
			all = append(all, c)
			if _, done := r.results.done[c]; done {
				r.done++
				continue
			}
			set.left++
			r.pace.expect(c.base())
			r.jobs = append(r.jobs, job[C]{c, set})
		}
	}
	r.total = len(all)
	return all
}

// finish runs all jobs, as many at once as threads says, and closes the journal.
func (r *runner[C, E]) finish(ctx context.Context, all []C, threads int) error {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(threads)
	for _, j := range r.jobs {
		if running.Err() != nil {
			break
		}
		g.Go(func() error { return r.finishJob(running, j, threads) })
	}
	if err := errors.Join(g.Wait(), ctx.Err()); err != nil {
		return errors.Join(err, r.results.close(nil))
	}
	return r.results.close(all)
}

// finishJob runs a job and records what comes of it.
func (r *runner[C, E]) finishJob(ctx context.Context, j job[C], threads int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	start := time.Now()
	defer j.set.release()
	var found E
	set, err := j.set.acquire(ctx)
	if err == nil {
		found, err = r.run(ctx, set, j.cell)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		if err := r.results.add(found); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	cell := j.cell.base()
	r.pace.took(cell, time.Since(start).Seconds())
	p := Progress{Done: r.done, Total: r.total, Left: r.pace.left(threads), Cell: &cell}
	if err != nil {
		p.Cell, p.Skipped = nil, r.skip(cell, err)
	}
	if r.progress != nil && (p.Cell != nil || p.Skipped.Cells == 1) {
		r.progress(p)
	}
	return nil
}

// skip counts a cell that cannot be run.
func (r *runner[C, E]) skip(c Cell, err error) *Skipped {
	key := c.Group + "/" + c.Dataset
	if r.skipped[key] == nil {
		r.skipped[key] = &Skipped{Dataset: c.Dataset, Group: c.Group, Reason: err.Error()}
	}
	r.skipped[key].Cells++
	return r.skipped[key]
}

func (r *runner[C, E]) skippedInOrder(sets []Source) []Skipped {
	var out []Skipped
	for _, source := range sets {
		if k := r.skipped[source.Group+"/"+source.Name]; k != nil {
			out = append(out, *k)
		}
	}
	return out
}
