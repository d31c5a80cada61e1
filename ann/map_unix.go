//go:build unix

package ann

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps f, which may be closed then.
func mapFile(_ context.Context, f *os.File, size int) (image, error) {
	data, err := unix.Mmap(int(f.Fd()), 0, size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return image{}, err
	}
	m := image{data: data, free: func() { _ = unix.Munmap(data) }}
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return m, nil // too many open files: nobody watches this one
	}
	m.watch = newWatch(func() (fileStamp, bool) {
		var stat unix.Stat_t
		err := unix.Fstat(fd, &stat)
		return fileStamp{stat.Size, stat.Mtim.Nano()}, err == nil
	})
	m.free = func() {
		_ = unix.Munmap(data)
		_ = unix.Close(fd)
	}
	return m, nil
}
