package graph

import (
	"math"
	"slices"

	"github.com/nngmix/nngmix/ann/internal/memory"
)

// key packs a candidate into one integer: the distance's bits above the node's
// number above a mark. Distances in a graph are not negative, so keys are ordered
// by (distance, node).
type key uint64

const (
	expanded key = 1              // the candidate's links have been followed
	Farthest     = key(1<<64 - 1) // after every candidate

	MaxNodes = 1<<31 - 1
)

func newKey(distance float32, node uint32) key {
	return RankKey(math.Float32bits(distance), node)
}

// RankKey is newKey for a number that orders candidates as distances do.
func RankKey(rank, node uint32) key { return key(rank)<<32 | key(node)<<1 }

func (k key) Rank() uint32      { return uint32(k >> 32) }
func (k key) Node() uint32      { return uint32(k) >> 1 }
func (k key) distance() float32 { return math.Float32frombits(k.Rank()) }

// pool is the list of the nearest candidates of a search, ascending, at most
// limit of them, of which the first wide are expanded.
type pool struct {
	keys  []key // len is limit
	size  int
	next  int // no candidate before it is unexpanded
	limit int
	wide  int // at most limit
}

func (p *pool) Reset(limit, wide int) {
	p.keys = memory.Grow(p.keys, limit)
	p.limit, p.wide, p.size, p.next = limit, wide, 0, 0
}

// extend makes room for more and lets more be expanded.
func (p *pool) extend(limit, wide int) {
	p.keys = slices.Grow(p.keys[:p.size], limit-min(limit, p.size))[:limit]
	p.size = min(p.size, limit)
	p.limit, p.wide, p.next = limit, wide, 0
}

// bound returns the key that a candidate must be below to enter.
func (p *pool) bound() key {
	if p.size < p.limit {
		return Farthest
	}
	return p.keys[p.size-1]
}

// add puts k, which is below the bound and not in the pool, in its place.
func (p *pool) add(k key) {
	if p.size < p.limit {
		p.size++
	}
	keys := p.keys[:p.size]
	at := len(keys) - 1 // k takes the place of the last one, or a new place
	if len(keys) > fewKeys {
		at = place(keys[:at], k)
		copy(keys[at+1:], keys[at:])
	} else {
		for ; at > 0 && keys[at-1] > k; at-- {
			keys[at] = keys[at-1]
		}
	}
	keys[at] = k
	p.next = min(p.next, at)
}

// fewKeys is how many keys are faster looked at one by one.
const fewKeys = 24

// place returns how many of keys, which are ascending, are below k. The loop has no
// branch that depends on keys: half of them would be guessed wrong.
func place(keys []key, k key) int {
	first, n := 0, len(keys)
	for n > 0 {
		half := (n + 1) / 2
		if keys[first+half-1] < k {
			first += half
		}
		n -= half
	}
	return first
}

// pop marks the nearest unexpanded candidate as expanded and returns it, or
// returns false where there is none among the first wide.
func (p *pool) pop() (uint32, bool) {
	for end := min(p.size, p.wide); p.next < end; p.next++ {
		if k := p.keys[p.next]; k&expanded == 0 {
			p.keys[p.next] |= expanded
			p.next++
			return k.Node(), true
		}
	}
	return 0, false
}

// Found returns the candidates, ascending.
func (p *pool) Found() []key { return p.keys[:p.size] }
