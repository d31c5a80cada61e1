package graph

import (
	"context"
	"slices"
)

// ChunkRows is the number of rows that a worker takes at a time.
const ChunkRows = 256

// addReverse adds to the list of each row the rows that link to it. Where the
// list then is too long, its links are chosen anew.
//
// Links are grouped by their target first, sources ascending, and each list is
// written by one worker that looks at nothing but what was there before: the
// outcome does not depend on the number of threads.
func (b *Builder) addReverse(ctx context.Context, l *Layer) error {
	starts, sources := incoming(l)
	return b.eachRow(ctx, l, func(w *worker, id uint32) {
		i := l.index(id)
		w.addIncoming(l, id, sources[starts[i]:starts[i+1]])
	})
}

// incoming returns the rows that link to each row: those that link to row i of l
// are sources[starts[i]:starts[i+1]], ascending. Links may be more than 2³².
func incoming(l *Layer) (starts []uint64, sources []uint32) {
	starts = make([]uint64, l.Size+2) // starts[i+1] is where row i's sources go; then it runs to their end
	for i := range l.Size {
		for _, to := range l.linked(l.id(i)) {
			starts[l.index(to)+2]++
		}
	}
	accumulate(starts)
	sources = make([]uint32, starts[l.Size+1])
	for i := range l.Size {
		id := l.id(i)
		for _, to := range l.linked(id) {
			end := &starts[l.index(to)+1]
			sources[*end] = id
			*end++
		}
	}
	return starts[:l.Size+1], sources
}

// accumulate makes each of counts the sum of those up to it.
func accumulate(counts []uint64) {
	for i := range counts[1:] {
		counts[i+1] += counts[i]
	}
}

// addIncoming adds sources to the list of row.
func (w *worker) addIncoming(l *Layer, row uint32, sources []uint32) {
	list := l.list(row)
	links := trimList(list)
	w.union = append(w.union[:0], links...)
	for _, source := range sources {
		if !slices.Contains(links, source) {
			w.union = append(w.union, source)
		}
	}
	if len(w.union) <= l.Degree {
		setList(list, w.union)
		return
	}
	w.candidates = w.selector.measure(w.candidates, row, w.union)
	setList(list, w.selector.choose(w.candidates, l.Degree))
}

// eachRow calls f for all rows of l, from all workers.
func (b *Builder) eachRow(ctx context.Context, l *Layer, f func(w *worker, id uint32)) error {
	return b.eachChunk(ctx, l, func(w *worker, from, to int) {
		for i := from; i < to; i++ {
			f(w, l.id(i))
		}
	})
}

// eachChunk calls f for chunks that hold all rows of l, from all workers.
func (b *Builder) eachChunk(ctx context.Context, l *Layer, f func(w *worker, from, to int)) error {
	tasks := (l.Size + ChunkRows - 1) / ChunkRows
	return b.Steps.do(ctx, b.Threads, tasks, func(worker, task int) error {
		f(&b.workers[worker], task*ChunkRows, min((task+1)*ChunkRows, l.Size))
		return nil
	})
}
