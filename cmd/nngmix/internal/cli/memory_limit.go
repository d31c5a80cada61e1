package cli

import (
	"os"
	"runtime/debug"
)

// LimitMemory tells the garbage collector to keep within so many bytes, if need be by
// working harder; 0: any. What the environment says, in GOMEMLIMIT, goes before.
func LimitMemory(bytes int64) {
	if bytes > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(bytes - bytes/8)
	}
}
