// Package dedupe finds equal rows of a table. Neighbor search treats them as one
// row with several ids: tables of measurements are often mostly copies, which
// slow exact search and break graph indexes.
package dedupe

import (
	"context"
	"math/bits"
	"sync/atomic"

	"github.com/nngmix/nngmix/internal/parallel"
)

// Groups are the sets of equal rows of a table.
type Groups struct {
	Rows   []uint32 // row ids, group after group, ascending within a group
	Starts []uint32 // Rows[Starts[g]:Starts[g+1]] is group g; groups are ascending by their first row
}

// Len returns the number of groups.
func (g *Groups) Len() int { return len(g.Starts) - 1 }

// First returns the smallest row id of group i.
func (g *Groups) First(i int) int { return int(g.Rows[g.Starts[i]]) }

// Find returns the groups of equal rows among the n rows of dim columns in rows,
// n below 2³². Rows are equal when all their columns are: -0 equals 0, and NaN,
// which callers refuse before, equals nothing. The answer does not depend on
// threads. Beside the answer it takes 12 bytes for a row while at work. The error
// is that of ctx.
//
// Rows are distributed by their hash to parts, each of which is small enough for
// its hash table to stay in cache. Rows of one hash are then compared in the order
// of the table, which reads memory in order; should two of them differ, the tables
// are made again comparing rows too.
func Find(ctx context.Context, rows []float32, dim, threads int) (*Groups, error) {
	f := newFinder(rows, dim, threads)
	if err := f.run(ctx, f.hash, f.distribute, f.lookUp, f.verify); err != nil {
		return nil, err
	}
	if f.collision.Load() {
		f.compare = true
		if err := f.run(ctx, f.lookUp); err != nil {
			return nil, err
		}
	}
	return number(f.first), nil
}

const (
	partRows = 2048    // rows in a part, about
	maxParts = 1 << 10 // more write streams than this thrash the translation of addresses
)

// finder is the state of Find.
type finder struct {
	table   table
	n       int
	threads int
	parts   int // power of two
	ranges  int // the rows are cut into so many ranges, and each is hashed at once
	compare bool

	hashes    []uint64 // of each row; the top bits name its part
	counts    []int    // rows of range r and part p at r·parts+p; then where they go in order
	order     []uint32 // rows, part after part, ascending
	ends      []int    // where each part ends in order
	first     []uint32 // the first row equal to each row
	collision atomic.Bool
}

func newFinder(rows []float32, dim, threads int) *finder {
	n := len(rows) / dim
	return &finder{
		table: table{rows, dim}, n: n, threads: threads,
		parts:  min(1<<bits.Len(uint(n/partRows)), maxParts),
		ranges: min(4*threads, n/partRows+1),
	}
}

func (f *finder) run(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hash fills hashes and counts.
func (f *finder) hash(ctx context.Context) error {
	f.hashes = make([]uint64, f.n)
	f.counts = make([]int, f.ranges*f.parts)
	return f.eachRange(ctx, func(r, lo, hi int) {
		counts := f.counts[r*f.parts:][:f.parts]
		for i := lo; i < hi; i++ {
			h := f.table.hash(i)
			f.hashes[i] = h
			counts[f.part(h)]++
		}
	})
}

// eachRange calls do for pieces of the ranges, those of one range in order, from
// all threads.
func (f *finder) eachRange(ctx context.Context, do func(r, lo, hi int)) error {
	const piece = 1 << 16
	return parallel.Do(ctx, f.threads, f.ranges, func(_, r int) error {
		for lo, hi := parallel.Range(f.n, f.ranges, r); lo < hi; lo += piece {
			if err := ctx.Err(); err != nil {
				return err
			}
			do(r, lo, min(lo+piece, hi))
		}
		return nil
	})
}

func (f *finder) part(hash uint64) uint64 { return hash >> 32 * uint64(f.parts) >> 32 }

// distribute fills order and ends.
func (f *finder) distribute(ctx context.Context) error {
	f.order = make([]uint32, f.n)
	f.ends = make([]int, f.parts)
	at := 0
	for p := range f.parts {
		for r := range f.ranges {
			count := &f.counts[r*f.parts+p]
			at, *count = at+*count, at
		}
		f.ends[p] = at
	}
	return f.eachRange(ctx, func(r, lo, hi int) {
		next := f.counts[r*f.parts:][:f.parts]
		for i, h := range f.hashes[lo:hi] {
			to := &next[f.part(h)]
			f.order[*to] = uint32(lo + i)
			*to++
		}
	})
}

// lookUp fills first, by hash or, where compare is set, by hash and value.
func (f *finder) lookUp(ctx context.Context) error {
	if f.first == nil {
		f.first = make([]uint32, f.n)
	}
	tables := make([][]slot, f.threads)
	return parallel.Do(ctx, f.threads, f.parts, func(worker, p int) error {
		lo := 0
		if p > 0 {
			lo = f.ends[p-1]
		}
		order := f.order[lo:f.ends[p]]
		size := 2 << bits.Len(uint(len(order)))
		if len(tables[worker]) < size {
			tables[worker] = make([]slot, size)
		}
		slots := tables[worker][:size]
		clear(slots)
		looked := 0
		for _, row := range order {
			first, slotsLooked := f.insert(slots, f.hashes[row], row)
			f.first[row] = first
			if looked += slotsLooked; looked >= lookedBetween {
				if err := ctx.Err(); err != nil {
					return err
				}
				looked = 0
			}
		}
		return nil
	})
}

// lookedBetween is how many slots are looked at, each of which may cost the
// comparison of two rows, before ctx is.
const lookedBetween = 1 << 14

// slot is a place in a hash table; after is 0 where it is empty.
type slot struct {
	hash  uint64
	after uint32 // row + 1
}

// insert looks for a row equal to row in slots and returns it, or puts row there
// and returns it, and at how many slots it looked.
func (f *finder) insert(slots []slot, hash uint64, row uint32) (first uint32, looked int) {
	mask := len(slots) - 1
	for at := int(hash) & mask; ; at = (at + 1) & mask {
		looked++
		s := &slots[at]
		if s.after == 0 {
			*s = slot{hash, row + 1}
			return row, looked
		}
		if s.hash == hash && (!f.compare || f.table.equal(int(s.after-1), int(row))) {
			return s.after - 1, looked
		}
	}
}

// verify sets collision where a row differs from the first row of its hash.
func (f *finder) verify(ctx context.Context) error {
	return f.eachRange(ctx, func(_, lo, hi int) {
		for i, first := range f.first[lo:hi] {
			if int(first) != lo+i && !f.table.equal(int(first), lo+i) {
				f.collision.Store(true)
				return
			}
		}
	})
}

// number turns the first equal row of each row into groups. It overwrites first.
func number(first []uint32) *Groups {
	g := &Groups{Rows: make([]uint32, len(first)), Starts: []uint32{0}}
	groups := first // the group of each row that is passed
	for i, f := range first {
		if int(f) == i {
			groups[i] = uint32(g.Len())
			g.Starts = append(g.Starts, 0)
		} else {
			groups[i] = groups[f]
		}
		g.Starts[groups[i]+1]++
	}
	for i := range g.Len() {
		g.Starts[i+1] += g.Starts[i]
	}
	for i, group := range groups { // Starts[group] runs to where the next group starts
		g.Rows[g.Starts[group]] = uint32(i)
		g.Starts[group]++
	}
	copy(g.Starts[1:], g.Starts)
	g.Starts[0] = 0
	return g
}
