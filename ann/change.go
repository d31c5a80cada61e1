package ann

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Changes make what takes long, graphs, beside the state that searches see, and
// then replace the state in a moment, under Index.mu. Only where graphs are as many
// as a file can hold, and none of them can be merged because they all are being
// merged, a change that adds one has to wait.

// Add adds rows, row-major, and returns the id of the first of them; the others
// follow. Searches that start after Add has returned find them.
//
// The new rows get a graph of their own, which is merged with those of rows added
// before once it has grown to half their size: adding n rows, in whatever pieces,
// costs about log2(n) times building an index of n rows. Deleted rows go when
// their graph is merged. On an error, which is one that Build gives for such
// rows, or ErrClosed, nothing has changed. Where ctx ends while graphs are merged the
// rows are there, and Add has no error: a later change merges the graphs.
func (x *Index) Add(ctx context.Context, rows []float32, opt ChangeOptions) (first uint32, err error) {
	if err := opt.Validate(); err != nil {
		return 0, err
	}
	g, err := x.enter(0)
	if err != nil {
		return 0, err
	}
	defer g.end(&err)
	if err := checkRows(rows, x.space.dim, parallel.Threads(x.opt.Threads)); err != nil {
		return 0, err
	}
	if err := x.opt.checkKeys(nil, len(rows)/x.space.dim); err != nil {
		return 0, err
	}
	return x.addRows(ctx, nil, rows, steer(opt, 2))
}

// addRows adds rows, which are checked, with their keys, and returns the id of the
// first.
func (x *Index) addRows(ctx context.Context, keys []uint64, rows []float32, steer *steering) (first uint32, err error) {
	n := len(rows) / x.space.dim
	if err := x.state.Load().checkNew(n, keys); err != nil {
		return 0, err
	}
	s, err := buildSegment(ctx, rows, rowNames{ids: sequence(0, n), keys: keys}, x.space.dim, steer.options(x), x.tune)
	if err != nil {
		return 0, err
	}
	steer.done()
	err = x.put(ctx, s, steer, func(st *state) error {
		if err := st.checkNew(n, keys); err != nil {
			return err
		}
		first = st.next
		s.shift(first)
		st.next += uint32(n)
		return nil
	})
	return first, err
}

// checkNew returns an error where n more rows with the given keys cannot be added.
func (st *state) checkNew(n int, keys []uint64) error {
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	if err := st.checkIDs(n); err != nil {
		return err
	}
	for _, key := range keys {
		if id, ok := st.idOf(key); ok {
			return fmt.Errorf("%w: key %d is that of row %d already", ErrKey, key, id)
		}
	}
	return nil
}

// checkIDs returns an error where there are not n more ids.
func (st *state) checkIDs(n int) error {
	if int64(st.next)+int64(n) > math.MaxUint32 {
		return fmt.Errorf("%w: ids up to %d are taken, %d more rows do not fit", ErrTooLarge, st.next, n)
	}
	return nil
}

// Set replaces the rows with the given ids, which are ascending; row i of rows
// takes the place of ids[i]. A row that was deleted comes back. The ids must have
// been given by Build or Add: ErrID otherwise. Searches see either all of the
// change or nothing of it. What Add says of graphs, ctx and errors is so here.
//
// The rows of an index with keys are replaced by Upsert: the error is ErrKey there.
func (x *Index) Set(ctx context.Context, ids []uint32, rows []float32, opt ChangeOptions) (err error) {
	if err := opt.Validate(); err != nil {
		return err
	}
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	if err := checkRows(rows, x.space.dim, parallel.Threads(x.opt.Threads)); err != nil {
		return err
	}
	st := x.state.Load()
	switch {
	case x.opt.Keyed:
		return fmt.Errorf("%w: rows of this index have them: use Upsert", ErrKey)
	case len(rows) != len(ids)*x.space.dim:
		return fmt.Errorf("%w: %d ids for %d rows", ErrDimension, len(ids), len(rows)/x.space.dim)
	case !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids):
		return fmt.Errorf("%w: ids must be ascending and distinct", ErrID)
	case ids[len(ids)-1] >= st.next:
		return fmt.Errorf("%w: %d, the index has given ids below %d", ErrID, ids[len(ids)-1], st.next)
	}
	ids = slices.Clone(ids)
	steer := steer(opt, 2)
	s, err := buildSegment(ctx, rows, rowNames{ids: ids}, x.space.dim, steer.options(x), x.tune)
	if err != nil {
		return err
	}
	steer.done()
	x.state.Load().prepare()
	return x.put(ctx, s, steer, func(st *state) error {
		st.hide(ids)
		return nil
	})
}

// Delete deletes the rows with the given ids and returns how many of them were
// there. Searches that start after it has returned do not find them; their memory
// is freed when Add, Set or Compact merges their graph.
//
// A deletion takes some microseconds, however many rows there are. The first one
// from an opened or loaded index makes a table of all ids, which takes 4 bytes and
// some nanoseconds a row.
func (x *Index) Delete(ids ...uint32) (n int) {
	return x.remove(func(st *state) int { return st.hide(ids) })
}

// remove replaces the state by one from which hide has taken rows, and returns how many
// that were.
func (x *Index) remove(hide func(st *state) int) (n int) {
	g, err := x.enter(0)
	if err != nil {
		return 0
	}
	defer g.end(&err)
	x.state.Load().prepare()
	x.mu.Lock()
	defer x.mu.Unlock()
	next := x.state.Load().copy()
	if n := hide(next); n > 0 {
		x.publish(next)
		return n
	}
	return 0
}

// copy returns a copy of st that may be changed.
func (st *state) copy() *state {
	next := *st
	next.views = slices.Clone(st.views)
	return &next
}

// prepare makes what hide needs and takes long.
func (st *state) prepare() {
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	for i := range st.views {
		st.views[i].positions()
		st.views[i].keyPositions()
	}
}

// hide takes the rows with the given ids out of st, which nobody else sees, and
// returns how many of them were there.
func (st *state) hide(ids []uint32) (n int) {
	for i := range st.views {
		n += st.views[i].hide(ids)
	}
	st.live -= n
	return n
}

// hide takes the rows with the given ids out of v and returns how many of them were
// there.
func (v *view) hide(ids []uint32) (n int) {
	return v.hideAll(len(ids), func(i int) (uint32, bool) { return v.position(ids[i]) })
}

// hideAll takes n rows out of v, of which position returns the places, if they have any,
// and returns how many of them were there.
func (v *view) hideAll(n int, position func(i int) (at uint32, ok bool)) (hidden int) {
	defer runtime.KeepAlive(v.segment) // its memory may be a mapped file
	e := v.hidden.edit(len(v.ids))
	for i := range n {
		if at, ok := position(i); ok && !e.has(at) {
			e.add(at)
			hidden++
		}
	}
	v.hidden = e.rowSet
	v.live -= hidden
	return hidden
}
