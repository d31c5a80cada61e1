package index

import (
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/internal/tableindex"
)

// output is an index that is being written: a file or a folder.
type output struct {
	path  string
	force bool
	file  *atomicfile.File // nil for a folder
	dir   *atomicfile.Dir  // nil for a file
}

// newOutput starts the index path, a folder where that is asked for or what the path
// names.
func newOutput(path string, folder, force bool) (*output, error) {
	o := &output{path: path, force: force}
	if folder || tableindex.IsFolder(path) {
		return o, o.startFolder()
	}
	var err error
	o.file, err = atomicfile.Create(path, force)
	return o, err
}

// toFolder makes a folder of what was begun as a file.
func (o *output) toFolder() error {
	if o.dir != nil {
		return nil
	}
	o.file.Abort()
	o.file = nil
	return o.startFolder()
}

func (o *output) startFolder() (err error) {
	var replace atomicfile.Replace
	if o.force {
		replace = tableindex.Own
	}
	o.dir, err = atomicfile.CreateDir(o.path, replace)
	return err
}

// abort removes what was begun, unless it has become the index.
func (o *output) abort() {
	if o.file != nil {
		o.file.Abort()
	}
	if o.dir != nil {
		o.dir.Abort()
	}
}
