package table

import (
	"context"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/store"
)

// success is the name of the object that says that all others are there, as Hadoop
// and Spark write it.
const success = "_SUCCESS"

// objectFolder is a folder of objects. They appear one by one, since no store lets
// several appear at once.
type objectFolder struct {
	ctx     context.Context
	store   store.Store
	root    store.URL
	force   bool
	old     []store.URL        // what was there
	written map[store.URL]bool // by this run
	begun   bool
}

// createObjects starts a folder of objects. One that has something in it is refused
// as a folder of files is.
func createObjects(ctx context.Context, root store.URL, force bool) (*objectFolder, error) {
	to, err := store.Of(root)
	if err != nil {
		return nil, err
	}
	d := &objectFolder{ctx: ctx, store: to, root: root, force: force, written: map[store.URL]bool{}}
	there, err := to.List(ctx, root)
	if err != nil {
		return nil, err
	}
	for _, o := range there {
		below := strings.TrimPrefix(o.Key, root.Key)
		switch {
		case below == "": // stands for the folder
		case !force:
			return nil, fmt.Errorf("%s: %w", root, errObjects)
		case !outputName.MatchString(below) || strings.Contains(below, "/"):
			return nil, fmt.Errorf("%s: there are objects, such as %s, which is no part of a table: name another folder", root, path.Clean(below))
		default:
			d.old = append(d.old, o)
		}
	}
	return d, nil
}

// errObjects is atomicfile.ErrExists of a folder in a store.
var errObjects error = objectsExist{}

type objectsExist struct{}

func (objectsExist) Error() string {
	return "there are objects in the folder; --force replaces them"
}
func (objectsExist) Is(target error) bool { return target == atomicfile.ErrExists }

func (d *objectFolder) at(name string) store.URL { return d.root.With(d.root.Key + name) }
func (d *objectFolder) file(name string) string  { return d.at(name).String() }
func (d *objectFolder) named(name string) string { return d.file(name) }
func (d *objectFolder) wrote(name string)        { d.written[d.at(name)] = true }

// begin lets the old folder be no whole one any more, before its first object is
// replaced.
func (d *objectFolder) begin() error {
	if d.begun {
		return nil
	}
	d.begun = true
	for _, o := range d.old {
		if o == d.at(success) {
			return d.store.Remove(d.ctx, o)
		}
	}
	return nil
}

// Commit removes what is left of the old folder, then says that all is there.
func (d *objectFolder) Commit() error {
	for _, o := range d.old {
		if !d.written[o] && o != d.at(success) {
			if err := d.store.Remove(d.ctx, o); err != nil {
				return err
			}
		}
	}
	w, err := d.store.Create(d.ctx, d.at(success), d.force)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Commit(); err != nil {
		return err
	}
	d.written = nil
	return nil
}

// Abort removes what this run wrote.
func (d *objectFolder) Abort() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(d.ctx), time.Minute)
	defer cancel()
	for o := range d.written {
		_ = d.store.Remove(ctx, o) // without _SUCCESS none is taken for a whole
	}
	d.written = nil
}
