// Package atomicfile writes files and folders that are there whole or not at all.
//
// The bytes go to a temporary file in the folder of the file to be; Commit brings them
// to the disk and gives the file its name. A program that fails, or is killed at any
// moment, leaves the old file or none. The temporary file has no name where the system
// can do without (Linux), and goes with the program; elsewhere it is called
// .nngmix-*.tmp, and a program that is killed leaves it. A folder is written likewise
// (Dir), always under such a name.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// ErrExists says that the file is there and may not be replaced.
var ErrExists = errors.New("the file exists")

// File is a file that is being written. Write, WriteAt, Seek and the like are
// those of the temporary file. It is not safe for concurrent use.
type File struct {
	*os.File
	temp  string // its name; "" while it has none
	path  string
	force bool
	done  bool
}

// Create starts the file path. Whatever can be known to go wrong is reported
// here, before the work: a folder that is missing or cannot be written to, a path
// that is a folder or a device, and, without force, a file that exists
// (ErrExists). A symbolic link is followed.
func Create(path string, force bool) (*File, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	mode, err := check(path, force)
	if err != nil {
		return nil, err
	}
	f := &File{path: path, force: force}
	if f.File = nameless(filepath.Dir(path)); f.File == nil {
		if f.File, err = Temp(filepath.Dir(path)); err != nil {
			return nil, err
		}
		f.temp = f.Name()
	}
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			f.Abort()
			return nil, err
		}
	}
	return f, nil
}

// check tells whether path may become a new file and returns the mode of the
// file that it replaces, 0 for none.
func check(path string, force bool) (fs.FileMode, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("cannot write %s: %w", path, err)
	case info.IsDir():
		return 0, fmt.Errorf("cannot write %s: it is a folder", path)
	case !info.Mode().IsRegular():
		return 0, fmt.Errorf("cannot write %s: it is a device or a pipe, not a file", path)
	case !force:
		return 0, exists(path)
	}
	return info.Mode().Perm(), nil
}

// Temp makes a new temporary file in dir with the mode that the umask leaves.
// The caller removes it.
func Temp(dir string) (*os.File, error) {
	for {
		name := filepath.Join(dir, fmt.Sprintf(".nngmix-%016x.tmp", rand.Uint64()))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, fs.ErrExist):
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("the folder %s does not exist: make it first", dir)
		default:
			return nil, fmt.Errorf("cannot write into folder %s: %w", dir, err)
		}
	}
}

// Commit makes the file what its path names, durably. Without force a file that
// appeared there since Create stays, also one that appears at this moment, and the
// error is ErrExists; only where the file system has neither a rename that refuses
// nor hard links is there a moment in which such a file is lost.
//
// That the folder cannot be brought to the disk, which some file systems do not
// offer, is no failure: the file is there.
func (f *File) Commit() error {
	if f.done {
		return fs.ErrClosed
	}
	_, err := check(f.path, f.force)
	if err == nil {
		err = f.Sync()
	}
	if err == nil && f.temp == "" {
		err = f.giveName()
	}
	if err != nil {
		f.Abort()
		return err
	}
	f.done = true
	if err = f.Close(); err == nil {
		err = f.place()
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.temp))
	}
	syncDir(filepath.Dir(f.path))
	return nil
}

// giveName gives the file a temporary name, if need be by copying it.
func (f *File) giveName() error {
	dir := filepath.Dir(f.path)
	for range 3 {
		name := filepath.Join(dir, fmt.Sprintf(".nngmix-%016x.tmp", rand.Uint64()))
		if link(f.File, name) == nil {
			f.temp = name
			return nil
		}
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	named, err := Temp(dir)
	if err != nil {
		return err
	}
	_, err = io.Copy(named, io.NewSectionReader(f.File, 0, info.Size()))
	err = errors.Join(err, named.Chmod(info.Mode().Perm()), named.Sync(), f.Close())
	f.File, f.temp = named, named.Name()
	return err
}

// place gives the temporary file its name.
func (f *File) place() error {
	if f.force {
		return os.Rename(f.temp, f.path)
	}
	err := renameNew(f.temp, f.path)
	if errors.Is(err, fs.ErrExist) {
		return exists(f.path)
	}
	return err
}

func exists(path string) error { return fmt.Errorf("%s: %w; --force replaces it", path, ErrExists) }

// Abort removes the temporary file. After Commit, or again, it does nothing, so
// that it can be deferred.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.Close()
	if f.temp != "" {
		os.Remove(f.temp)
	}
}

// syncDir brings the new name itself to the disk, where the system can.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // see Commit
		d.Close()
	}
}
