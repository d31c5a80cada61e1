//go:build !linux && !darwin && !windows

package atomicfile

// renameNew goes by links: there is no rename that refuses to replace.
func renameNew(old, path string) error { return linkNew(old, path) }
