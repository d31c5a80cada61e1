package main

import (
	"fmt"
	"slices"

	"github.com/nngmix/nngmix/ann"
)

// answer is what a search found, and what it was asked.
type answer struct {
	what       string
	query      []float32
	k          int     // at most so many rows
	radius     float64 // at most so far away
	allow      func(key uint64) bool
	exact      bool // nothing that is nearer may be missed
	ids        *ann.Bitmap
	begin, end int64
	found      []ann.Neighbor
}

// check returns an error where no state of the index during the call gives the answer:
// a row that was not there, or not at that distance; one that is not allowed, or twice;
// rows out of order. Where the search was exact, also a row that was there all the
// time and is missing. What share of those rows other searches find goes to recall.
func (s *soak) check(a *answer) error {
	seen := map[uint64]bool{}
	for i, nb := range a.found {
		right := func(row []float32) bool { return row != nil && squared(a.query, row) == nb.Distance }
		switch {
		case i > 0 && (nb.Distance < a.found[i-1].Distance || nb.Distance == a.found[i-1].Distance && nb.ID <= a.found[i-1].ID):
			return fmt.Errorf("%s: neighbor %d is out of order: %v", a.what, i, a.found)
		case nb.Key >= uint64(len(s.model.keys)) || seen[nb.Key]:
			return fmt.Errorf("%s: key %d was never given, or is there twice", a.what, nb.Key)
		case a.allow != nil && !a.allow(nb.Key) || a.ids != nil && !a.ids.Contains(nb.ID):
			return fmt.Errorf("%s: key %d, id %d is not allowed", a.what, nb.Key, nb.ID)
		case nb.Distance > a.radius:
			return fmt.Errorf("%s: key %d is at %v, beyond %v", a.what, nb.Key, nb.Distance, a.radius)
		case !s.model.possible(nb.Key, a.begin, a.end, right):
			return fmt.Errorf("%s: key %d had no row at %v between %d and %d", a.what, nb.Key, nb.Distance, a.begin, a.end)
		}
		seen[nb.Key] = true
	}
	if len(a.found) > a.k {
		return fmt.Errorf("%s: %d neighbors, want at most %d", a.what, len(a.found), a.k)
	}
	if a.ids != nil {
		return nil // which keys have these ids is not known
	}
	return s.checkMissing(a, seen)
}

// checkMissing looks for rows that were there all the time and are nearer than the last
// one found.
func (s *soak) checkMissing(a *answer, seen map[uint64]bool) error {
	limit := a.radius
	if len(a.found) == a.k {
		limit = min(limit, a.found[a.k-1].Distance)
	}
	there, missing := 0, []uint64{}
	for key := range uint64(len(s.model.keys)) {
		if a.allow != nil && !a.allow(key) {
			continue
		}
		row := s.model.certain(key, a.begin, a.end)
		if row == nil {
			continue
		}
		if d := squared(a.query, row); d > limit || d == limit && len(a.found) == a.k {
			continue
		}
		if there++; !seen[key] {
			missing = append(missing, key)
		}
	}
	if a.exact && len(missing) > 0 {
		return fmt.Errorf("%s: keys %v are missing", a.what, missing)
	}
	if !a.exact && there > 0 {
		s.recall.add(there-len(missing), there)
	}
	return nil
}

// checkTwins returns an error where found, the nearest rows to a place that two keys
// share, has these two at different distances: they are always replaced together.
func checkTwins(found []ann.Neighbor, twins [2]uint64) error {
	if len(found) < 2 {
		return nil
	}
	both := []uint64{found[0].Key, found[1].Key}
	slices.Sort(both)
	if slices.Equal(both, twins[:]) && found[0].Distance != found[1].Distance {
		return fmt.Errorf("half of a change is seen: %v", found)
	}
	return nil
}
