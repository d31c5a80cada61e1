package planner

import (
	"context"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/estimate"
)

// job is a search for given queries before its method is chosen.
type job interface {
	Brute() estimate.Prospect                              // estimates brute force
	KDTree(ctx context.Context) (estimate.Prospect, error) // estimates a tree

	Queries() float64   // distinct ones by estimate, those expected included
	Stats() exact.Stats // what is known before the method is chosen

	// Index makes the index that answers by method.
	Index(ctx context.Context, method exact.Method) (*exact.Index, error)
}

// newJob is estimate.NewJob with types.
func newJob(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt exact.Options, m Machine) (job, error) {
	j, err := estimate.NewJob(ctx, rows, dim, queries, k, opt, estimate.Machine(m))
	if err != nil {
		return nil, err
	}
	return j.(job), nil
}
