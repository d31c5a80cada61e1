package ann

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keyModel is the rows of an index by their keys.
type keyModel map[uint64][]float32

// nearest returns the distances and keys of the k rows nearest to query, without ids.
func (m keyModel) nearest(query []float32, k int, allow func(key uint64) bool) []Neighbor {
	all := []Neighbor{}
	for key, row := range m {
		if allow == nil || allow(key) {
			all = append(all, Neighbor{Key: key, Distance: squared(query, row)})
		}
	}
	slices.SortFunc(all, byDistanceAndKey)
	return all[:min(k, len(all))]
}

func squared(a, b []float32) (sum float64) {
	for i, x := range a {
		d := float64(x) - float64(b[i])
		sum += float64(d * d)
	}
	return sum
}

func byDistanceAndKey(a, b Neighbor) int {
	switch {
	case a.Distance < b.Distance || a.Distance == b.Distance && a.Key < b.Key:
		return -1
	}
	return 1
}

// sameKeys compares what x finds with the model: all nearer than the last neighbor, since
// those at one distance are told apart by id.
func (m keyModel) same(t *testing.T, what string, x *Index, query []float32, k int, allow func(key uint64) bool) {
	t.Helper()
	found, err := x.Search(t.Context(), query, k, SearchOptions{EfSearch: 300, FilterKey: allow})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	batch := must(x.SearchBatch(t.Context(), query, k, SearchOptions{EfSearch: 300, FilterKey: allow}))
	truth := must(x.SearchExact(t.Context(), query, k, SearchOptions{FilterKey: allow}))
	want := m.nearest(query, k, allow)
	for i, nb := range found {
		if id, ok := x.ID(nb.Key); !ok || id != nb.ID {
			t.Fatalf("%s: key %d has id %d, %v, want %d", what, nb.Key, id, ok, nb.ID)
		}
		if key, ok := x.Key(nb.ID); !ok || key != nb.Key {
			t.Fatalf("%s: id %d has key %d, %v, want %d", what, nb.ID, key, ok, nb.Key)
		}
		if row := must(x.Row(nil, nb.ID)); !slices.Equal(row, m[nb.Key]) {
			t.Fatalf("%s: row of key %d: %v, want %v", what, nb.Key, row, m[nb.Key])
		}
		if batch.Keys[i] != nb.Key || truth.Keys[i] != nb.Key || batch.IDs[i] != nb.ID {
			t.Fatalf("%s: neighbor %d: key %d, in a batch %d, by exact search %d", what, i, nb.Key, batch.Keys[i], truth.Keys[i])
		}
		found[i].ID = 0
	}
	slices.SortFunc(found, byDistanceAndKey)
	if len(want) == k { // more rows may be at the distance of the last
		last := want[k-1].Distance
		nearer := func(nb Neighbor) bool { return nb.Distance >= last }
		found, want = slices.DeleteFunc(found, nearer), slices.DeleteFunc(want, nearer)
	}
	if diff := cmp.Diff(want, found, cmpEmpty); diff != "" {
		t.Fatalf("%s: (-model +index):\n%s", what, diff)
	}
}

