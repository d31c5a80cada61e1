package ann

import (
	"runtime"
	"sync"
)

// mapping is memory of a file that segments refer to. It is freed when Close says
// so, or by the collector after the last of these segments.
type mapping struct {
	data    []byte
	watch   *watch // of the file, or nil
	release *release
	cleanup runtime.Cleanup
}

// release frees memory once.
type release struct {
	once sync.Once
	free func()
}

func (r *release) do() { r.once.Do(r.free) }

// newMapping returns the mapping of an image.
func newMapping(i image) *mapping {
	m := &mapping{data: i.data, watch: i.watch, release: &release{free: i.free}}
	m.cleanup = runtime.AddCleanup(m, (*release).do, m.release)
	return m
}

// close frees the memory. Nothing may refer to it any more.
func (m *mapping) close() {
	m.cleanup.Stop()
	m.release.do()
}
