//go:build unix

package ann

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps f, which may be closed then.
func mapFile(f *os.File, size int) ([]byte, func(), error) {
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return data, func() { _ = unix.Munmap(data) }, nil
}
