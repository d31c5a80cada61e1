package ann

import (
	"sync/atomic"
	"time"
)

// watch notices that a file was written to in place, which nothing may do while it is
// mapped: then what searches read of it may be anything.
type watch struct {
	stamp func() (stamp fileStamp, ok bool) // of the file as it is now
	first fileStamp                         // when it was opened
	next  atomic.Int64                      // when to look again, since opening
	start time.Time
}

// fileStamp is what changes when a file is written to.
type fileStamp struct{ size, modified int64 }

// watchEvery is the time between looks at the file: often enough to notice, seldom
// enough to cost searches nothing.
const watchEvery = int64(10 * time.Millisecond)

// newWatch returns a watch of the file whose stamp is asked for with stamp.
func newWatch(stamp func() (fileStamp, bool)) *watch {
	w := &watch{stamp: stamp, start: time.Now()}
	w.first, _ = stamp()
	return w
}

// check returns an error where the file was written to. It looks every 10 ms. The owner
// of the file keeps it open meanwhile.
func (w *watch) check() error {
	now := int64(time.Since(w.start))
	if next := w.next.Load(); now < next || !w.next.CompareAndSwap(next, now+watchEvery) {
		return nil
	}
	if stamp, ok := w.stamp(); ok && stamp != w.first {
		return corrupt("it was written to while it was open: open it again")
	}
	return nil
}
