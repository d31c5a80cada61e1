package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nngmix/nngmix/ann"
)

// errPanic is what filters panic with.
var errPanic = errors.New("a filter panics")

// search makes one search of any kind and checks the answer.
func (w *worker) search() {
	a := &answer{query: w.row(), k: 1 + w.r.IntN(30), radius: math.Inf(1)}
	opt := ann.SearchOptions{Threads: 1 + w.r.IntN(2), EfSearch: []int{0, 4, 16, 40}[w.r.IntN(4)]}
	slow := w.limit(a, &opt)
	ctx, cancel := w.context()
	defer cancel()
	if w.r.IntN(20) == 0 {
		a.query, a.k = w.place(), 2
	}
	kinds := []func(ctx context.Context, a *answer, opt ann.SearchOptions) error{w.one, w.one, w.batch, w.within, w.exactly}
	kind := kinds[w.r.IntN(len(kinds))]
	if w.r.IntN(4) > 0 {
		kind = w.one
	}
	start := time.Now()
	a.begin = w.model.begin(w.number)
	defer w.model.forget(w.number)
	err := guarded(func() error { return kind(ctx, a, opt) })
	a.end = w.model.end()
	w.calls.add(a.what)
	if !slow {
		w.reads.add(a.what, time.Since(start))
	}
	switch {
	case errors.Is(err, errPanic):
		w.calls.add("panic of a filter")
	case ended(ctx, err):
		w.calls.add("context that ended")
	case err != nil:
		w.fail("%s: %w", a.what, err)
	default:
		if err := w.check(a); err != nil {
			w.fail("%w", err)
		}
		if a.k == 2 && a.allow == nil && a.ids == nil {
			if err := checkTwins(a.found, w.twins); err != nil {
				w.fail("%w", err)
			}
		}
	}
}

// guarded calls f and returns its error, or that with which it panics.
func guarded(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			if value != errPanic {
				panic(value)
			}
			err = errPanic
		}
	}()
	return f()
}

// limit limits half of the searches to some rows. It tells whether the filter is slow.
func (w *worker) limit(a *answer, opt *ann.SearchOptions) (slow bool) {
	every := []uint64{1, 2, 3, 10, 100, 1000}[w.r.IntN(6)]
	switch w.r.IntN(6) {
	case 0:
		opt.Allowed = new(ann.Bitmap)
		for id := w.r.Uint32N(uint32(every)); id < 20_000; id += uint32(every) {
			opt.Allowed.Add(id)
		}
		a.ids = opt.Allowed
		return false
	case 1, 2:
		a.allow = func(key uint64) bool { return key%every == 0 }
		opt.FilterKey = a.allow
	default:
		return false
	}
	if w.r.IntN(2) == 0 {
		return false
	}
	calls, last, panics := make(chan int, 1), w.r.IntN(300), w.r.IntN(2) == 0 // the filter is called from several goroutines
	calls <- 0
	opt.FilterKey = func(key uint64) bool {
		n := <-calls
		calls <- n + 1
		switch {
		case panics && n == last:
			panic(errPanic)
		case !panics && n < 20:
			time.Sleep(200 * time.Microsecond)
		}
		return a.allow(key)
	}
	return true
}

// one asks for one query.
func (w *worker) one(ctx context.Context, a *answer, opt ann.SearchOptions) (err error) {
	a.what = "Search"
	a.found, err = w.index.Search(ctx, a.query, a.k, opt)
	return err
}

// batch asks for a query many times at once: all answers are of one state, so they are
// the same.
func (w *worker) batch(ctx context.Context, a *answer, opt ann.SearchOptions) error {
	a.what = "SearchBatch"
	res, err := w.index.SearchBatch(ctx, slices.Repeat(a.query, 1+w.r.IntN(12)), a.k, opt)
	if err != nil {
		return err
	}
	a.found = of(res, 0)
	for q := range res.Counts {
		if !slices.Equal(of(res, q), a.found) {
			return fmt.Errorf("equal queries have other answers: %v and %v", a.found, of(res, q))
		}
	}
	return nil
}

// of returns the neighbors of query q.
func of(res *ann.Result, q int) (found []ann.Neighbor) {
	ids, distances := res.Of(q)
	for i, id := range ids {
		found = append(found, ann.Neighbor{ID: id, Key: res.Keys[q*res.K+i], Distance: distances[i]})
	}
	return found
}

// within asks for all rows within a radius.
func (w *worker) within(ctx context.Context, a *answer, opt ann.SearchOptions) (err error) {
	a.what, a.k, a.radius = "SearchRange", 1+w.r.IntN(400), 30*w.r.Float64()
	a.found, err = w.index.SearchRange(ctx, a.query, a.radius, a.k, opt)
	return err
}

// exactly asks for the truth.
func (w *worker) exactly(ctx context.Context, a *answer, opt ann.SearchOptions) error {
	a.what, a.exact = "SearchExact", true
	res, err := w.index.SearchExact(ctx, a.query, a.k, opt)
	if err == nil {
		a.found = of(res, 0)
	}
	return err
}

// read makes one of the other calls that read.
func (w *worker) read() {
	key := uint64(w.r.IntN(len(w.model.keys)))
	begin := w.model.begin(w.number)
	defer w.model.forget(w.number)
	start, name := time.Now(), ""
	switch w.r.IntN(4) {
	case 0:
		name = "ID"
		_, ok := w.index.ID(key)
		w.expect(name, key, begin, func(row []float32) bool { return (row != nil) == ok })
	case 1:
		name = "Row"
		var row []float32
		id, ok := w.index.ID(key)
		if ok {
			var err error
			if row, err = w.index.Row(nil, id); errors.Is(err, ann.ErrID) {
				row = nil // deleted in between
			} else if err != nil {
				w.fail("Row: %w", err)
			}
		}
		w.expect(name, key, begin, func(want []float32) bool { return slices.Equal(want, row) })
	case 2:
		name = "Stats, Len, Meta"
		if s := w.index.Stats(); s.Rows > len(w.model.keys) || w.index.Len() > len(w.model.keys) {
			w.fail("there are %d rows of %d keys", s.Rows, len(w.model.keys))
		}
		w.index.Meta()
	case 3:
		name = "Contains"
		w.index.Contains(w.r.Uint32N(30_000))
	}
	w.reads.add(name, time.Since(start))
	w.calls.add(name)
}

// expect fails unless key may have had a row that fits since begin.
func (w *worker) expect(name string, key uint64, begin int64, fits func(row []float32) bool) {
	if end := w.model.end(); !w.model.possible(key, begin, end, fits) {
		w.fail("%s: key %d had nothing like that", name, key)
	}
}
