package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

// The functions here give the file old the name path, where nothing may have that
// name: the error is fs.ErrExist then.

// linkNew does it by a second name, which the system gives only where it is free.
func linkNew(old, path string) error {
	err := os.Link(old, path)
	if err == nil {
		_ = os.Remove(old) // path is complete, with or without
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	return lookNew(old, path) // the file system has no links
}

// lookNew looks first. What appears after that is replaced.
func lookNew(old, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fs.ErrExist
	}
	return os.Rename(old, path)
}
