// Package estimate is the door through which package planner asks package exact
// what its methods would take. Users of exact, who ask for neighbors, need none of it.
package estimate

import "context"

// Machine says how slow a machine is, as multiples of the times on the one where
// the costs in package exact were measured (Zen 5 with AVX-512): 1 is as fast, 2
// takes twice as long. It decides only which way is taken, never an answer.
type Machine struct {
	Kernels float64 `json:"kernels"` // comparing rows by package simd
	Code    float64 `json:"code"`    // everything else
}

// Prospect is what a method is thought to take.
type Prospect struct {
	Build float64 // seconds on one core before the first query
	Query float64 // seconds on one core for each distinct query; 0 where it was not estimated
	Bytes int64   // memory beside the rows of the caller
	Why   string  // why the method cannot be used or was not looked at; empty where it was
}

// NewJob prepares a search for the k rows nearest to each query, on a machine of which
// the speed is m: rows are checked, and equal ones found where that pays. The caller
// must not change rows and queries while the job or an index of it is in use.
//
// Package exact sets NewJob when a program starts. opt is an exact.Options, of which
// Queries is the number of distinct queries that its indexes will answer, where more
// than these are expected, and Method does not matter. job is an *exact.job, of which
// package planner has the methods. The errors are those of exact.Build and SearchBatch,
// but for the values of the queries.
var NewJob func(ctx context.Context, rows []float32, dim int, queries []float32, k int, opt any, m Machine) (job any, err error)
