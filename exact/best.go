package exact

import (
	"cmp"
	"math"
	"slices"
)

// entry is a place (a distinct row) near a query.
type entry struct {
	distance float64
	first    uint32 // its smallest row id
	place    uint32
	count    uint32 // how many rows are equal to it
}

func (e *entry) before(f *entry) bool {
	return e.distance < f.distance || (e.distance == f.distance && e.first < f.first)
}

// best is the list of places that may hold the k nearest rows of a query,
// ascending by (distance, smallest row id).
//
// The first k places of that order hold the k nearest rows by (distance, row id):
// where k places come before a place, so do their k smallest rows. And where the
// places nearer than some distance hold k rows, no place at that distance is
// needed. Places at one distance are kept or dropped together otherwise, since
// the rows of one may lie between those of another.
//
// Where k is large, places are gathered behind the list and put in order when there
// are as many as in it: each costs the logarithm of k, not k.
type best struct {
	k       int
	total   int     // rows at the entries in order
	entries []entry // in order, then those gathered; the capacity is bestRoom(k)
	ordered int     // how many are in order

	within bool    // nothing beyond radius is needed
	radius float64 // where within is set
}

// largeK is the least k at which places are gathered.
const largeK = 128

// bestRoom returns how many entries best has at most.
func bestRoom(k int) int {
	if k < largeK {
		return k + 1 // one more than k while one is put in
	}
	return 2 * k
}

// worst returns the distance beyond which a place is not needed.
func (b *best) worst() float64 {
	if b.total < b.k {
		if b.within {
			return b.radius
		}
		return math.Inf(1)
	}
	return b.entries[b.ordered-1].distance
}

// add puts e into the list if it is needed there and tells whether it was.
func (b *best) add(e entry) bool {
	n := b.ordered
	if e.distance > b.worst() || (n == b.k && !e.before(&b.entries[n-1])) {
		return false
	}
	b.entries = append(b.entries, e)
	if b.k >= largeK {
		if len(b.entries) == bestRoom(b.k) {
			b.order()
		}
		return true
	}
	at := n
	for at > 0 && e.before(&b.entries[at-1]) {
		at--
	}
	copy(b.entries[at+1:], b.entries[at:])
	b.entries[at] = e
	b.total += int(e.count)
	b.ordered++
	b.trim()
	return true
}

// order puts the entries that were gathered in their places.
func (b *best) order() {
	if b.ordered == len(b.entries) {
		return
	}
	for _, e := range b.entries[b.ordered:] {
		b.total += int(e.count)
	}
	slices.SortFunc(b.entries, func(e, f entry) int {
		return cmp.Or(cmp.Compare(e.distance, f.distance), cmp.Compare(e.first, f.first))
	})
	b.ordered = len(b.entries)
	b.trim()
}

// trim drops the entries at the end that are not needed.
func (b *best) trim() {
	if len(b.entries) > b.k {
		b.cut(b.k)
	}
	for b.total > b.k {
		tied := len(b.entries) - 1
		rows := b.total - int(b.entries[tied].count) // rows nearer than the last entry
		for tied > 0 && b.entries[tied-1].distance == b.entries[tied].distance {
			tied--
			rows -= int(b.entries[tied].count)
		}
		if rows < b.k {
			return
		}
		b.cut(tied)
	}
}

// cut keeps the first n entries.
func (b *best) cut(n int) {
	for _, e := range b.entries[n:] {
		b.total -= int(e.count)
	}
	b.entries, b.ordered = b.entries[:n], n
}

// expand writes the k nearest rows, or all where they are fewer, to query q of
// res and returns scratch, which it uses for the row ids at one distance.
func (b *best) expand(s *batch, res *Result, q int, scratch []uint32) []uint32 {
	b.order()
	ids, distances := res.IDs[q*res.K:][:res.K], res.Distances[q*res.K:][:res.K]
	n := 0
	for from, to := 0, 0; from < len(b.entries) && n < res.K; from = to {
		distance := b.entries[from].distance
		scratch = scratch[:0]
		for to = from; to < len(b.entries) && b.entries[to].distance == distance; to++ {
			scratch = s.appendRows(scratch, b.entries[to].place, res.K-n)
		}
		if to-from > 1 {
			slices.Sort(scratch)
		}
		for _, id := range scratch[:min(len(scratch), res.K-n)] {
			ids[n], distances[n] = id, distance
			n++
		}
	}
	res.Counts[q] = int32(n)
	return scratch
}
