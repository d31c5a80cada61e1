package eval

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/nngmix/nngmix/internal/xrand"
)

// Split is a division of a set into training and test part, by row numbers. It is
// immutable: any number of goroutines may use one.
type Split struct {
	set   *Dataset
	seed  uint64
	share float64 // of the anomalies in training that are labeled

	unlabeled []int // training rows without label, hidden anomalies included
	labeled   []int // labeled anomalies
	test      []int

	kept map[float64][]int // labeled anomalies by share, where the split was read from a file
}

// Unlabeled returns the rows without label. The slice is s's own.
func (s *Split) Unlabeled() []int { return s.unlabeled }

// Test returns the rows of the test part. The slice is s's own.
func (s *Split) Test() []int { return s.test }

// Labeled returns the anomalies that are labeled where share of the anomalies in
// training are. Below the protocol's own share, 0.1, these are drawn from its
// labeled anomalies, ceil(share/0.1 · their number) of them, and the others are
// dropped: they do not join the unlabeled rows. A larger share is an error, and so is
// one that a split read from a file does not tell.
func (s *Split) Labeled(share float64) ([]int, error) {
	ratio := math.Round(share/s.share*1e12) / 1e12
	switch {
	case ratio == 1:
		return s.labeled, nil
	case !(ratio > 0 && ratio < 1):
		return nil, fmt.Errorf("eval: labeled share %v: want above 0 and at most the protocol's %v", share, s.share)
	case s.kept == nil:
		return s.draw(ratio), nil
	}
	rows, ok := s.kept[ratio]
	if !ok {
		return nil, fmt.Errorf("eval: labeled share %v: the split read for set %s has none for ratio %v", share, s.set.Name, ratio)
	}
	return rows, nil
}

// draw returns ceil(ratio·n) of the n labeled anomalies.
func (s *Split) draw(ratio float64) []int {
	keep := int(math.Ceil(ratio * float64(len(s.labeled))))
	r := stream(s.seed, fmt.Sprint(s.set.Name, " ", ratio))
	rows := make([]int, keep)
	for i, j := range r.Perm(len(s.labeled))[:keep] {
		rows[i] = s.labeled[j]
	}
	return rows
}

// stream returns random numbers that depend on seed and name alone.
func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	s := xrand.New(seed, h.Sum64())
	return rand.New(&s)
}
