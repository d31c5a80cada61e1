package ann

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// recorder keeps what Progress is told. The race detector sees calls that overlap.
type recorder struct{ done, totals []int }

func (r *recorder) progress(done, total int) {
	r.done, r.totals = append(r.done, done), append(r.totals, total)
}

// check fails unless done ascends in many steps and total stays.
func (r *recorder) check(t *testing.T) {
	t.Helper()
	for i, done := range r.done {
		if r.totals[i] != r.totals[0] || done > r.totals[0] || i > 0 && done <= r.done[i-1] {
			t.Fatalf("call %d: %d of %d, after %v", i, done, r.totals[i], r.done[:i])
		}
	}
	if len(r.done) < 100 {
		t.Errorf("%d calls only", len(r.done))
	}
}

// written builds an index of rows and returns its bytes.
func written(t *testing.T, rows []float32, opt Options) []byte {
	t.Helper()
	x, err := build(t.Context(), nil, rows, 8, opt, small)
	if err != nil {
		t.Fatal(err)
	}
	if x.Options().Progress != nil {
		t.Error("the index keeps Progress")
	}
	var b bytes.Buffer
	if _, err := x.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestProgress(t *testing.T) {
	rows := clustered(2500, 8, 5)
	for _, metric := range []exact.Metric{exact.L2Squared, exact.Cosine} {
		opt := DefaultOptions()
		opt.Metric = metric
		silent := written(t, rows, opt)
		for _, threads := range []int{1, 3} {
			t.Run(fmt.Sprintf("%v/threads=%d", metric, threads), func(t *testing.T) {
				var r recorder
				opt := opt
				opt.Threads, opt.Progress = threads, r.progress
				if !bytes.Equal(written(t, rows, opt), silent) {
					t.Error("Progress changes the index")
				}
				r.check(t)
				if last := len(r.done) - 1; r.done[last] != r.totals[last] {
					t.Errorf("it ends at %d of %d", r.done[last], r.totals[last])
				}
			})
		}
	}
}

func TestProgressOfFewRows(t *testing.T) {
	var r recorder
	opt := DefaultOptions()
	opt.Progress = r.progress
	if _, err := Build(t.Context(), []float32{1, 2, 3}, 1, opt); err != nil {
		t.Fatal(err)
	}
	if last := len(r.done) - 1; last < 0 || r.done[last] != r.totals[last] {
		t.Errorf("got %v of %v", r.done, r.totals)
	}
}

func TestProgressOfEndedContext(t *testing.T) {
	for _, threads := range []int{1, 3} {
		ctx, cancel := context.WithCancel(t.Context())
		var r recorder
		opt := DefaultOptions()
		opt.Threads, opt.Progress = threads, func(done, total int) {
			if r.progress(done, total); 2*done > total {
				cancel()
			}
		}
		_, err := build(ctx, nil, clustered(2500, 8, 5), 8, opt, small)
		if last := len(r.done) - 1; !errors.Is(err, context.Canceled) || r.done[last] == r.totals[last] {
			t.Errorf("%d threads: got %v after %v", threads, err, r.done)
		}
		r.check(t)
	}
}
