// Package coder puts github.com/coder/hnsw behind the search of this module, with
// our kernels as its distance, so that it can be used and compared with.
//
// It is no match for package ann: its search stops as soon as no neighbor improves
// on the nearest row found, so that EfSearch hardly changes recall; measure with
//
//	nngmix eval recall --in FILE --engines brute,hnsw,coder-hnsw
//
// Its graph depends on a random map order: the same seed gives other neighbors from
// run to run. It is slow to build and serves small tables.
//
// That module compiles on some systems only: elsewhere, as on Windows, [Build]
// returns [ErrPlatform].
package coder

import "errors"

// ErrPlatform is what Build returns where github.com/coder/hnsw does not compile.
var ErrPlatform = errors.New("coder: engine is not available")

// Options say how the graph is built and searched; see that module.
type Options struct {
	M        int // most links of a row, at least 2
	EfSearch int // at least 1
	Seed     int64
}

// DefaultOptions returns that module's own settings.
func DefaultOptions() Options { return Options{M: 16, EfSearch: 20} }
