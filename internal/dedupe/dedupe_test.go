package dedupe

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

// naive returns the groups by comparing each row with the first of each group.
func naive(rows []float32, dim int) *Groups {
	var groups [][]uint32
	t := table{rows, dim}
next:
	for i := range len(rows) / dim {
		for g := range groups {
			if t.equal(i, int(groups[g][0])) {
				groups[g] = append(groups[g], uint32(i))
				continue next
			}
		}
		groups = append(groups, []uint32{uint32(i)})
	}
	g := &Groups{Rows: []uint32{}, Starts: []uint32{0}}
	for _, rows := range groups {
		g.Rows = append(g.Rows, rows...)
		g.Starts = append(g.Starts, uint32(len(g.Rows)))
	}
	return g
}

func TestFindEqualsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.IntRange(1, 11).Draw(t, "dim")
		n := rapid.IntRange(0, 200).Draw(t, "rows")
		value := rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, 1e-45, math.MaxFloat32})
		rows := rapid.SliceOfN(value, n*dim, n*dim).Draw(t, "values")
		for threads := range 4 {
			got, err := Find(context.Background(), rows, dim, threads+1)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(naive(rows, dim), got); diff != "" {
				t.Fatalf("%d threads (-naive +got):\n%s", threads+1, diff)
			}
		}
	})
}

// TestFindManyParts has more rows than one part and groups of known sizes: row i
// is the number i modulo 1,000 of the first half, and one of its own in the second.
func TestFindManyParts(t *testing.T) {
	const n, dim, groups = 40_000, 3, 1000
	rows := make([]float32, n*dim)
	for i := range n {
		rows[i*dim] = float32(i)
		if i < n/2 {
			rows[i*dim] = float32(i % groups)
		}
	}
	for _, threads := range []int{1, 2, 8} {
		g, err := Find(t.Context(), rows, dim, threads)
		if err != nil {
			t.Fatal(err)
		}
		if g.Len() != groups+n/2 {
			t.Fatalf("%d threads: %d groups, want %d", threads, g.Len(), groups+n/2)
		}
		for i := range groups {
			for j, row := range g.Rows[g.Starts[i]:g.Starts[i+1]] {
				if int(row) != i+j*groups {
					t.Fatalf("%d threads: row %d of group %d is %d, want %d", threads, j, i, row, i+j*groups)
				}
			}
		}
		if got := g.First(groups); got != n/2 {
			t.Errorf("%d threads: first row of its own is %d, want %d", threads, got, n/2)
		}
	}
}

// TestCollision gives all rows one hash: only comparing tells them apart.
func TestCollision(t *testing.T) {
	f := newFinder([]float32{1, 2, 1, 3, 2, 1}, 1, 2)
	if err := f.run(t.Context(), f.hash, f.distribute); err != nil {
		t.Fatal(err)
	}
	clear(f.hashes)
	if err := f.run(t.Context(), f.lookUp, f.verify); err != nil {
		t.Fatal(err)
	}
	if !f.collision.Load() {
		t.Error("rows of one hash that differ were taken for equal")
	}
	f.compare = true
	if err := f.lookUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]uint32{0, 1, 0, 3, 1, 0}, f.first); diff != "" {
		t.Errorf("first equal row (-want +got):\n%s", diff)
	}
}

func TestFindStopsWhenTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, make([]float32, 100), 1, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// TestHashHasNoBlindSpot makes rows whose first eight bytes are a key, at which
// products are 0: first the key that was once a constant, then the one of this
// process, which nobody who makes a table knows.
func TestHashHasNoBlindSpot(t *testing.T) {
	const n = 4000
	for name, key := range map[string]uint64{"once": 0x13198a2e03707345, "now": keys[1]} {
		rows := make([]float32, 0, 4*n)
		for i := range n {
			rows = append(rows, math.Float32frombits(uint32(key)), math.Float32frombits(uint32(key>>32)), float32(i), 1)
		}
		hashes := map[uint64]bool{}
		for i := range n {
			hashes[table{rows, 4}.hash(i)] = true
		}
		if len(hashes) < n {
			t.Errorf("key %s: %d rows have %d hashes", name, n, len(hashes))
		}
	}
}

// lateContext ends when it has been asked calls times.
type lateContext struct {
	context.Context
	calls atomic.Int64
}

func (c *lateContext) Err() error {
	if c.calls.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestLookUpStopsInside gives all rows one hash, so that one part takes a number
// of comparisons quadratic in the rows: looking up must stop inside of it.
func TestLookUpStopsInside(t *testing.T) {
	const n = 3000
	rows := make([]float32, n)
	for i := range rows {
		rows[i] = float32(i)
	}
	f := newFinder(rows, 1, 1)
	if err := f.run(t.Context(), f.hash, f.distribute); err != nil {
		t.Fatal(err)
	}
	clear(f.hashes)
	f.compare, f.order, f.parts, f.ends = true, order(n), 1, []int{n}
	ctx := &lateContext{Context: t.Context()}
	ctx.calls.Store(3)
	if err := f.lookUp(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func order(n int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}

func BenchmarkFind(b *testing.B) {
	for _, dim := range []int{3, 10, 39, 196} {
		for _, copies := range []int{1, 2, 20} {
			b.Run(fmt.Sprintf("dim=%d/copies=%d", dim, copies), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				n := 4_000_000 / dim
				rows := make([]float32, n*dim)
				for i := range n {
					c := rand.New(rand.NewPCG(uint64(r.IntN(n/copies)), 0))
					for j := range dim {
						rows[i*dim+j] = c.Float32()
					}
				}
				for b.Loop() {
					if _, err := Find(b.Context(), rows, dim, 1); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
			})
		}
	}
}
