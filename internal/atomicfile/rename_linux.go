package atomicfile

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// renameNew leaves the check to the file system; those that cannot do it say so.
func renameNew(old, path string) error {
	err := unix.Renameat2(unix.AT_FDCWD, old, unix.AT_FDCWD, path, unix.RENAME_NOREPLACE)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return linkNew(old, path)
}

// exchange lets two folders change their names at once, where the file system can.
func exchange(fresh, path string) error {
	if unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE) == nil {
		return nil
	}
	return swap(fresh, path)
}
