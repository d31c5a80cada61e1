//go:build !unix

package ann

import (
	"context"
	"os"
)

// mapFile reads f where files are not mapped.
func mapFile(ctx context.Context, f *os.File, size int) (image, error) { return readFile(ctx, f, size) }
