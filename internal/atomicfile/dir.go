package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Dir is a folder that is being written: a hidden one beside it, .nngmix-*.tmp,
// which Commit gives its name. It is not safe for concurrent use.
type Dir struct {
	path, temp string
	replace    Replace
	mode       fs.FileMode // of the folder that is replaced; 0: there is none
	done       bool
}

// Replace tells whether an entry of the folder that is there may be lost with it.
// A nil Replace lets none be lost: the folder must be empty.
type Replace func(entry fs.DirEntry) bool

// CreateDir starts the folder path. As with Create, what can be known to go wrong
// is reported here: a parent that is missing or cannot be written to, a path that is
// no folder or where another disk is mounted, a folder with entries that replace
// does not let go (ErrExists where it is nil). A symbolic link is followed.
func CreateDir(path string, replace Replace) (*Dir, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	d := &Dir{path: path, replace: replace}
	old, _, err := d.check()
	if err != nil {
		return nil, err
	}
	if d.temp, err = tempDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if old != nil {
		if err := d.inherit(old); err != nil {
			d.Abort()
			return nil, err
		}
	}
	return d, nil
}

// inherit takes the mode of the folder that will be replaced.
func (d *Dir) inherit(old fs.FileInfo) error {
	temp, err := os.Stat(d.temp)
	if err != nil {
		return err
	}
	if !sameDisk(old, temp) {
		return fmt.Errorf("cannot replace folder %s: it is where a disk is mounted: name a folder in it", d.path)
	}
	d.mode = old.Mode().Perm()
	return nil
}

// Name returns the path of the temporary folder, into which files are written.
func (d *Dir) Name() string { return d.temp }

// check tells whether path may become a new folder and returns the one that is
// there, nil for none, and whether that is empty.
func (d *Dir) check() (old fs.FileInfo, empty bool, err error) {
	old, err = os.Stat(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, true, nil
	case err != nil:
		return nil, false, fmt.Errorf("cannot write %s: %w", d.path, err)
	case !old.IsDir():
		return nil, false, fmt.Errorf("cannot write folder %s: it is a file", d.path)
	case filepath.Dir(d.path) == d.path:
		return nil, false, fmt.Errorf("cannot replace folder %s: it has no folder above: name a folder in it", d.path)
	}
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, false, err
	}
	for _, entry := range entries {
		if d.replace == nil {
			return nil, false, d.exists()
		}
		if !d.replace(entry) {
			return nil, false, fmt.Errorf("%s: %w and holds %s, which would be lost: name another folder", d.path, errFolderExists, entry.Name())
		}
	}
	return old, len(entries) == 0, nil
}

// tempDir makes a new temporary folder in dir.
func tempDir(dir string) (string, error) {
	for {
		name := filepath.Join(dir, fmt.Sprintf(".nngmix-%016x.tmp", rand.Uint64()))
		err := os.Mkdir(name, 0o777)
		switch {
		case err == nil:
			return name, nil
		case errors.Is(err, fs.ErrExist):
		case errors.Is(err, fs.ErrNotExist):
			return "", fmt.Errorf("the folder %s does not exist: make it first", dir)
		default:
			return "", fmt.Errorf("cannot write into folder %s: %w", dir, err)
		}
	}
}

// errFolderExists is ErrExists of a folder.
var errFolderExists = folderExists{}

type folderExists struct{}

func (folderExists) Error() string        { return "the folder exists" }
func (folderExists) Is(target error) bool { return target == ErrExists }

func (d *Dir) exists() error {
	return fmt.Errorf("%s: %w and is not empty; --force replaces it", d.path, errFolderExists)
}

// Commit makes the folder what its path names. The files in it must be on the disk
// already, as those of File.Commit are. A folder that may not be replaced stays, also
// one that appeared since CreateDir, and the error is ErrExists.
//
// On Linux and macOS old and new change places in one step, so that a program that is
// killed leaves the one or the other. Elsewhere, and on file systems that cannot do
// that, the old one is renamed first: there is a moment in which only temporary
// folders are there, one with the old files and one with the new.
func (d *Dir) Commit() error {
	if d.done {
		return fs.ErrClosed
	}
	defer d.Abort() // removes the old folder where it changed places
	old, empty, err := d.check()
	if err != nil {
		return err
	}
	if d.mode != 0 {
		if err := os.Chmod(d.temp, d.mode); err != nil {
			return err
		}
	}
	syncDir(d.temp)
	switch {
	case old == nil:
		err = renameNew(d.temp, d.path)
	case empty:
		err = replaceEmpty(d.temp, d.path)
	default:
		err = exchange(d.temp, d.path)
	}
	if errors.Is(err, fs.ErrExist) {
		return d.exists()
	}
	if err == nil {
		syncDir(filepath.Dir(d.path))
	}
	return err
}

// Abort removes the temporary folder. After Commit, or again, it does nothing, so
// that it can be deferred.
func (d *Dir) Abort() {
	if d.done {
		return
	}
	d.done = true
	_ = os.RemoveAll(d.temp) // its name says that it is of no use
}

// swap is exchange in three steps.
func swap(fresh, path string) error {
	aside, err := tempDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	if err := os.Remove(aside); err != nil {
		return err
	}
	if err := os.Rename(path, aside); err != nil {
		return err
	}
	if err := renameNew(fresh, path); err != nil {
		return errors.Join(err, renameNew(aside, path))
	}
	_ = os.RemoveAll(aside) // its name says that it is of no use
	return nil
}

// removeEmpty is replaceEmpty in two steps.
func removeEmpty(fresh, path string) error {
	if err := os.Remove(path); err != nil {
		return errors.Join(fs.ErrExist, err) // something is in it by now
	}
	return renameNew(fresh, path)
}
