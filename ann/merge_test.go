package ann

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/ann/internal/graph"
	"github.com/nngmix/nngmix/exact"
)

// heldContext blocks who asks for its Done from the first time on, until it is let
// go: a change that was given it stays in the middle of its work.
type heldContext struct {
	context.Context
	reached, release chan struct{}
	once             *sync.Once
}

func held(ctx context.Context) heldContext {
	return heldContext{ctx, make(chan struct{}), make(chan struct{}), new(sync.Once)}
}

func (c heldContext) Done() <-chan struct{} {
	c.once.Do(func() { close(c.reached) })
	<-c.release
	return c.Context.Done()
}

// within fails the test where f, which must not wait for anything, has not returned
// after a minute.
func within(t *testing.T, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s waits for a change that is under way", what)
	}
}

// TestNothingWaitsForAChange holds a Compact, and then an Add, in the middle of
// their work, and makes all other calls meanwhile. What was added, set and deleted
// must be so when the held change ends.
func TestNothingWaitsForAChange(t *testing.T) {
	const dim, n = 4, 800
	rows := clustered(n, dim, 1)
	x, m := mustBuild(t, rows, dim, exact.L2Squared, small), newModel(rows, dim)
	x.Delete(5)
	delete(m.rows, 5)
	changes := map[string]func(ctx context.Context) error{
		"Compact": func(ctx context.Context) error { return x.Compact(ctx, ChangeOptions{}) },
		"Add":     func(ctx context.Context) error { return second(x.Add(ctx, clustered(50, dim, 9), ChangeOptions{})) },
	}
	for _, name := range []string{"Compact", "Add"} {
		ctx := held(t.Context())
		ended := make(chan error)
		go func() { ended <- changes[name](ctx) }()
		<-ctx.reached
		first := m.next
		within(t, name+": Meta", func() { x.Meta() })
		within(t, name+": SetMeta", func() { x.SetMeta([]byte(name)) })
		within(t, name+": Delete", func() { x.Delete(7, 8, first-1) })
		for _, id := range []uint32{7, 8, first - 1} {
			delete(m.rows, id)
		}
		for i := range uint32(20) { // more than there are segments
			row := clustered(1, dim, uint64(i)+100)
			within(t, name+": Set", func() {
				if err := x.Set(t.Context(), []uint32{7 + 3*i}, row, ChangeOptions{}); err != nil {
					t.Error(err)
				}
			})
			m.rows[7+3*i] = row
			within(t, name+": Add", func() {
				if id, err := x.Add(t.Context(), row, ChangeOptions{}); err != nil || id != m.next {
					t.Errorf("got id %d, %v, want %d", id, err, m.next)
				}
			})
			m.add(row)
		}
		path := filepath.Join(t.TempDir(), "index.nngx")
		within(t, name+": Save", func() {
			if err := x.Save(t.Context(), path); err != nil {
				t.Error(err)
			}
		})
		sameAsModel(t, name+", saved", must(Load(t.Context(), path)), m)
		close(ctx.release)
		if err := <-ended; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if name == "Add" {
			m.add(clustered(50, dim, 9))
		}
		sameAsModel(t, name, x, m)
		if got := string(x.Meta()); got != name {
			t.Errorf("meta is %q, want %q", got, name)
		}
	}
	if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	sameAsModel(t, "in the end", x, m)
}

// sameAsModel compares all rows near some queries.
func sameAsModel(t *testing.T, name string, x *Index, m *model) {
	t.Helper()
	if x.Len() != len(m.rows) {
		t.Fatalf("%s: %d rows, want %d", name, x.Len(), len(m.rows))
	}
	for seed := range uint64(8) {
		query := clustered(1, m.dim, seed)
		got := must(x.Search(t.Context(), query, 40, SearchOptions{EfSearch: 400}))
		if diff := cmp.Diff(m.search(query, 40, nil), got); diff != "" {
			t.Fatalf("%s: (-model +index)\n%s", name, diff)
		}
	}
}

// TestChangesAtOnce makes changes of all kinds from several goroutines, each with
// ids of its own, so that the outcome does not depend on their order.
func TestChangesAtOnce(t *testing.T) {
	const dim, n, workers = 3, 1000, 4
	rows := clustered(n, dim, 1)
	x, m := mustBuild(t, rows, dim, exact.L2Squared, small), newModel(rows, dim)
	var mu sync.Mutex
	var working sync.WaitGroup
	for worker := range uint32(workers) {
		working.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 1))
			for step := range 40 {
				id := r.Uint32N(n/workers)*workers + worker
				row := clustered(1, dim, r.Uint64())
				switch step % 8 {
				case 0:
					first, err := x.Add(t.Context(), row, ChangeOptions{})
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					m.rows[first], m.next = row, max(m.next, first+1)
					mu.Unlock()
				case 1, 2, 3:
					if err := x.Set(t.Context(), []uint32{id}, row, ChangeOptions{}); err != nil {
						t.Error(err)
					}
					mu.Lock()
					m.rows[id] = row
					mu.Unlock()
				case 7:
					if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
						t.Error(err)
					}
				default:
					there := x.Contains(id)
					if got := x.Delete(id); (got == 1) != there {
						t.Errorf("id %d: there %v, deleted %d", id, there, got)
					}
					mu.Lock()
					delete(m.rows, id)
					mu.Unlock()
				}
			}
		})
	}
	working.Wait()
	sameAsModel(t, "after all", x, m)
	sameAsModel(t, "saved", must(decodeCopy(fileOf(t, x))), m)
}

