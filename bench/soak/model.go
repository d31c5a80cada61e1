package main

import (
	"math"
	"sync"
	"sync/atomic"
)

// model knows what rows an index may show at any time since the oldest call that is
// running. Time is a counter. A change has its time before the call and that after it:
// somewhere between the two searches begin to see it.
//
// Each key is changed by one goroutine only, so its versions follow each other.
type model struct {
	clock  atomic.Int64
	active [workers]atomic.Int64 // when the call that a worker checks began
	keys   []history
}

// history is the versions of a key, the oldest first.
type history struct {
	mu       sync.Mutex
	versions []version
}

// version is a row, nil for none, from a change between two times on.
type version struct {
	row        []float32
	begin, end int64
}

func newModel(keys int) *model {
	m := &model{keys: make([]history, keys)}
	for i := range m.active {
		m.active[i].Store(math.MaxInt64)
	}
	for i := range m.keys {
		m.keys[i].versions = []version{{}}
	}
	return m
}

// begin takes the time before a call of a worker.
func (m *model) begin(worker int) int64 {
	m.active[worker].Store(m.clock.Load()) // so that nothing is forgotten between here ...
	now := m.clock.Add(1)                  // ... and here
	return now
}

// end takes the time after a call.
func (m *model) end() int64 { return m.clock.Add(1) }

// forget ends what begin began.
func (m *model) forget(worker int) { m.active[worker].Store(math.MaxInt64) }

// change notes that a change of key to row has begun.
func (m *model) change(key uint64, row []float32, begin int64) {
	h := &m.keys[key]
	h.mu.Lock()
	defer h.mu.Unlock()
	oldest := int64(math.MaxInt64)
	for i := range m.active {
		oldest = min(oldest, m.active[i].Load())
	}
	for len(h.versions) > 1 && h.versions[1].end < oldest {
		h.versions = h.versions[1:]
	}
	h.versions = append(h.versions, version{row, begin, math.MaxInt64})
}

// changed notes that the change of key has ended, or that it was none.
func (m *model) changed(key uint64, end int64, done bool) {
	h := &m.keys[key]
	h.mu.Lock()
	defer h.mu.Unlock()
	last := len(h.versions) - 1
	if done {
		h.versions[last].end = end
	} else {
		h.versions = h.versions[:last]
	}
}

// last returns the row of a key that only the caller changes.
func (m *model) last(key uint64) []float32 {
	h := &m.keys[key]
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.versions[len(h.versions)-1].row
}

// possible calls f with the rows of key that a call between two times may have seen,
// until f returns true, and tells whether it did. Row nil is none.
func (m *model) possible(key uint64, begin, end int64, f func(row []float32) bool) bool {
	h := &m.keys[key]
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, v := range h.versions {
		gone := i+1 < len(h.versions) && h.versions[i+1].end < begin
		if v.begin <= end && !gone && f(v.row) {
			return true
		}
	}
	return false
}

// certain returns the row of key that a call between two times must have seen, nil
// where there may have been another or none.
func (m *model) certain(key uint64, begin, end int64) []float32 {
	h := &m.keys[key]
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, v := range h.versions {
		if v.end < begin && (i+1 == len(h.versions) || h.versions[i+1].begin > end) {
			return v.row
		}
	}
	return nil
}

// squared returns the distance that an index gives.
func squared(a, b []float32) (sum float64) {
	for i, x := range a {
		d := float64(x) - float64(b[i])
		sum += float64(d * d)
	}
	return sum
}
