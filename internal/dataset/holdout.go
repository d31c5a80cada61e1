package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// HoldOut takes up to n rows, drawn with rng, out of the unlabeled rows and makes
// them those that Sample draws from.
func (s *Set) HoldOut(rng *rand.Rand, n int) {
	n = min(n, len(s.Unlabeled)/2)
	rng.Shuffle(len(s.Unlabeled), func(i, j int) { s.Unlabeled[i], s.Unlabeled[j] = s.Unlabeled[j], s.Unlabeled[i] })
	s.held = s.Unlabeled[:n:n]
	s.Unlabeled = s.Unlabeled[n:]
	slices.Sort(s.held)
	slices.Sort(s.Unlabeled)
}

// Sample returns up to n of the rows held out, or of the labeled anomalies where
// none are, drawn with rng.
func (s *Set) Sample(rng *rand.Rand, n int) (Rows, error) {
	from := s.held
	if from == nil {
		from = s.Labeled
	}
	if len(from) == 0 {
		return Rows{}, fmt.Errorf("no rows to search for: there are no labeled anomalies")
	}
	from = slices.Clone(from)
	rng.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	return s.rows(from[:min(n, len(from))]), nil
}
