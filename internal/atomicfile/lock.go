package atomicfile

import (
	"errors"
	"fmt"
	"os"
)

// ErrLocked says that another program is changing the folder.
var ErrLocked = errors.New("another program is changing it: wait until that has ended")

// Lock is held by who changes the files in a folder.
type Lock struct{ file *os.File }

// LockDir has no other program lock the folder path until Unlock; the end of this one
// does as well, however it comes. The error is ErrLocked where another program has it.
// Where the system has no such locks there is none.
func LockDir(path string) (*Lock, error) {
	f, err := lockDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Lock{f}, nil
}

// Unlock gives the folder free. To call it again does nothing.
func (l *Lock) Unlock() {
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}
