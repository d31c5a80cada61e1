//go:build !unix

package ann

import "os"

// mapFile reads f where files are not mapped.
func mapFile(f *os.File, size int) ([]byte, func(), error) { return readFile(f, size) }
