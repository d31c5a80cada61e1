package ann

import (
	"sync/atomic"

	"github.com/nngmix/nngmix/ann/internal/memory"
)

// usage counts the calls that are reading an index, so that Close can tell when
// the last of them has returned. Counters are spread, since all searches count.
type usage struct {
	closed  atomic.Bool
	running [stripes]struct {
		calls atomic.Int64
		_     [memory.LineBytes - 8]byte
	}
	next atomic.Uint32 // the stripe that is given out next
}

const stripes = 16

// stripe returns the number of the counter that somebody is to use.
func (u *usage) stripe() uint32 { return u.next.Add(1) % stripes }

// count counts a call. The error, with which it counts too, is ErrClosed.
func (u *usage) count(stripe uint32) error {
	u.running[stripe].calls.Add(1)
	// Counted before looked: where closed is not set here, who sets it sees the count.
	if u.closed.Load() {
		return ErrClosed
	}
	return nil
}

// leave takes a call off the count. The last call to leave a closed index frees its
// memory.
func (x *Index) leave(stripe uint32) {
	x.usage.running[stripe].calls.Add(-1)
	if x.usage.closed.Load() {
		x.freeUnused()
	}
}

// freeUnused frees the memory of a closed index if nobody uses it.
func (x *Index) freeUnused() {
	for i := range x.usage.running {
		if x.usage.running[i].calls.Load() != 0 {
			return
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if m := x.file.Value(); m != nil {
		m.close()
	}
	x.publish(&state{})
	x.meta = nil
}

// Close ends the use of x: calls that begin after it give ErrClosed, or nothing
// where they return no error. Calls that are running end as they would have. When
// the last of them has returned, the memory of x is freed and its file, if it is an
// opened one, is no longer mapped. To close a closed index does nothing.
//
// An index that is not closed is freed by the garbage collector some time after its
// last use.
func (x *Index) Close() error {
	x.usage.closed.Store(true)
	x.freeUnused()
	return nil
}
