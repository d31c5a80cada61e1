package ann

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/nngmix/nngmix/internal/parallel"
)

// AddKeyed adds rows, row-major, of which row i has keys[i]. What Add says is so here.
// The error is also ErrKey, where a key is twice in keys or belongs to a row of x
// already: Upsert replaces such rows.
func (x *Index) AddKeyed(ctx context.Context, keys []uint64, rows []float32, opt ChangeOptions) (err error) {
	if err := opt.Validate(); err != nil {
		return err
	}
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	if err := x.checkKeyed(keys, rows); err != nil {
		return err
	}
	_, err = x.addRows(ctx, keys, rows, steer(opt, 2))
	return err
}

// Upsert puts rows, row-major, in the place of those with the same keys, or adds them
// where there are none: row i gets keys[i]. Searches see either all of the change or
// nothing of it. A row that is replaced keeps its id, unless several changes of its key
// run at once. What Add says of graphs, ctx and errors is so here; the error is also
// ErrKey, where a key is twice in keys.
func (x *Index) Upsert(ctx context.Context, keys []uint64, rows []float32, opt ChangeOptions) (err error) {
	if err := opt.Validate(); err != nil {
		return err
	}
	g, err := x.enter(0)
	if err != nil {
		return err
	}
	defer g.end(&err)
	if err := x.checkKeyed(keys, rows); err != nil {
		return err
	}
	ids, err := x.idsFor(keys)
	if err != nil {
		return err
	}
	sorted, names := inOrder(ids, keys, rows, x.space.dim)
	steer := steer(opt, 2)
	s, err := buildSegment(ctx, sorted, names, x.space.dim, steer.options(x), x.tune)
	if err != nil {
		return err
	}
	steer.done()
	x.state.Load().prepare()
	return x.put(ctx, s, steer, func(st *state) error {
		st.hideKeys(names.keys)
		return nil
	})
}

// DeleteKeys is Delete of the rows with the given keys.
func (x *Index) DeleteKeys(keys ...uint64) (n int) {
	return x.remove(func(st *state) int { return st.hideKeys(keys) })
}

// ID returns the id of the row with the given key, if searches can find one.
func (x *Index) ID(key uint64) (id uint32, ok bool) {
	g, err := x.enter(0)
	if err != nil {
		return 0, false
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	return st.idOf(key)
}

// Key returns the key of the row with the given id, if searches can find that and rows
// have keys.
func (x *Index) Key(id uint32) (key uint64, ok bool) {
	g, err := x.enter(0)
	if err != nil {
		return 0, false
	}
	defer g.end(&err)
	st := x.state.Load()
	defer runtime.KeepAlive(st) // its memory may be a mapped file
	v, at := st.find(id)
	if v == nil || v.keys == nil {
		return 0, false
	}
	return v.keys[at], true
}

// idOf returns the id of the row with the given key.
func (st *state) idOf(key uint64) (id uint32, ok bool) {
	for i := range st.views {
		v := &st.views[i]
		if at, ok := v.keyPosition(key); ok && !v.hidden.has(at) {
			return v.id(at), true
		}
	}
	return 0, false
}

// idsFor returns an id for each of keys: that of the row that has it, or a new one,
// which no other change gets.
func (x *Index) idsFor(keys []uint64) ([]uint32, error) {
	x.state.Load().prepare()
	x.mu.Lock()
	defer x.mu.Unlock()
	next := *x.state.Load()
	if err := next.checkIDs(len(keys)); err != nil {
		return nil, err
	}
	ids := make([]uint32, len(keys))
	for i, key := range keys {
		id, ok := next.idOf(key)
		if !ok {
			id = next.next
			next.next++
		}
		ids[i] = id
	}
	x.state.Store(&next) // with the cache of the one before: rows are the same
	return ids, nil
}

// inOrder returns rows in the order of their ids, with their names.
func inOrder(ids []uint32, keys []uint64, rows []float32, dim int) ([]float32, rowNames) {
	order := sequence(0, len(ids))
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(ids[a], ids[b]) })
	names := rowNames{ids: make([]uint32, 0, len(ids)), keys: make([]uint64, 0, len(ids))}
	sorted := make([]float32, 0, len(rows))
	for _, i := range order {
		names.ids = append(names.ids, ids[i])
		names.keys = append(names.keys, keys[i])
		sorted = append(sorted, rows[int(i)*dim:][:dim]...)
	}
	return sorted, names
}

// hideKeys takes the rows with the given keys out of st, which nobody else sees, and
// returns how many of them were there.
func (st *state) hideKeys(keys []uint64) (n int) {
	for i := range st.views {
		v := &st.views[i]
		n += v.hideAll(len(keys), func(i int) (uint32, bool) { return v.keyPosition(keys[i]) })
	}
	st.live -= n
	return n
}

// checkKeyed returns an error where rows cannot be added with keys.
func (x *Index) checkKeyed(keys []uint64, rows []float32) error {
	if !x.opt.Keyed {
		return fmt.Errorf("%w: rows of this index have none, see Options.Keyed", ErrKey)
	}
	if err := checkRows(rows, x.space.dim, parallel.Threads(x.opt.Threads)); err != nil {
		return err
	}
	return x.opt.checkKeys(keys, len(rows)/x.space.dim)
}

// checkKeys returns an error unless there are keys for n rows, all different, or none
// where rows have none.
func (o *Options) checkKeys(keys []uint64, n int) error {
	switch {
	case !o.Keyed:
		return nil
	case keys == nil:
		return fmt.Errorf("%w: rows of this index have them, but none are given: use BuildKeyed, AddKeyed or Upsert", ErrKey)
	case len(keys) != n:
		return fmt.Errorf("%w: %d keys for %d rows", ErrKey, len(keys), n)
	}
	sorted := slices.Sorted(slices.Values(keys))
	for i, key := range sorted[1:] {
		if key == sorted[i] {
			return fmt.Errorf("%w: key %d is given twice", ErrKey, key)
		}
	}
	return nil
}
