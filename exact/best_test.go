package exact

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBestOfMany compares the list with sorting, for k on both sides of where places
// are gathered, with many ties and places of several rows.
func TestBestOfMany(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{1, 2, 50, largeK - 1, largeK, largeK + 1, 700} {
		for _, distances := range []int{1, 3, 40, 100_000} {
			b := best{k: k, entries: make([]entry, 0, bestRoom(k))}
			var all []entry
			for place := range uint32(3000) {
				e := entry{distance: float64(r.IntN(distances)), first: place, place: place, count: 1 + r.Uint32N(3)}
				all = append(all, e)
				if e.distance <= b.worst() {
					b.add(e)
				}
			}
			b.order()
			slices.SortFunc(all, func(e, f entry) int {
				return cmp.Or(cmp.Compare(e.distance, f.distance), cmp.Compare(e.first, f.first))
			})
			if n := len(b.entries); n > k || !slices.Equal(b.entries, all[:n]) {
				t.Errorf("k %d, %d distances: %d entries are not the first ones", k, distances, n)
			}
			if b.total < k {
				t.Errorf("k %d, %d distances: %d rows", k, distances, b.total)
			}
		}
	}
}

// TestBestOfHalf asks for half of many rows in the worst order, farthest first. Where
// each is put in its place one by one that takes minutes.
func TestBestOfHalf(t *testing.T) {
	const k = 300_000
	b := best{k: k, entries: make([]entry, 0, bestRoom(k))}
	for place := range uint32(2 * k) {
		b.add(entry{distance: float64(2*k - place), first: place, place: place, count: 1})
	}
	b.order()
	if len(b.entries) != k || b.worst() != k {
		t.Errorf("%d entries up to %v, want %d up to %d", len(b.entries), b.worst(), k, k)
	}
}
