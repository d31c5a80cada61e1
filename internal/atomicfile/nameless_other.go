//go:build !linux

package atomicfile

import (
	"errors"
	"os"
)

// nameless returns nil: the system has no such files.
func nameless(string) *os.File { return nil }

func link(*os.File, string) error { return errors.ErrUnsupported }
