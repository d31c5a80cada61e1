package graph

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPoolKeepsNearest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var p pool
	for _, limit := range []int{1, 2, 7, fewKeys, fewKeys + 1, 64} {
		for _, n := range []int{0, 1, limit, 5 * limit} {
			p.Reset(limit, limit)
			var all []key
			for node := range uint32(n) {
				k := newKey(float32(r.IntN(8)), node)
				all = append(all, k)
				if k < p.bound() {
					p.add(k)
				}
			}
			slices.Sort(all)
			if want := all[:min(n, limit)]; !slices.Equal(p.Found(), want) {
				t.Errorf("limit %d, %d keys: got %v, want %v", limit, n, p.Found(), want)
			}
		}
	}
}

func TestPoolPopsNearestFirst(t *testing.T) {
	var p pool
	p.Reset(4, 4)
	p.add(newKey(2, 20))
	p.add(newKey(3, 30))
	pop := func(want uint32) {
		t.Helper()
		if got, ok := p.pop(); !ok || got != want {
			t.Fatalf("pop: got %d, %v, want %d", got, ok, want)
		}
	}
	pop(20)
	p.add(newKey(1, 10)) // before one that was popped
	pop(10)
	pop(30)
	if got, ok := p.pop(); ok {
		t.Fatalf("pop from a pool without unexpanded keys: got %d", got)
	}
}

func TestPoolExpandsTheFirst(t *testing.T) {
	var p pool
	p.Reset(2, 0)
	for node, d := range []float32{5, 3, 4} {
		if k := newKey(d, uint32(node)); k < p.bound() {
			p.add(k)
		}
	}
	if node, ok := p.pop(); ok {
		t.Fatalf("pop of none of two: got %d", node)
	}
	p.extend(5, 2)
	p.add(newKey(6, 6))
	for _, want := range []uint32{1, 2} {
		if got, ok := p.pop(); !ok || got != want {
			t.Fatalf("pop: got %d, %v, want %d", got, ok, want)
		}
	}
	if node, ok := p.pop(); ok || len(p.Found()) != 3 {
		t.Fatalf("pop of two of three: got %d, pool %v", node, p.Found())
	}
}

func TestSelectNth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 16, 17, 100, 1000} {
		keys := make([]uint64, n)
		for i := range keys {
			keys[i] = uint64(r.IntN(4))<<32 | uint64(i)
		}
		sorted := slices.Sorted(slices.Values(keys))
		for _, at := range []int{0, n / 3, n - 1} {
			got := slices.Clone(keys)
			r.Shuffle(n, func(i, j int) { got[i], got[j] = got[j], got[i] })
			selectNth(got, at)
			slices.Sort(got[:at])
			slices.Sort(got[at:])
			if !slices.Equal(got, sorted) {
				t.Fatalf("%d keys, n = %d: left and right are not split", n, at)
			}
		}
	}
}

func TestOrderedBits(t *testing.T) {
	values := []float32{-3e38, -1, -1e-45, 0, 1e-45, 1, 3e38}
	for i, v := range values[1:] {
		if orderedBits(values[i]) >= orderedBits(v) {
			t.Errorf("%g is not below %g", values[i], v)
		}
	}
}

func TestVisitedForgetsAtOnce(t *testing.T) {
	var v visited
	for round := range 600 { // the epoch wraps twice
		v.reset(3)
		v.add(uint32(round % 3))
		for node := range uint32(3) {
			if in := v.marks[node] == v.epoch; in != (node == uint32(round%3)) {
				t.Fatalf("round %d: node %d in set: %v", round, node, in)
			}
		}
	}
}
