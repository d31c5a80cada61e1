package ann

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
)

// model is an index that keeps the rows by id and sorts them for each query.
type model struct {
	dim  int
	rows map[uint32][]float32
	next uint32
}

func newModel(rows []float32, dim int) *model {
	m := &model{dim: dim, rows: map[uint32][]float32{}}
	m.add(rows)
	return m
}

func (m *model) add(rows []float32) {
	for ; len(rows) > 0; rows = rows[m.dim:] {
		m.rows[m.next] = rows[:m.dim]
		m.next++
	}
}

// search returns the k nearest rows that filter allows.
func (m *model) search(query []float32, k int, filter func(uint32) bool) []Neighbor {
	all := []Neighbor{}
	for id, row := range m.rows {
		if filter != nil && !filter(id) {
			continue
		}
		var sum float64
		for i, q := range query {
			d := float64(q) - float64(row[i])
			sum += float64(d * d)
		}
		all = append(all, Neighbor{ID: id, Distance: sum})
	}
	slices.SortFunc(all, func(a, b Neighbor) int {
		if a.Distance != b.Distance {
			if a.Distance < b.Distance {
				return -1
			}
			return 1
		}
		return int(a.ID) - int(b.ID)
	})
	return all[:min(k, len(all))]
}

// TestChanges makes random changes to an index and to a model of it and compares
// what they answer to wide searches.
func TestChanges(t *testing.T) {
	const dim, k, steps = 4, 12, 120
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 7))
		rows := clustered(1500, dim, seed)
		mode := [2]Quantize{QuantizeOff, QuantizeOn}[seed%2]
		x, m := buildWith(t, rows, dim, exact.L2Squared, mode), newModel(rows, dim)
		for step := range steps {
			changed := r.Uint32N(m.next)
			row := clustered(1, dim, r.Uint64())
			switch r.IntN(5) {
			case 0:
				more := clustered(1+r.IntN(40), dim, r.Uint64())
				if first, err := x.Add(t.Context(), more, ChangeOptions{}); err != nil || first != m.next {
					t.Fatalf("seed %d, step %d: Add: got id %d, %v, want %d", seed, step, first, err, m.next)
				}
				m.add(more)
			case 1:
				if err := x.Set(t.Context(), []uint32{changed}, row, ChangeOptions{}); err != nil {
					t.Fatalf("seed %d, step %d: Set: %v", seed, step, err)
				}
				m.rows[changed] = row
			case 2:
				var gone []uint32
				want := 0
				for id := changed; id < min(changed+60, m.next); id++ {
					gone = append(gone, id, id) // twice
					if m.rows[id] != nil {
						want++
					}
					delete(m.rows, id)
				}
				if got := x.Delete(gone...); got != want {
					t.Fatalf("seed %d, step %d: Delete: got %d, want %d", seed, step, got, want)
				}
			case 3:
				if r.IntN(8) == 0 {
					if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
						t.Fatalf("seed %d, step %d: Compact: %v", seed, step, err)
					}
				}
			}
			var filter func(uint32) bool
			if part := 1 + r.Uint32N(300); r.IntN(2) == 0 {
				filter = func(id uint32) bool { return id%part == 0 }
			}
			query := clustered(1, dim, r.Uint64())
			got, err := x.Search(t.Context(), query, k, SearchOptions{EfSearch: 200, Filter: filter})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(m.search(query, k, filter), got, cmpEmpty); diff != "" {
				t.Fatalf("seed %d, step %d: (-model +index):\n%s", seed, step, diff)
			}
			if rows := x.Stats().Rows; rows != len(m.rows) {
				t.Fatalf("seed %d, step %d: %d rows, want %d", seed, step, rows, len(m.rows))
			}
		}
	}
}

var cmpEmpty = cmp.Transformer("empty", func(n []Neighbor) []Neighbor { return append([]Neighbor{}, n...) })

