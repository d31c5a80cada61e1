package ann

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nngmix/nngmix/ann/internal/graph"
)

// lookup finds the positions of ids in a segment. It takes 4 bytes for each id from
// the lowest to the highest, or where fewer than half of those are there, 4 bytes
// for each that is. Segments that are built have it; for those of files it is made
// when it is needed first, by a deletion for example.
type lookup struct {
	making sync.Mutex
	made   atomic.Pointer[idPlaces]
}

// idPlaces is what a lookup finds positions in.
type idPlaces struct {
	low    uint32   // the lowest id
	at     []uint32 // the position of id low+i, or none; nil where ids are sparse
	sorted []uint32 // the positions in the order of ids, where they are
}

// position returns where id stands in the ids of x.
func (x *segment) position(id uint32) (at uint32, ok bool) { return x.positionIn(x.positions(), id) }

// positionIn is position for the places of x.
func (x *segment) positionIn(l *idPlaces, id uint32) (at uint32, ok bool) {
	if l.at != nil {
		if id < l.low || int64(id)-int64(l.low) >= int64(len(l.at)) {
			return 0, false
		}
		at = l.at[id-l.low]
		return at, at != graph.None
	}
	i, ok := slices.BinarySearchFunc(l.sorted, id, func(at, id uint32) int { return cmp.Compare(x.ids[at], id) })
	if !ok {
		return 0, false
	}
	return l.sorted[i], true
}

// positions returns the places of the ids of x.
func (x *segment) positions() *idPlaces {
	if p := x.lookup.made.Load(); p != nil {
		return p
	}
	x.lookup.making.Lock()
	defer x.lookup.making.Unlock()
	if x.lookup.made.Load() == nil {
		x.lookup.made.Store(x.newPlaces())
	}
	return x.lookup.made.Load()
}

func (x *segment) newPlaces() *idPlaces {
	low, high := slices.Min(x.ids), slices.Max(x.ids)
	p := &idPlaces{low: low}
	span := int64(high) - int64(low) + 1
	if span > 2*int64(len(x.ids)) {
		p.sorted = sequence(0, len(x.ids))
		slices.SortFunc(p.sorted, func(a, b uint32) int { return cmp.Compare(x.ids[a], x.ids[b]) })
		return p
	}
	p.at = slices.Repeat([]uint32{graph.None}, int(span))
	for at := range x.ids {
		id := x.id(uint32(at))
		if int64(id)-int64(low) >= span || id < low {
			graph.Damaged("ids change while they are read")
		}
		p.at[id-low] = uint32(at)
	}
	return p
}

// bytes returns the memory that l takes.
func (l *lookup) bytes() int64 {
	p := l.made.Load()
	if p == nil {
		return 0
	}
	return 4 * int64(len(p.at)+len(p.sorted))
}

// shift adds first to all ids of x, which nobody else sees yet.
func (x *segment) shift(first uint32) {
	for i := range x.ids {
		x.ids[i] += first
	}
	x.positions().low += first
}

// keyLookup finds the positions of keys in a segment: it holds positions in the order
// of their keys, 4 bytes for each. It is made as a lookup is.
type keyLookup struct {
	making sync.Mutex
	made   atomic.Pointer[[]uint32]
}

// keyPosition returns where the row with a key stands in the ids of x.
func (x *segment) keyPosition(key uint64) (at uint32, ok bool) {
	if x.keys == nil {
		return 0, false
	}
	sorted := x.keyPositions()
	i, ok := slices.BinarySearchFunc(sorted, key, func(at uint32, key uint64) int { return cmp.Compare(x.keys[at], key) })
	if !ok {
		return 0, false
	}
	return sorted[i], true
}

// keyPositions returns the positions of the rows of x in the order of their keys.
func (x *segment) keyPositions() []uint32 {
	if x.keys == nil {
		return nil
	}
	if sorted := x.keyed.made.Load(); sorted != nil {
		return *sorted
	}
	x.keyed.making.Lock()
	defer x.keyed.making.Unlock()
	if x.keyed.made.Load() == nil {
		sorted := sequence(0, len(x.keys))
		slices.SortFunc(sorted, func(a, b uint32) int { return cmp.Compare(x.keys[a], x.keys[b]) })
		x.keyed.made.Store(&sorted)
	}
	return *x.keyed.made.Load()
}

// bytes returns the memory that l takes.
func (l *keyLookup) bytes() int64 {
	if sorted := l.made.Load(); sorted != nil {
		return 4 * int64(len(*sorted))
	}
	return 0
}
