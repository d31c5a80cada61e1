//go:build !linux

package ann

// adviseHuge does nothing where the system has no such request.
func adviseHuge([]byte) {}
