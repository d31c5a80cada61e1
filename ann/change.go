package ann

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Add adds rows, row-major, and returns the id of the first of them; the others
// follow. Searches that start after Add has returned find them.
//
// The new rows get a graph of their own, which is merged with those of rows added
// before once it has grown to half their size: adding n rows, in whatever pieces,
// costs about log2(n) times building an index of n rows. Deleted rows go when
// their graph is merged. On an error, which is one that Build gives for such
// rows, nothing has changed.
func (x *Index) Add(ctx context.Context, rows []float32) (first uint32, err error) {
	if err := checkRows(rows, x.space.dim, parallel.Threads(x.opt.Threads)); err != nil {
		return 0, err
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	st := x.state.Load()
	n := len(rows) / x.space.dim
	if int64(st.next)+int64(n) > math.MaxUint32 {
		return 0, fmt.Errorf("%w: ids up to %d are taken, %d more rows do not fit", ErrTooLarge, st.next, n)
	}
	next, err := x.append(ctx, st, rows, sequence(st.next, n))
	if err != nil {
		return 0, err
	}
	next.next = st.next + uint32(n)
	x.state.Store(next)
	return st.next, nil
}

// Set replaces the rows with the given ids, which are ascending; row i of rows
// takes the place of ids[i]. A row that was deleted comes back. The ids must have
// been given by Build or Add: ErrID otherwise. Searches see either all of the
// change or nothing of it.
func (x *Index) Set(ctx context.Context, ids []uint32, rows []float32) error {
	if err := checkRows(rows, x.space.dim, parallel.Threads(x.opt.Threads)); err != nil {
		return err
	}
	x.writing.Lock()
	defer x.writing.Unlock()
	st := x.state.Load()
	switch {
	case len(rows) != len(ids)*x.space.dim:
		return fmt.Errorf("%w: %d ids for %d rows", ErrDimension, len(ids), len(rows)/x.space.dim)
	case !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids):
		return fmt.Errorf("%w: ids must be ascending and distinct", ErrID)
	case ids[len(ids)-1] >= st.next:
		return fmt.Errorf("%w: %d, the index has given ids below %d", ErrID, ids[len(ids)-1], st.next)
	}
	without, _ := st.without(ids)
	next, err := x.append(ctx, without, rows, slices.Clone(ids))
	if err != nil {
		return err
	}
	x.state.Store(next)
	return nil
}

// Delete deletes the rows with the given ids and returns how many of them were
// there. Searches that start after it has returned do not find them; their memory
// is freed when Add, Set or Compact merges their graph.
func (x *Index) Delete(ids ...uint32) int {
	x.writing.Lock()
	defer x.writing.Unlock()
	next, n := x.state.Load().without(ids)
	if n > 0 {
		x.state.Store(next)
	}
	return n
}

// Compact makes one graph of all rows and frees the memory of deleted ones. It
// takes as long as Build.
func (x *Index) Compact(ctx context.Context) error {
	x.writing.Lock()
	defer x.writing.Unlock()
	st := x.state.Load()
	if len(st.views) == 1 && st.views[0].hidden == nil {
		return nil
	}
	merged, err := x.merge(ctx, st.views)
	if err != nil {
		return err
	}
	x.state.Store(&state{views: merged, next: st.next, live: st.live})
	return nil
}

// append returns st with rows, whose ids are ascending.
func (x *Index) append(ctx context.Context, st *state, rows []float32, ids []uint32) (*state, error) {
	s, err := buildSegment(ctx, rows, ids, x.space.dim, x.opt, x.tune)
	if err != nil {
		return nil, err
	}
	views := append(slices.Clone(st.views), view{segment: s, live: len(ids)})
	tail := len(views) - 1 // views from here on are merged
	for size := views[tail].live; tail > 0 && (views[tail-1].live <= 2*size || tail >= maxSegments); tail-- {
		size += views[tail-1].live
	}
	if tail < len(views)-1 {
		merged, err := x.merge(ctx, views[tail:])
		if err != nil {
			return nil, err
		}
		views = append(views[:tail:tail], merged...)
	}
	return &state{views: views, next: st.next, live: st.live + len(ids)}, nil
}

// merge returns one view of the rows of views, or none where they have no rows.
func (x *Index) merge(ctx context.Context, views []view) ([]view, error) {
	defer runtime.KeepAlive(views) // their memory may be a mapped file
	dim := x.space.dim
	type place struct {
		view  int
		value uint32
	}
	places := map[uint32]place{}
	var ids []uint32
	for i := range views {
		v := &views[i]
		for value := range uint32(v.unique()) {
			for _, id := range v.appendRows(nil, value, math.MaxInt, nil) {
				places[id] = place{i, value}
				ids = append(ids, id)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	slices.Sort(ids)
	rows := make([]float32, 0, len(ids)*dim)
	room := make([]float32, views[0].stride)
	for _, id := range ids {
		p := places[id]
		rows = append(rows, views[p.view].value(room, p.value)...)
	}
	s, err := buildSegment(ctx, rows, ids, dim, x.opt, x.tune)
	if err != nil {
		return nil, err
	}
	return []view{{segment: s, live: len(ids)}}, nil
}

// without returns st without the rows with the given ids, and how many of them
// were there.
func (st *state) without(ids []uint32) (*state, int) {
	gone := make(map[uint32]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	next := &state{views: slices.Clone(st.views), next: st.next, live: st.live}
	for i := range next.views {
		next.views[i].hide(gone)
		next.live -= st.views[i].live - next.views[i].live
	}
	return next, st.live - next.live
}

// hide takes the rows in gone out of v.
func (v *view) hide(gone map[uint32]bool) {
	owned := false
	for at, id := range v.ids {
		if gone[id] && !v.hidden.has(uint32(at)) {
			v.hidden = v.hidden.with(uint32(at), len(v.ids), owned)
			owned = true
			v.live--
		}
	}
}
