//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package atomicfile

import "os"

// lockDir locks nothing.
func lockDir(path string) (*os.File, error) { return os.Open(path) }