// TestChangesWhileSearching runs searches, changes, saves and reads of all kinds at once.
// Row 0 is set to one of two places again and again: a search must find it in
// exactly one of them.
func TestChangesWhileSearching(t *testing.T) {
	const dim, n = 8, 1200
	rows := clustered(n, dim, 1)
	places := [2][]float32{slices.Repeat([]float32{100}, dim), slices.Repeat([]float32{-100}, dim)}
	copy(rows, places[0])
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	var searching, changing sync.WaitGroup
	done := make(chan struct{})
	for worker := range uint64(3) {
		searching.Go(func() {
			r := rand.New(rand.NewPCG(worker, 2))
			for {
				select {
				case <-done:
					return
				default:
				}
				found, err := x.Search(t.Context(), rows[r.IntN(n)*dim:][:dim], 10, SearchOptions{EfSearch: 32})
				if err != nil || len(found) != 10 {
					t.Errorf("got %d rows, %v", len(found), err)
					return
				}
				batch, err := x.SearchBatch(t.Context(), slices.Concat(places[0], places[1]), 1, SearchOptions{EfSearch: 4})
				if err != nil {
					t.Error(err)
					return
				}
				if a, b := batch.Distances[0], batch.Distances[1]; (a == 0) == (b == 0) {
					t.Errorf("row 0 is at distances %v and %v of its two places, want 0 at one of them", a, b)
					return
				}
				x.Stats()
			}
		})
	}
	changing.Go(func() {
		for i := range 60 {
			if err := x.Set(t.Context(), []uint32{0}, places[i%2], ChangeOptions{}); err != nil {
				t.Error(err)
			}
		}
	})
	changing.Go(func() {
		for i := range uint32(60) {
			if _, err := x.Add(t.Context(), clustered(5, dim, uint64(i)), ChangeOptions{}); err != nil {
				t.Error(err)
			}
			x.Delete(n+i, 2*i+1)
		}
	})
	changing.Go(func() {
		for range 20 {
			y, err := decodeCopy(fileOf(t, x))
			if err != nil {
				t.Error(err)
				return
			}
			if found, err := y.Search(t.Context(), rows[:dim], 10, SearchOptions{EfSearch: 32}); err != nil || len(found) != 10 {
				t.Errorf("from the file: got %d rows, %v", len(found), err)
			}
		}
	})
	changing.Wait()
	close(done)
	searching.Wait()
}

func TestChangeErrors(t *testing.T) {
	x := mustBuild(t, clustered(100, 2, 1), 2, exact.L2Squared, small)
	if _, err := x.Add(t.Context(), []float32{1}, ChangeOptions{}); !errors.Is(err, ErrDimension) {
		t.Errorf("Add half a row: got %v", err)
	}
	if _, err := x.Add(t.Context(), nil, ChangeOptions{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("Add nothing: got %v", err)
	}
	if err := x.Set(t.Context(), []uint32{100}, []float32{1, 2}, ChangeOptions{}); !errors.Is(err, ErrID) {
		t.Errorf("Set an unknown id: got %v", err)
	}
	if err := x.Set(t.Context(), []uint32{3, 3}, []float32{1, 2, 3, 4}, ChangeOptions{}); !errors.Is(err, ErrID) {
		t.Errorf("Set an id twice: got %v", err)
	}
	if err := x.Set(t.Context(), []uint32{3}, []float32{1, 2, 3, 4}, ChangeOptions{}); !errors.Is(err, ErrDimension) {
		t.Errorf("Set one id to two rows: got %v", err)
	}
	if n := x.Delete(100, 5000); n != 0 {
		t.Errorf("Delete unknown ids: got %d", n)
	}
}

func TestDeleteAll(t *testing.T) {
	x := mustBuild(t, clustered(300, 2, 1), 2, exact.L2Squared, small)
	x.Delete(sequence(0, 300)...)
	search := func(want int) {
		t.Helper()
		found, err := x.Search(t.Context(), []float32{1, 2}, 5, SearchOptions{EfSearch: 10})
		if err != nil || len(found) != want {
			t.Fatalf("got %v, %v, want %d rows", found, err, want)
		}
	}
	search(0)
	if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	search(0)
	if first, err := x.Add(t.Context(), []float32{1, 2}, ChangeOptions{}); err != nil || first != 300 {
		t.Fatalf("Add: got %d, %v, want id 300", first, err)
	}
	search(1)
}

// TestSegmentsFitTheHeader adds rows such that each segment has less than half of
// the rows of the one before, which nothing but their number merges.
func TestSegmentsFitTheHeader(t *testing.T) {
	const most = 1 << (maxSegments + 1)
	rows := clustered(most, 1, 1)
	x := mustBuild(t, rows, 1, exact.L2Squared, small)
	for n := most / 3; n > 0; n /= 3 {
		if _, err := x.Add(t.Context(), rows[:n], ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for range 40 {
		if _, err := x.Add(t.Context(), rows[:1], ChangeOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if n := x.Stats().Segments; n > maxSegments {
		t.Errorf("%d segments, want at most %d", n, maxSegments)
	}
	fileOf(t, x)
}
