//go:build !(386 || amd64 || arm || arm64 || ppc64le || s390x) || windows

package coder

import (
	"errors"
	"strings"
	"testing"
)

func TestBuildSaysWhatToUseInstead(t *testing.T) {
	x, err := Build(t.Context(), []float32{1, 2}, 1, DefaultOptions())
	if x != nil || !errors.Is(err, ErrPlatform) || !strings.Contains(err.Error(), "use hnsw instead") {
		t.Errorf("got %v, %v", x, err)
	}
}
