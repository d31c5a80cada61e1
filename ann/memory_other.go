//go:build !linux

package ann

// adviseHuge does nothing where the system has no such request.
func adviseHuge([]byte) {}

// populate does nothing: searches have pages mapped one by one.
func populate([]byte) {}
