package eval

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/exact"
)

// Recall is the share of the true k nearest neighbors that a search found, as the mean
// over its queries.
type Recall struct {
	// ByDistance counts a row that was found when it is not farther than the true k-th
	// neighbor: among rows at equal distance any will do.
	ByDistance float64 `json:"recall"`
	// ByID counts a row only when it is among the k that the truth names.
	ByID float64 `json:"recall_by_id"`
	// Queries is how many queries were counted.
	Queries int `json:"queries"`
}

// recallSlack is by how much, relative to it, a distance may exceed the true k-th one:
// engines round differently.
const recallSlack = 1e-6

// MeasureRecall compares what a search found with the truth. found[q] are the neighbors
// of query q in any order, their distances computed in float64 from the rows; a row that
// is named twice counts once. truth and found must be of the same queries, and at most
// truth.K neighbors of each count. Queries without true neighbors are left out.
func MeasureRecall(truth *exact.Result, found [][]exact.Neighbor) (Recall, error) {
	if len(truth.Counts) != len(found) {
		return Recall{}, fmt.Errorf("eval: truth for %d queries, answers to %d", len(truth.Counts), len(found))
	}
	var sum Recall
	for q, neighbors := range found {
		ids, distances := truth.Of(q)
		if len(ids) == 0 {
			continue
		}
		byDistance, byID := matches(ids, distances[len(distances)-1], neighbors)
		sum.ByDistance += float64(byDistance) / float64(len(ids))
		sum.ByID += float64(byID) / float64(len(ids))
		sum.Queries++
	}
	if sum.Queries == 0 {
		return Recall{}, fmt.Errorf("eval: no query has a neighbor")
	}
	n := float64(sum.Queries)
	return Recall{sum.ByDistance / n, sum.ByID / n, sum.Queries}, nil
}

// matches returns how many of the first len(ids) neighbors, each row counted once, are
// within the distance kth, and how many are among ids.
func matches(ids []uint32, kth float64, neighbors []exact.Neighbor) (byDistance, byID int) {
	limit := kth + float64(recallSlack*math.Abs(kth))
	seen := make([]uint32, 0, len(ids))
	for _, n := range neighbors {
		if len(seen) == len(ids) {
			break
		}
		if slices.Contains(seen, n.ID) {
			continue
		}
		seen = append(seen, n.ID)
		if n.Distance <= limit {
			byDistance++
		}
		if slices.Contains(ids, n.ID) {
			byID++
		}
	}
	return byDistance, byID
}
