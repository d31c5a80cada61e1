package graph

import (
	"context"
	"sync"

	"github.com/nngmix/nngmix/internal/parallel"
)

// About how long the stages of a build take for a row, in one unit: a compromise
// between tables of 10 to 500 columns.
const (
	splitWork   = 2 // each halving
	compareWork = 50
	chooseWork  = 25
	reverseWork = 10
	refineWork  = 300
	connectWork = 2
)

// stages returns the work of the stages of a build of n rows that go through do, in
// their order: those of order, and of link for each layer.
func (b *Builder) stages(n int) (work []float64) {
	split := func(rows, leaf int) {
		for left := rows; left > leaf; left /= 2 {
			work = append(work, splitWork*float64(rows))
		}
	}
	split(n, orderLeaf)
	for shift := int(b.topShift(n)); shift >= 0; shift -= layerShift {
		rows := nested(n, uint(shift), 0).Size
		for range b.tune.partitions {
			split(rows, b.tune.Leaf)
			work = append(work, compareWork*float64(rows))
		}
		for _, each := range []float64{chooseWork, reverseWork, refineWork, reverseWork} {
			work = append(work, each*float64(rows))
		}
	}
	return work
}

// steps tells Options.Progress how far a build is. A nil one tells nothing.
type steps struct {
	report func(done, total int)
	todo   []float64 // work of the stages that have not begun
	total  float64

	mu     sync.Mutex
	before float64 // work of the stages that ended
	told   int
}

// reported is the number of steps that are told apart.
const reported = 1000

// newSteps returns steps for stages and a last one of the given work, or nil where
// there is nobody to tell.
func newSteps(report func(done, total int), stages []float64, last float64) *steps {
	if report == nil {
		return nil
	}
	s := &steps{report: report, todo: stages, total: last}
	for _, work := range stages {
		s.total += work
	}
	return s
}

// do is parallel.Do for the next stage.
func (s *steps) do(ctx context.Context, threads, tasks int, f func(worker, task int) error) error {
	if s == nil || len(s.todo) == 0 {
		return parallel.Do(ctx, threads, tasks, f)
	}
	work, ended := s.todo[0], 0
	s.todo = s.todo[1:]
	err := parallel.Do(ctx, threads, tasks, func(worker, task int) error {
		if err := f(worker, task); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		ended++
		s.tell(min(reported-1, int((s.before+work*float64(ended)/float64(tasks))/s.total*reported)))
		return nil
	})
	s.before += work
	return err
}

// tell reports done unless it was.
func (s *steps) tell(done int) {
	if done > s.told {
		s.told = done
		s.report(done, reported)
	}
}

// End reports the end of a build without an error.
func (s *steps) End() {
	if s != nil {
		s.tell(reported)
	}
}
