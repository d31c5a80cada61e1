package atomicfile

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lockDir locks a file in the folder, which has the name of a temporary one.
func lockDir(path string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, ".nngmix-lock.tmp"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	if err != nil {
		return nil, errors.Join(ErrLocked, f.Close())
	}
	return f, nil
}
