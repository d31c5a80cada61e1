//go:build !(386 || amd64 || arm || arm64 || ppc64le || s390x) || windows

package coder

import (
	"context"
	"fmt"
	"runtime"

	"github.com/nngmix/nngmix/exact"
)

// Index would be a graph of rows; there is none on this platform.
type Index struct{}

// Build returns ErrPlatform.
func Build(context.Context, []float32, int, Options) (*Index, error) {
	return nil, fmt.Errorf("%w on %s/%s: github.com/coder/hnsw does not build there; use hnsw instead", ErrPlatform, runtime.GOOS, runtime.GOARCH)
}

// Search returns ErrPlatform.
func (*Index) Search(context.Context, []float32, int) ([]exact.Neighbor, error) {
	return nil, ErrPlatform
}
