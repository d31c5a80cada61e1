//go:build !unix

package atomicfile

import "io/fs"

// sameDisk is not asked: a folder has a name without its drive only on that.
func sameDisk(a, b fs.FileInfo) bool { return true }

// replaceEmpty gives the folder fresh the name path, which an empty one has.
func replaceEmpty(fresh, path string) error { return removeEmpty(fresh, path) }
