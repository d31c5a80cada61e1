package tableindex

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/internal/atomicfile"
)

// Change adds rows to an index of segments, or puts segments together. New files are
// written beside those that are there, which are never changed; then the manifest is
// replaced. So a program that is killed leaves the index as it was, or changed, and at
// most files that the next Change removes; an index that is open stays as it is.
type Change struct {
	dir      string
	lock     *atomicfile.Lock
	manifest *manifest
	opt      ann.Options // of the segments
}

// NewChange starts a change of the index in the folder dir. The error is
// atomicfile.ErrLocked where another program changes it. Close ends the change.
func NewChange(dir string) (_ *Change, err error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s: it is one file, and only a folder of segments can be changed: build one with 'nngmix index build --out %s/', a slash at its end", dir, dir)
	}
	lock, err := atomicfile.LockDir(dir)
	if err != nil {
		return nil, err
	}
	c := &Change{dir: dir, lock: lock}
	defer func() {
		if err != nil {
			c.Close()
		}
	}()
	if c.manifest, err = readManifest(dir); err != nil {
		return nil, err
	}
	x, err := Open(dir) // which checks all
	if err != nil {
		return nil, err
	}
	c.opt = x.Options()
	if err := x.Close(); err != nil {
		return nil, err
	}
	return c, c.tidy()
}

// Close ends the change. To call it again does nothing.
func (c *Change) Close() { c.lock.Unlock() }

// Schema describes the table of the index.
func (c *Change) Schema() *Schema { return c.manifest.Table }

// Segments returns how many segments the index has.
func (c *Change) Segments() int { return len(c.manifest.Segments) }

// tidy removes files that the manifest does not tell of: what is left of programs that
// were killed, and segments that have been put together.
func (c *Change) tidy() error {
	keep := map[string]bool{manifestName: true}
	for _, s := range c.manifest.Segments {
		keep[s.Name] = true
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if Own(e) && !keep[e.Name()] {
			_ = os.Remove(filepath.Join(c.dir, e.Name())) // if it cannot be now, then another time
		}
	}
	return nil
}

// writer returns what writes new segments, the first of which begins with a row of the
// table.
func (c *Change) writer(row, threads int, how SegmentOptions) (*segmentWriter, error) {
	how.Build = c.opt
	w, err := newSegmentWriter(c.dir, c.manifest.Table, threads, how)
	if err != nil {
		return nil, err
	}
	w.next, w.row, w.end = c.manifest.Next, row, row
	return w, nil
}

// drop removes the segments that w has written, for they are of no use.
func (c *Change) drop(w *segmentWriter) {
	for _, s := range w.done {
		_ = os.Remove(filepath.Join(c.dir, s.Name)) // else the next change does
	}
}

// commit makes m, of which w has written segments, the manifest.
func (c *Change) commit(m *manifest, w *segmentWriter) (*Built, error) {
	m.Next = w.next
	err := m.check()
	if err == nil {
		err = m.write(c.dir)
	}
	if err != nil {
		return nil, errors.Join(err, c.tidy())
	}
	c.manifest = m
	return m.built(w), c.tidy()
}

// clone returns a copy that may be changed.
func (m *manifest) clone() *manifest {
	copied, err := decodeManifest(m.encode())
	if err != nil {
		panic(err) // it was checked
	}
	return copied
}
