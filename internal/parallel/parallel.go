// Package parallel runs numbered tasks on a fixed number of goroutines.
package parallel

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Threads returns threads, or GOMAXPROCS where it is 0.
func Threads(threads int) int {
	if threads == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return threads
}

// Do calls f(worker, task) once for each task below tasks, from up to threads
// goroutines with worker numbers below threads; tasks are handed out in order.
// It returns the first error, or that of ctx when it ends; tasks that have not
// begun by then are not begun. Where there is one worker, that is the caller. A panic
// in f, with its value, and runtime.Goexit reach the goroutine that called Do, once
// all workers have stopped.
func Do(ctx context.Context, threads, tasks int, f func(worker, task int) error) error {
	var next atomic.Int64
	work := func(ctx context.Context, worker int) error {
		for {
			task := int(next.Add(1)) - 1
			if task >= tasks {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := f(worker, task); err != nil {
				return err
			}
		}
	}
	if min(threads, tasks) == 1 {
		return work(ctx, 0)
	}
	var failed failure
	g, ctx := errgroup.WithContext(ctx)
	for worker := range min(threads, tasks) {
		g.Go(func() error {
			return failed.guard(func() error { return work(ctx, worker) })
		})
	}
	err := g.Wait()
	failed.pass()
	return err
}

// Range returns the part of n items that belongs to task of tasks, as near to
// equal shares as can be.
func Range(n, tasks, task int) (lo, hi int) {
	return int(int64(n) * int64(task) / int64(tasks)), int(int64(n) * int64(task+1) / int64(tasks))
}

// Chunks calls f for chunks of at most size of n items, from up to threads goroutines,
// and returns when all are done.
func Chunks(threads, n, size int, f func(lo, hi int)) {
	tasks := (n + size - 1) / size
	_ = Do(context.Background(), threads, tasks, func(_, task int) error { // no error: f has none
		f(task*size, min((task+1)*size, n))
		return nil
	})
}
