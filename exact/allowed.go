package exact

import (
	"context"

	"github.com/nngmix/nngmix/internal/parallel"
)

// SearchOptions say how queries are answered. The zero value is good for most.
type SearchOptions struct {
	// Threads is the number of goroutines that answer the queries of a batch. 0, the
	// default, means Options.Threads.
	Threads int
	// Allowed, where it is not nil, is the set of the rows that may be returned. It must
	// not be changed before the search has returned.
	Allowed *Bitmap
	// Filter, where it is not nil, says which rows may be returned, of those that Allowed
	// holds where both are there. It is called from all threads, once for each row
	// before a batch is answered. A panic in it reaches the caller of the search.
	Filter func(id uint32) bool
}

// allowed returns the rows that opt allows, nil for all.
func (x *Index) allowed(ctx context.Context, opt SearchOptions, threads int) (*Bitmap, error) {
	if opt.Filter == nil {
		return opt.Allowed, nil
	}
	const piece = 1 << 12 // a multiple of 64, so that no two threads write to one word
	words := make([]uint64, (x.rows+63)/64)
	err := parallel.Do(ctx, threads, (x.rows+piece-1)/piece, func(_, task int) error {
		for i := task * piece; i < min((task+1)*piece, x.rows); i++ {
			if id := uint32(i); (opt.Allowed == nil || opt.Allowed.Contains(id)) && opt.Filter(id) {
				words[id/64] |= 1 << (id % 64)
			}
		}
		return nil
	})
	return bitmapOf(words), err
}

// entry returns the entry of place at a distance, and whether it has rows that may be
// returned.
func (b *batch) entry(place int, distance float64) (entry, bool) {
	e := b.store.entry(place, distance)
	if b.allow == nil {
		return e, true
	}
	e.count = 0
	for i := range b.rowsAt(place) {
		if id := b.rowAt(place, i); b.allow.Contains(id) {
			if e.count == 0 {
				e.first = id
			}
			e.count++
		}
	}
	return e, e.count > 0
}

// placeAllowed tells whether place has rows that b.allow, which is not nil, holds.
func (b *batch) placeAllowed(place int) bool {
	for i := range b.rowsAt(place) {
		if b.allow.Contains(b.rowAt(place, i)) {
			return true
		}
	}
	return false
}

// appendRows appends to dst the ids of the rows at place that may be returned, at most
// limit of them.
func (b *batch) appendRows(dst []uint32, place uint32, limit int) []uint32 {
	if b.allow == nil {
		return b.store.appendRows(dst, place, limit)
	}
	for i := 0; i < b.rowsAt(int(place)) && limit > 0; i++ {
		if id := b.rowAt(int(place), i); b.allow.Contains(id) {
			dst = append(dst, id)
			limit--
		}
	}
	return dst
}
