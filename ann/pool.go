package ann

import "math"

// key packs a candidate into one integer: the distance's bits above the node's
// number above a mark. Distances in a graph are not negative, so keys are ordered
// by (distance, node).
type key uint64

const (
	expanded key = 1              // the candidate's links have been followed
	farthest     = key(1<<64 - 1) // after every candidate

	maxNodes = 1<<31 - 1
)

func newKey(distance float32, node uint32) key {
	return rankKey(math.Float32bits(distance), node)
}

// rankKey is newKey for a number that orders candidates as distances do.
func rankKey(rank, node uint32) key { return key(rank)<<32 | key(node)<<1 }

func (k key) rank() uint32      { return uint32(k >> 32) }
func (k key) node() uint32      { return uint32(k) >> 1 }
func (k key) distance() float32 { return math.Float32frombits(k.rank()) }

// pool is the list of the nearest candidates of a search, ascending, at most
// limit of them.
type pool struct {
	keys  []key // len is limit
	size  int
	next  int // no candidate before it is unexpanded
	limit int
}

func (p *pool) reset(limit int) {
	if cap(p.keys) < limit {
		p.keys = make([]key, limit)
	}
	p.keys, p.limit, p.size, p.next = p.keys[:limit], limit, 0, 0
}

// restart sets the limit and keeps the nearest of entries, which are ascending and
// may be the contents of p, all of them unexpanded.
func (p *pool) restart(limit int, entries []key) {
	if cap(p.keys) < limit {
		p.keys = make([]key, limit)
	}
	p.keys, p.limit, p.next = p.keys[:limit], limit, 0
	p.size = copy(p.keys, entries)
	for i := range p.keys[:p.size] {
		p.keys[i] &^= expanded
	}
}

// bound returns the key that a candidate must be below to enter.
func (p *pool) bound() key {
	if p.size < p.limit {
		return farthest
	}
	return p.keys[p.size-1]
}

// add puts k, which is below the bound and not in the pool, in its place.
func (p *pool) add(k key) {
	lo, hi := 0, p.size
	for lo < hi {
		if mid := int(uint(lo+hi) >> 1); p.keys[mid] < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if p.size < p.limit {
		p.size++
	}
	copy(p.keys[lo+1:p.size], p.keys[lo:p.size-1])
	p.keys[lo] = k
	p.next = min(p.next, lo)
}

// pop marks the nearest unexpanded candidate as expanded and returns it, or
// returns false where there is none.
func (p *pool) pop() (uint32, bool) {
	for ; p.next < p.size; p.next++ {
		if k := p.keys[p.next]; k&expanded == 0 {
			p.keys[p.next] |= expanded
			p.next++
			return k.node(), true
		}
	}
	return 0, false
}

// found returns the candidates, ascending.
func (p *pool) found() []key { return p.keys[:p.size] }
