package parallel

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestDoRunsEachTaskOnce(t *testing.T) {
	for _, threads := range []int{1, 2, 8, 100} {
		var calls [50]atomic.Int32
		err := Do(t.Context(), threads, len(calls), func(worker, task int) error {
			if worker < 0 || worker >= threads {
				t.Errorf("worker %d of %d", worker, threads)
			}
			calls[task].Add(1)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for task := range calls {
			if got := calls[task].Load(); got != 1 {
				t.Errorf("%d threads: task %d ran %d times", threads, task, got)
			}
		}
	}
}

func TestDoStopsAtAnError(t *testing.T) {
	want := errors.New("broken")
	ran := 0
	err := Do(t.Context(), 1, 10, func(_, task int) error {
		ran++
		if task == 3 {
			return want
		}
		return nil
	})
	if !errors.Is(err, want) || ran != 4 {
		t.Errorf("got error %v after %d tasks, want %v after 4", err, ran, want)
	}
}

func TestDoStopsWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := Do(ctx, 2, 1000, func(_, task int) error {
		if task == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestRangeCoversAllItemsInOrder(t *testing.T) {
	for _, n := range []int{0, 1, 7, 64, 1000} {
		for tasks := 1; tasks < 12; tasks++ {
			end := 0
			for task := range tasks {
				lo, hi := Range(n, tasks, task)
				if lo != end || hi < lo {
					t.Fatalf("%d items, %d tasks: task %d has [%d,%d) after %d", n, tasks, task, lo, hi, end)
				}
				end = hi
			}
			if end != n {
				t.Errorf("%d items, %d tasks: only %d covered", n, tasks, end)
			}
		}
	}
}

func TestChunks(t *testing.T) {
	for _, n := range []int{0, 1, 7, 64, 65} {
		calls := make([]atomic.Int32, n)
		Chunks(3, n, 8, func(lo, hi int) {
			if hi-lo > 8 {
				t.Errorf("a chunk of %d", hi-lo)
			}
			for i := lo; i < hi; i++ {
				calls[i].Add(1)
			}
		})
		for i := range calls {
			if got := calls[i].Load(); got != 1 {
				t.Errorf("item %d of %d: %d calls", i, n, got)
			}
		}
	}
}

// TestDoPassesPanicsOn expects the value that one of many workers panics with in
// the goroutine that called Do, after all workers have stopped.
func TestDoPassesPanicsOn(t *testing.T) {
	want := errors.New("broken")
	for _, threads := range []int{1, 8} {
		var running atomic.Int32
		got := func() (value any) {
			defer func() { value = recover() }()
			err := Do(t.Context(), threads, 1000, func(_, task int) error {
				running.Add(1)
				defer running.Add(-1)
				if task == 7 {
					panic(want)
				}
				return nil
			})
			t.Errorf("%d threads: Do returned %v", threads, err)
			return nil
		}()
		if got != want || running.Load() != 0 {
			t.Errorf("%d threads: got %v with %d tasks running, want %v and none", threads, got, running.Load(), want)
		}
	}
}

// TestDoPassesGoexitOn: the caller of Do must not take an exit, as t.FailNow makes
// it, for an end of the work.
func TestDoPassesGoexitOn(t *testing.T) {
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = Do(t.Context(), 4, 100, func(_, task int) error {
			if task == 7 {
				runtime.Goexit()
			}
			return nil
		})
		returned = true
	}()
	<-done
	if returned {
		t.Error("Do returned though a worker exited")
	}
}
