package eval

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/parallel"
)

// SearchFunc returns the k nearest rows of one query, with their distances. It must be
// safe for concurrent use.
type SearchFunc func(ctx context.Context, query []float32, k int) ([]exact.Neighbor, error)

// CurveOptions say how searches are measured.
type CurveOptions struct {
	// Threads is how many queries run at once, at least 1.
	Threads int `json:"threads"`
	// Rounds is how often all queries run, at least 1; the fastest round counts.
	Rounds int `json:"rounds"`
}

// DefaultCurveOptions returns one thread and three rounds.
func DefaultCurveOptions() CurveOptions { return CurveOptions{Threads: 1, Rounds: 3} }

// Validate returns an error that lists all violations of the ranges above, or nil.
func (o CurveOptions) Validate() error {
	var errs []error
	if o.Threads < 1 {
		errs = append(errs, fmt.Errorf("eval: CurveOptions.Threads is %d, want 1 or more", o.Threads))
	}
	if o.Rounds < 1 {
		errs = append(errs, fmt.Errorf("eval: CurveOptions.Rounds is %d, want 1 or more", o.Rounds))
	}
	return errors.Join(errs...)
}

// Point is one point of a curve of recall against speed.
type Point struct {
	Recall
	QPS     float64 `json:"qps"` // queries per second of wall time, by all threads together
	Latency Latency `json:"latency"`
}

// Latency is the time of single queries, in seconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// MeasurePoint runs all queries, row-major, through search and returns recall against
// truth, whose K is the number of neighbors asked for, speed and latency.
func MeasurePoint(ctx context.Context, search SearchFunc, queries []float32, dim int, truth *exact.Result, opt CurveOptions) (Point, error) {
	if err := opt.Validate(); err != nil {
		return Point{}, err
	}
	n := len(truth.Counts)
	if dim < 1 || len(queries) != n*dim || n == 0 {
		return Point{}, fmt.Errorf("eval: %d values are no %d queries of %d columns", len(queries), n, dim)
	}
	found := make([][]exact.Neighbor, n)
	seconds, fastest := make([]float64, n), make([]float64, n)
	var best float64
	for round := range opt.Rounds {
		start := time.Now()
		err := parallel.Do(ctx, opt.Threads, n, func(_, q int) (err error) {
			begin := time.Now()
			found[q], err = search(ctx, queries[q*dim:(q+1)*dim], truth.K)
			seconds[q] = time.Since(begin).Seconds()
			return err
		})
		if err != nil {
			return Point{}, err
		}
		if total := time.Since(start).Seconds(); round == 0 || total < best {
			best = total
			copy(fastest, seconds)
		}
	}
	recall, err := MeasureRecall(truth, found)
	return Point{Recall: recall, QPS: float64(n) / best, Latency: latencyOf(fastest)}, err
}

// latencyOf sorts seconds and returns their percentiles.
func latencyOf(seconds []float64) Latency {
	slices.Sort(seconds)
	at := func(p float64) float64 { return stat.Quantile(p, stat.Empirical, seconds, nil) }
	return Latency{P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: seconds[len(seconds)-1]}
}
