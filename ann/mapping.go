package ann

import (
	"runtime"
	"sync"
)

// mapping is memory of a file that segments refer to. It is freed when Close says
// so, or by the collector after the last of these segments.
type mapping struct {
	data    []byte
	release *release
	cleanup runtime.Cleanup
}

// release frees memory once.
type release struct {
	once sync.Once
	free func()
}

func (r *release) do() { r.once.Do(r.free) }

// newMapping returns the mapping of data, which free frees.
func newMapping(data []byte, free func()) *mapping {
	m := &mapping{data: data, release: &release{free: free}}
	m.cleanup = runtime.AddCleanup(m, (*release).do, m.release)
	return m
}

// close frees the memory. Nothing may refer to it any more.
func (m *mapping) close() {
	m.cleanup.Stop()
	m.release.do()
}
