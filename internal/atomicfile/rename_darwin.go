package atomicfile

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// renameNew leaves the check to the file system; those that cannot do it say so.
func renameNew(old, path string) error {
	err := unix.RenamexNp(old, path, unix.RENAME_EXCL)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return linkNew(old, path)
}

// exchange lets two folders change their names at once, where the file system can.
func exchange(fresh, path string) error {
	if unix.RenamexNp(fresh, path, unix.RENAME_SWAP) == nil {
		return nil
	}
	return swap(fresh, path)
}
