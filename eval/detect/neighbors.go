package detect

import (
	"context"
	"math"

	"github.com/nngmix/nngmix/exact"
)

const (
	knnK = 5  // neighbors of knn
	lofK = 20 // neighbors of lof
)

// knn scores a row by its distance from the fifth nearest row it was fitted on (Ramaswamy,
// Rastogi and Shim, Efficient Algorithms for Mining Outliers from Large Data Sets, SIGMOD
// 2000).
type knn struct {
	opt   Options
	dim   int
	index *exact.Index
	k     int
}

func newKNN(opt Options) Detector { return &knn{opt: opt} }

// Fit implements [Detector].
func (d *knn) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) (err error) {
	if err := checkFit(x, dim, anomaly, false); err != nil {
		return err
	}
	d.dim, d.k = dim, min(knnK, len(anomaly))
	d.index, err = exact.Build(ctx, x, dim, exact.Options{Threads: d.opt.Threads})
	return err
}

// Score implements [Detector].
func (d *knn) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, d.dim); err != nil {
		return nil, err
	}
	found, err := d.index.SearchBatch(ctx, x, d.k, exact.SearchOptions{})
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/d.dim)
	for i := range scores {
		_, squared := found.Of(i)
		scores[i] = math.Sqrt(squared[len(squared)-1])
	}
	return scores, nil
}

// lof is the local outlier factor (Breunig et al., LOF: Identifying Density-Based Local
// Outliers, SIGMOD 2000) of a row among those it was fitted on, with 20 neighbors.
type lof struct {
	opt   Options
	dim   int
	index *exact.Index
	k     int
	reach []float64 // by row: distance from its k-th neighbor
	lrd   []float64 // by row: local reachability density
}

func newLOF(opt Options) Detector { return &lof{opt: opt} }

// Fit implements [Detector].
func (d *lof) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) (err error) {
	if err := checkFit(x, dim, anomaly, false); err != nil {
		return err
	}
	n := len(anomaly)
	d.dim, d.k = dim, max(1, min(lofK, n-1))
	if d.index, err = exact.Build(ctx, x, dim, exact.Options{Threads: d.opt.Threads}); err != nil {
		return err
	}
	found, err := d.index.SearchBatch(ctx, x, d.k+1, exact.SearchOptions{})
	if err != nil {
		return err
	}
	ids, distances := make([][]uint32, n), make([][]float64, n)
	d.reach, d.lrd = make([]float64, n), make([]float64, n)
	for i := range n {
		ids[i], distances[i] = others(i, d.k, found)
		d.reach[i] = distances[i][len(distances[i])-1]
	}
	for i := range n {
		d.lrd[i] = d.density(ids[i], distances[i])
	}
	return nil
}

// others returns the first k neighbors found for row i that are not row i, and their
// distances. Where more rows are equal to it row i may not be among the k+1 found.
func others(i, k int, found *exact.Result) (ids []uint32, distances []float64) {
	all, squared := found.Of(i)
	for j, id := range all {
		if int(id) != i && len(ids) < k {
			ids, distances = append(ids, id), append(distances, math.Sqrt(squared[j]))
		}
	}
	if len(ids) == 0 { // a table of one row
		return all, []float64{0}
	}
	return ids, distances
}

// density returns the local reachability density of a row with the given neighbors.
func (d *lof) density(ids []uint32, distances []float64) float64 {
	var sum float64
	for j, id := range ids {
		sum += max(distances[j], d.reach[id])
	}
	return 1 / (sum/float64(len(ids)) + 1e-10)
}

// Score implements [Detector].
func (d *lof) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, d.dim); err != nil {
		return nil, err
	}
	found, err := d.index.SearchBatch(ctx, x, d.k, exact.SearchOptions{})
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/d.dim)
	for i := range scores {
		ids, squared := found.Of(i)
		distances := make([]float64, len(squared))
		for j, s := range squared {
			distances[j] = math.Sqrt(s)
		}
		var sum float64
		for _, id := range ids {
			sum += d.lrd[id]
		}
		scores[i] = sum / float64(len(ids)) / d.density(ids, distances)
	}
	return scores, nil
}