// TestKeys makes random changes by key, from an index without rows on, with files in
// between, and compares all answers with a model.
func TestKeys(t *testing.T) {
	const dim, k, universe = 4, 9, 700
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 11))
		opt := Options{Keyed: true, Quantize: Quantize(1 + seed%2)}
		x := must(New(dim, opt))
		m := keyModel{}
		keyOf := func(i int) uint64 { return uint64(i) * 0x9e3779b97f4a7c15 } // all over 64 bits
		draw := func(n int) (keys []uint64, rows []float32) {
			for _, i := range r.Perm(universe)[:n] {
				keys = append(keys, keyOf(i))
			}
			return keys, clustered(n, dim, r.Uint64())
		}
		for step := range 70 {
			keys, rows := draw(1 + r.IntN(80))
			what := fmt.Sprintf("seed %d, step %d", seed, step)
			switch r.IntN(5) {
			case 0, 1:
				if err := x.Upsert(t.Context(), keys, rows, ChangeOptions{}); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				for i, key := range keys {
					m[key] = rows[i*dim:][:dim]
				}
			case 2:
				there := slices.IndexFunc(keys, func(key uint64) bool { return m[key] != nil })
				err := x.AddKeyed(t.Context(), keys, rows, ChangeOptions{})
				if (there >= 0) != errors.Is(err, ErrKey) || there < 0 && err != nil {
					t.Fatalf("%s: AddKeyed: %v, though key %d is there", what, err, there)
				}
				if err == nil {
					for i, key := range keys {
						m[key] = rows[i*dim:][:dim]
					}
				}
			case 3:
				want := len(m)
				maps.DeleteFunc(m, func(key uint64, _ []float32) bool { return slices.Contains(keys, key) })
				if n := x.DeleteKeys(append(keys, keys...)...); n != want-len(m) {
					t.Fatalf("%s: DeleteKeys: %d, want %d", what, n, want-len(m))
				}
			case 4:
				switch r.IntN(3) {
				case 0:
					if err := x.Compact(t.Context(), ChangeOptions{}); err != nil {
						t.Fatal(err)
					}
				case 1:
					path := filepath.Join(t.TempDir(), "keys.nngx")
					if err := x.Save(t.Context(), path); err != nil {
						t.Fatal(err)
					}
					if err := Verify(t.Context(), path); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					x = must(Open(path))
				}
			}
			var allow func(key uint64) bool
			if part := 1 + r.Uint64N(50); r.IntN(2) == 0 {
				allow = func(key uint64) bool { return key%part == 0 }
			}
			m.same(t, what, x, clustered(1, dim, r.Uint64()), k, allow)
			if x.Len() != len(m) {
				t.Fatalf("%s: %d rows, want %d", what, x.Len(), len(m))
			}
		}
	}
}

// TestUpsertKeepsIDs replaces rows.
func TestUpsertKeepsIDs(t *testing.T) {
	rows := clustered(50, 3, 1)
	keys := make([]uint64, 50)
	for i := range keys {
		keys[i] = uint64(1000 - i)
	}
	x := must(BuildKeyed(t.Context(), keys, rows, 3, Options{}))
	some := []uint64{1000, 960, 999, 5}
	if err := x.Upsert(t.Context(), some, clustered(4, 3, 2), ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint32{0, 40, 1, 50} {
		if id, ok := x.ID(some[i]); !ok || id != want {
			t.Errorf("key %d: id %d, %v, want %d", some[i], id, ok, want)
		}
	}
	if _, ok := x.ID(7); ok {
		t.Error("a key that was never given has an id")
	}
}

// TestUpsertsAtOnce has goroutines upsert the same keys, old ones and new ones: each key
// belongs to one row in the end, one that was given.
func TestUpsertsAtOnce(t *testing.T) {
	const dim, workers, rounds, universe = 2, 6, 15, 40
	x := must(New(dim, Options{Keyed: true, Threads: 1}))
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 5))
			for round := range rounds {
				var keys []uint64
				var rows []float32
				for _, key := range r.Perm(universe)[:10] {
					keys = append(keys, uint64(key))
					rows = append(rows, float32(key), float32(worker*rounds+round))
				}
				if err := x.Upsert(t.Context(), keys, rows, ChangeOptions{}); err != nil {
					t.Error(err)
				}
				if round%4 == 3 {
					x.DeleteKeys(keys[:3]...)
				}
			}
		})
	}
	group.Wait()
	all := must(x.Search(t.Context(), []float32{0, 0}, 10*universe, SearchOptions{}))
	seen := map[uint64]bool{}
	ids := map[uint32]bool{}
	for _, nb := range all {
		if row := must(x.Row(nil, nb.ID)); row[0] != float32(nb.Key) || seen[nb.Key] || ids[nb.ID] {
			t.Errorf("key %d, id %d: row %v, key seen before: %v, id: %v", nb.Key, nb.ID, row, seen[nb.Key], ids[nb.ID])
		}
		seen[nb.Key], ids[nb.ID] = true, true
	}
	if len(all) != x.Len() {
		t.Errorf("%d rows, Len says %d", len(all), x.Len())
	}
	if err := verifyCopy(fileOf(t, x)); err != nil {
		t.Error(err)
	}
}

