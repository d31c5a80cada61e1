//go:build !linux

package memory

// adviseHuge does nothing where the system has no such request.
func adviseHuge([]byte) {}

// Populate does nothing: searches have pages mapped one by one.
func Populate([]byte) {}
