package ann

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
)

// lookup finds the positions of ids in a segment. It takes 4 bytes for each id from
// the lowest to the highest, or where fewer than half of those are there, 4 bytes
// for each that is. Segments that are built have it; for those of files it is made
// when it is needed first, by a deletion for example.
type lookup struct {
	once   sync.Once
	made   atomic.Bool
	low    uint32   // the lowest id
	at     []uint32 // the position of id low+i, or none; nil where ids are sparse
	sorted []uint32 // the positions in the order of ids, where they are
}

// position returns where id stands in the ids of x.
func (x *segment) position(id uint32) (at uint32, ok bool) {
	l := x.positions()
	if l.at != nil {
		if id < l.low || int64(id)-int64(l.low) >= int64(len(l.at)) {
			return 0, false
		}
		at = l.at[id-l.low]
		return at, at != none
	}
	i, ok := slices.BinarySearchFunc(l.sorted, id, func(at, id uint32) int { return cmp.Compare(x.ids[at], id) })
	if !ok {
		return 0, false
	}
	return l.sorted[i], true
}

// positions returns the lookup of x.
func (x *segment) positions() *lookup {
	l := &x.lookup
	l.once.Do(func() {
		defer l.made.Store(true)
		high := slices.Max(x.ids)
		l.low = slices.Min(x.ids)
		if span := int64(high) - int64(l.low) + 1; span > 2*int64(len(x.ids)) {
			l.sorted = sequence(0, len(x.ids))
			slices.SortFunc(l.sorted, func(a, b uint32) int { return cmp.Compare(x.ids[a], x.ids[b]) })
			return
		} else if span > int64(len(x.ids)) {
			l.at = slices.Repeat([]uint32{none}, int(span))
		} else {
			l.at = make([]uint32, span)
		}
		for at, id := range x.ids {
			l.at[id-l.low] = uint32(at)
		}
	})
	return l
}

// bytes returns the memory that l takes.
func (l *lookup) bytes() int64 {
	if !l.made.Load() {
		return 0
	}
	return 4 * int64(len(l.at)+len(l.sorted))
}

// shift adds first to all ids of x, which nobody else sees yet.
func (x *segment) shift(first uint32) {
	for i := range x.ids {
		x.ids[i] += first
	}
	x.positions().low += first
}