// lateContext ends when it has been asked for its error a number of times.
type lateContext struct {
	context.Context
	left atomic.Int64
}

func (c *lateContext) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestMergeCanceled: rows that were added are there, even where their ctx ends while
// graphs are merged.
func TestMergeCanceled(t *testing.T) {
	const dim = 3
	rows := clustered(600, dim, 1)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	for calls := range int64(400) {
		m := newModel(rows, dim)
		x := newIndex(x.opt, x.tune, dim, x.state.Load())
		ctx := &lateContext{Context: t.Context()}
		ctx.left.Store(calls)
		more := clustered(400, dim, 2)
		_, err := x.Add(ctx, more, ChangeOptions{})
		if err == nil {
			m.add(more)
		} else if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		sameAsModel(t, "canceled", x, m)
		if err == nil && x.Stats().Segments == 1 {
			return
		}
	}
	t.Error("no Add came to an end: the test shows too little")
}

// TestRowSet compares sets with maps, and expects sets from which others were made
// to stay as they are.
func TestRowSet(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{1, 64, 65, rowsOfChunk, rowsOfChunk + 1, rowsOfBlock + 3*rowsOfChunk + 70} {
		var sets []rowSet
		var want []map[uint32]bool
		all := map[uint32]bool{}
		var last rowSet
		for range 6 {
			e := last.edit(n)
			for range 40 {
				if i := r.Uint32N(uint32(n)); !e.has(i) {
					e.add(i)
					all[i] = true
				}
			}
			last = rowSetOf(e.bitmap(n))
			copied := map[uint32]bool{}
			for i := range all {
				copied[i] = true
			}
			sets, want = append(sets, e.rowSet, last), append(want, copied, copied)
		}
		for i, s := range sets {
			for at := range uint32(n) {
				if s.has(at) != want[i][at] {
					t.Fatalf("%d rows, set %d: has(%d) is %v", n, i, at, s.has(at))
				}
			}
			if s.count != len(want[i]) {
				t.Fatalf("%d rows, set %d: count %d, want %d", n, i, s.count, len(want[i]))
			}
			var missing []uint32
			for at := range want[i] {
				if !want[0][at] {
					missing = append(missing, at)
				}
			}
			slices.Sort(missing)
			if diff := cmp.Diff(missing, s.missing(&sets[0])); diff != "" {
				t.Fatalf("%d rows, set %d: (-want +got)\n%s", n, i, diff)
			}
		}
	}
}

// TestDeleteWork counts bytes: a deletion allocates no more in a table of many rows
// than a few parts of a bitmap, and finds its row without a look at the others: see
// TestLookup.
func TestDeleteWork(t *testing.T) {
	const n = 1 << 20
	s := &segment{ids: sequence(0, n)}
	x := newIndex(DefaultOptions(), graph.DefaultTuning, 1, &state{views: []view{{segment: s, live: n}}, next: n, live: n})
	x.Delete(0)
	const most, deletions = 4 << 10, 1000 // a bitmap has 128 kB
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range uint32(deletions) {
		x.Delete(1 + i*1009)
	}
	runtime.ReadMemStats(&after)
	if x.Len() != n-1-deletions {
		t.Errorf("%d rows are left, want %d", x.Len(), n-1-deletions)
	}
	if got := (after.TotalAlloc - before.TotalAlloc) / deletions; got > most && !raceEnabled {
		t.Errorf("a deletion allocates %d bytes, want at most %d", got, most)
	}
}

// TestLookup looks for ids that are dense, sparse, in any order.
func TestLookup(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, step := range []uint32{1, 2, 3, 1000} {
		ids := make([]uint32, 500)
		for i := range ids {
			ids[i] = 77 + uint32(i)*step
		}
		r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		x := &segment{ids: ids}
		found := 0
		for id := range 78 + 500*step {
			at, ok := x.position(id)
			if want := slices.Index(ids, id); ok != (want >= 0) || ok && int(at) != want {
				t.Fatalf("every %d: id %d: got %d, %v, want %d", step, id, at, ok, want)
			}
			if ok {
				found++
			}
		}
		if _, ok := x.position(1<<32 - 1); ok || found != len(ids) {
			t.Errorf("every %d: found %d of %d", step, found, len(ids))
		}
	}
}
