//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"syscall"
)

// sameDisk tells whether two files are on one file system.
func sameDisk(a, b fs.FileInfo) bool {
	x, ok := a.Sys().(*syscall.Stat_t)
	y, both := b.Sys().(*syscall.Stat_t)
	return !ok || !both || x.Dev == y.Dev
}

// replaceEmpty gives the folder fresh the name path, which an empty one has. The error
// is fs.ErrExist where something is in that.
func replaceEmpty(fresh, path string) error {
	err := syscall.Rename(fresh, path) // os.Rename replaces no folder
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, syscall.EEXIST) {
		return fs.ErrExist
	}
	return err
}
