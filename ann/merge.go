package ann

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/internal/parallel"
)

// usualSegments is how many segments there are at most while nothing is being
// merged. The others of maxSegments are for changes made during a merge.
const usualSegments = maxSegments - 3

// Compact makes one graph of all rows and frees the memory of deleted ones. It
// takes as long as Build. Searches and changes go on: rows added meanwhile stay in a
// graph of their own, and those deleted are deleted. The error is ErrTooLarge where
// the rows are more than a graph can have, ErrClosed, or that of ctx.
func (x *Index) Compact(ctx context.Context, opt ChangeOptions) (err error) {
	if err := opt.Validate(); err != nil {
		return err
	}
	steer := steer(opt, 1)
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	for {
		x.mu.Lock()
		st, ended := x.state.Load(), x.mergeEnded
		if len(x.merging) > 0 {
			x.mu.Unlock()
			if err := await(ctx, ended); err != nil {
				return err
			}
			continue
		}
		if len(st.views) == 0 || len(st.views) == 1 && st.views[0].hidden.empty() {
			x.mu.Unlock()
			steer.end()
			return nil
		}
		if st.live > graph.MaxNodes {
			x.mu.Unlock()
			return fmt.Errorf("%w: %d rows in one graph, want at most %d", ErrTooLarge, st.live, graph.MaxNodes)
		}
		x.claim(st.views)
		x.mu.Unlock()
		if err := x.mergeClaimed(ctx, st.views, steer); err != nil {
			return err
		}
		steer.end()
		return nil
	}
}

// await waits until ended is closed, or returns the error of ctx.
func await(ctx context.Context, ended <-chan struct{}) error {
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// put replaces the state by one that change has changed and that also shows s, and
// merges segments where it is time for that. An error means that nothing is changed.
func (x *Index) put(ctx context.Context, s *segment, steer *steering, change func(st *state) error) error {
	if err := x.lockWithRoom(ctx, steer); err != nil {
		return err
	}
	next := x.state.Load().copy()
	err := change(next)
	if err == nil {
		next.views = append(next.views, view{segment: s, live: len(s.ids)})
		next.live += len(s.ids)
		x.publish(next)
	}
	x.mu.Unlock()
	if err == nil {
		_ = x.mergeTail(ctx, steer) // the rows are there; a later change merges what this one could not
		steer.end()
	}
	return err
}

// lockWithRoom locks x.mu when there is room for one more segment.
func (x *Index) lockWithRoom(ctx context.Context, steer *steering) error {
	for {
		x.mu.Lock()
		st, ended := x.state.Load(), x.mergeEnded
		if len(st.views) < maxSegments {
			return nil
		}
		idle, mergeable := len(x.merging) == 0, x.tail(st.views) < len(st.views)-1
		x.mu.Unlock()
		var err error
		switch {
		case mergeable:
			err = x.mergeTail(ctx, steer)
		case idle:
			err = fmt.Errorf("%w: %d rows", ErrTooLarge, st.live)
		default:
			err = await(ctx, ended)
		}
		if err != nil {
			return err
		}
	}
}

// tail returns the first of the views that are to be merged into one: the last
// ones, as far as each is at most twice as large as those behind it together, or
// too many. x.mu is held.
func (x *Index) tail(views []view) int {
	free := len(views) // views from here on are not being merged
	for free > 0 && !x.merging[views[free-1].segment] {
		free--
	}
	tail := len(views) - 1
	if free > tail {
		return len(views)
	}
	for size := views[tail].live; tail > free; tail-- {
		before := views[tail-1].live
		if before > 2*size && tail < usualSegments || size+before > graph.MaxNodes {
			break
		}
		size += before
	}
	return tail
}

// mergeTail merges the last views into one where it is time for that.
func (x *Index) mergeTail(ctx context.Context, steer *steering) error {
	x.mu.Lock()
	views := x.state.Load().views
	tail := x.tail(views)
	if tail >= len(views)-1 {
		x.mu.Unlock()
		return nil
	}
	x.claim(views[tail:])
	x.mu.Unlock()
	return x.mergeClaimed(ctx, views[tail:], steer)
}

// claim takes note that views are being merged. x.mu is held.
func (x *Index) claim(views []view) {
	for _, v := range views {
		x.merging[v.segment] = true
	}
}

// mergeClaimed makes one segment of views, which are claimed, and replaces them by
// it in the state, without the rows that were deleted meanwhile.
func (x *Index) mergeClaimed(ctx context.Context, views []view, steer *steering) error {
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, v := range views {
			delete(x.merging, v.segment)
		}
		close(x.mergeEnded)
		x.mergeEnded = make(chan struct{})
	}()
	merged, err := x.merge(ctx, views, steer.options(x))
	if err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.publish(x.state.Load().replace(views, merged))
	return nil
}

// place returns where in st the claimed views are: side by side, as when they were
// claimed.
func (st *state) place(views []view) int {
	return slices.IndexFunc(st.views, func(v view) bool { return v.segment == views[0].segment })
}

// deletedSince returns the ids of the rows that views show and st does not.
func (st *state) deletedSince(views []view) (ids []uint32) {
	defer runtime.KeepAlive(views) // their memory may be a mapped file
	at := st.place(views)
	for i := range views {
		for _, row := range st.views[at+i].hidden.missing(&views[i].hidden) {
			ids = append(ids, views[i].id(row))
		}
	}
	return ids
}

// replace returns st with merged, which may be nil for no rows, in the place of views.
func (st *state) replace(views []view, merged *segment) *state {
	at := st.place(views)
	next := &state{next: st.next, views: slices.Clone(st.views[:at])}
	if merged != nil {
		v := view{segment: merged, live: len(merged.ids)}
		v.hide(st.deletedSince(views))
		next.views = append(next.views, v)
	}
	next.views = append(next.views, st.views[at+len(views):]...)
	for i := range next.views {
		next.live += next.views[i].live
	}
	return next
}

// merge returns a segment of the rows of views, or nil where they have none.
func (x *Index) merge(ctx context.Context, views []view, opt Options) (*segment, error) {
	defer runtime.KeepAlive(views) // their memory may be a mapped file
	dim := x.space.dim
	type row struct {
		id, view, value uint32
		key             uint64
	}
	var all []row
	for i := range views {
		v := &views[i]
		for value := range uint32(v.unique()) {
			for at, end := v.valueRows(value); at < end; at++ {
				if !v.hidden.has(at) {
					all = append(all, row{v.id(at), uint32(i), value, v.key(at)})
				}
			}
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	slices.SortFunc(all, func(a, b row) int { return cmp.Compare(a.id, b.id) })
	names := rowNames{ids: make([]uint32, len(all))}
	if opt.Keyed {
		names.keys = make([]uint64, len(all))
	}
	rows := make([]float32, 0, len(all)*dim)
	room := make([]float32, views[0].Stride)
	for i, r := range all {
		names.ids[i] = r.id
		if names.keys != nil {
			names.keys[i] = r.key
		}
		rows = append(rows, views[r.view].value(room, r.value)...)
	}
	if err := checkFinite("row", rows, dim, parallel.Threads(opt.Threads)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err) // of a file, since what is added is checked
	}
	return buildSegment(ctx, rows, names, dim, opt, x.tune)
}
