package exact

// Neighbor is a row near a query.
type Neighbor struct {
	ID       uint32  // row number
	Key      uint64  // the caller's key of the row in an ann.Index that has keys; else 0
	Distance float64 // by the metric of the search; see the package comment
}

// Result holds the neighbors of a batch of queries. Those of query q are
// IDs[q*K:q*K+Counts[q]] and the same part of Distances, ascending by
// (distance, id).
type Result struct {
	K         int // the k asked for, or the number of rows where that is less
	IDs       []uint32
	Distances []float64
	Counts    []int32
	Keys      []uint64 // of the rows in IDs, from an ann.Index that has keys; else nil
}

// Of returns the ids and distances of the neighbors of query q, as parts of r.
func (r *Result) Of(q int) ([]uint32, []float64) {
	lo := q * r.K
	hi := lo + int(r.Counts[q])
	return r.IDs[lo:hi:hi], r.Distances[lo:hi:hi]
}

// neighbors returns the neighbors of query q.
func (r *Result) neighbors(q int) []Neighbor {
	ids, distances := r.Of(q)
	neighbors := make([]Neighbor, len(ids))
	for i, id := range ids {
		neighbors[i] = Neighbor{ID: id, Distance: distances[i]}
	}
	return neighbors
}

func newResult(queries, k int) *Result {
	return &Result{K: k, IDs: make([]uint32, queries*k), Distances: make([]float64, queries*k), Counts: make([]int32, queries)}
}

// copyTo copies the neighbors of query q of r to query at of dst.
func (r *Result) copyTo(dst *Result, at, q int) {
	ids, distances := r.Of(q)
	copy(dst.IDs[at*dst.K:], ids)
	copy(dst.Distances[at*dst.K:], distances)
	dst.Counts[at] = r.Counts[q]
}