func TestKeyErrors(t *testing.T) {
	rows, opt := []float32{1, 2, 3, 4}, ChangeOptions{}
	keyed := must(BuildKeyed(t.Context(), []uint64{1, 2}, rows, 2, Options{}))
	plain := must(Build(t.Context(), rows, 2, Options{}))
	_, build := Build(t.Context(), rows, 2, Options{Keyed: true})
	_, twice := BuildKeyed(t.Context(), []uint64{1, 1}, rows, 2, Options{})
	_, few := BuildKeyed(t.Context(), []uint64{1}, rows, 2, Options{})
	_, add := keyed.Add(t.Context(), rows, opt)
	for name, err := range map[string]error{
		"Build": build, "twice": twice, "few": few, "Add": add,
		"AddKeyed":        plain.AddKeyed(t.Context(), []uint64{5, 6}, rows, opt),
		"Upsert":          plain.Upsert(t.Context(), []uint64{5, 6}, rows, opt),
		"a key twice":     keyed.Upsert(t.Context(), []uint64{5, 5}, rows, opt),
		"a key too few":   keyed.Upsert(t.Context(), []uint64{5}, rows, opt),
		"a key there":     keyed.AddKeyed(t.Context(), []uint64{5, 2}, rows, opt),
		"Set":             keyed.Set(t.Context(), []uint32{1}, rows[:2], opt),
		"without any key": keyed.Upsert(t.Context(), nil, rows, opt),
	} {
		if !errors.Is(err, ErrKey) {
			t.Errorf("%s: got %v, want %v", name, err, ErrKey)
		}
	}
	if keyed.Len() != 2 || plain.Len() != 2 {
		t.Errorf("%d and %d rows after errors, want 2", keyed.Len(), plain.Len())
	}
	allow := SearchOptions{FilterKey: func(uint64) bool { return true }}
	if _, err := plain.Search(t.Context(), rows[:2], 1, allow); !errors.Is(err, ErrOptions) {
		t.Errorf("FilterKey without keys: got %v", err)
	}
	if err := keyed.Upsert(t.Context(), []uint64{5, 6}, rows, ChangeOptions{Threads: -1}); !errors.Is(err, ErrOptions) {
		t.Errorf("-1 threads: got %v", err)
	}
	if _, ok := plain.Key(0); ok {
		t.Error("a row without a key has one")
	}
}

// TestVerifyKeys has a key at two rows.
func TestVerifyKeys(t *testing.T) {
	x := must(BuildKeyed(t.Context(), []uint64{1, 2, 3}, []float32{1, 2, 3}, 1, Options{}))
	x.state.Load().views[0].keys[0] = 3
	if err := verifyCopy(fileOf(t, x)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("got %v, want %v", err, ErrCorrupt)
	}
}

// TestKeysOfCopies has many equal rows, in every kind of index: each keeps its key.
func TestKeysOfCopies(t *testing.T) {
	const dim, n = 3, 400
	rows := clustered(n/8, dim, 1)
	rows = slices.Repeat(rows, 8)
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = uint64(n-i) << 33
	}
	for _, metric := range metrics {
		x := must(BuildKeyed(t.Context(), keys, rows, dim, Options{Metric: metric}))
		got := must(x.Search(t.Context(), rows[:dim], n, SearchOptions{}))
		want := truth(t, rows, rows[:dim], dim, n, metric)
		for i, nb := range got {
			if nb.ID != want.IDs[i] || nb.Key != keys[nb.ID] {
				t.Fatalf("%v: neighbor %d: id %d with key %d, want id %d with %d", metric, i, nb.ID, nb.Key, want.IDs[i], keys[nb.ID])
			}
		}
	}
}
