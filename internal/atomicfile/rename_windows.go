package atomicfile

import (
	"os"

	"golang.org/x/sys/windows"
)

// renameNew moves without the flag to replace, which os.Rename sets.
func renameNew(old, path string) error {
	from, err := windows.UTF16PtrFromString(old)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	if err := windows.MoveFileEx(from, to, windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return &os.LinkError{Op: "rename", Old: old, New: path, Err: err}
	}
	return nil
}

// exchange lets two folders change their names.
func exchange(fresh, path string) error { return swap(fresh, path) }
