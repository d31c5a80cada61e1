package graph

import (
	"github.com/nngmix/nngmix/ann/internal/memory"
	"github.com/nngmix/nngmix/simd"
)

// Allowed says which rows the pool of a walk may hold. The zero value says all. Others
// have either Words, bits: row i is allowed if bit Names[i] is set, or bit i where Names
// is nil; or Ask, which is called once at most for each row that a walk comes to.
type Allowed struct {
	Words []uint64
	Names []uint32
	Ask   func(row uint32) bool
}

// all tells whether all rows are allowed.
func (a *Allowed) all() bool { return a.Words == nil && a.Ask == nil }

// bit returns 1 for a row that is allowed by a.Words, else 0.
func (a *Allowed) bit(row uint32) uint64 {
	if a.Names != nil {
		row = a.Names[row]
	}
	if at := int(row / 64); at < len(a.Words) {
		return a.Words[at] >> (row % 64) & 1
	}
	return 0
}

// sift makes the rows of the list of s that are allowed and were not visited the ones to
// compare with next. Of the others that were not, lookBehind is to follow the links of
// the first.
func (s *Searcher) sift(l *Layer) {
	list := trimList(s.list)
	s.Batch, s.blocked = memory.Grow(s.Batch, len(list)), memory.Grow(s.blocked, len(list))
	kept, blocked := 0, 0
	for _, to := range list {
		if s.visited.has(to) {
			continue
		}
		ok := s.allows(to)
		s.visited.add(to)
		s.Batch[kept], s.blocked[blocked] = to, to
		kept += int(ok)
		blocked += int(1 - ok)
	}
	s.Batch, s.blocked = s.Batch[:kept], s.blocked[:min(blocked, s.Through)]
	for _, row := range s.blocked {
		simd.Prefetch(l.list(row))
	}
}

// allows returns 1 for a row that is allowed, else 0.
func (s *Searcher) allows(row uint32) uint64 {
	if s.Allow.Ask == nil {
		return s.Allow.bit(row)
	}
	if !s.visited.forbidden(row) && s.Allow.Ask(row) {
		return 1
	}
	return 0
}

// lookBehind adds the allowed rows that blocked ones link to, and that were not visited,
// to those to compare with next (Patel et al., ACORN, SIGMOD 2024, arXiv:2403.04871: the
// two-hop search of ACORN-1).
func (s *Searcher) lookBehind(l *Layer) {
	for _, row := range s.blocked {
		if s.Allow.Ask == nil {
			s.lookUp(trimList(l.list(row)))
		} else {
			s.askFor(trimList(l.list(row)))
		}
	}
}

// lookUp adds the rows of list that Words allow and that were not visited. It has no
// branch that depends on them.
func (s *Searcher) lookUp(list []uint32) {
	n := len(s.Batch)
	s.Batch = append(s.Batch, list...)
	batch := s.Batch
	marks, epoch := s.visited.marks, s.visited.epoch
	for _, to := range list {
		if int(to) >= len(marks) {
			damagedLink(to, len(marks))
		}
		mark := marks[to]
		fresh := uint64(0)
		if mark != epoch {
			fresh = 1
		}
		ok := s.Allow.bit(to) & fresh
		batch[n] = to
		n += int(ok)
		marks[to] = mark + (epoch-mark)*uint8(ok)
	}
	s.Batch = batch[:n]
}

// askFor adds the rows of list that Ask allows and that were not visited, and notes the
// others.
func (s *Searcher) askFor(list []uint32) {
	for _, to := range list {
		if s.visited.has(to) || s.visited.forbidden(to) {
			continue
		}
		if s.Allow.Ask(to) {
			s.visited.add(to)
			s.Batch = append(s.Batch, to)
		} else {
			s.visited.forbid(to)
		}
	}
}
