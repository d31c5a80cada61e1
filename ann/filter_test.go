package ann

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
)

// TestFilterKeepsRecall searches with filters that allow many and few rows, as
// bitmaps and as functions, one by one and in batches: only allowed rows are found,
// nearly all of the nearest of them, and without comparing with most rows.
func TestFilterKeepsRecall(t *testing.T) {
	const n, dim, k, ef, asked = 20_000, 12, 10, 60, 60
	rows, queries := clustered(n, dim, 1), clustered(asked, dim, 2)
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	for _, every := range []uint32{1, 2, 5, 10, 30, 100, 1000} {
		allowed := new(Bitmap)
		var some []float32
		var ids []uint32
		for id := every - 1; id < n; id += every {
			allowed.Add(id)
			some, ids = append(some, rows[id*dim:][:dim]...), append(ids, id)
		}
		want := truth(t, some, queries, dim, k, exact.L2Squared)
		for q := range asked {
			best, _ := want.Of(q)
			for i := range best {
				best[i] = ids[best[i]]
			}
		}
		for name, opt := range map[string]SearchOptions{
			"bitmap":   {EfSearch: ef, Allowed: allowed},
			"function": {EfSearch: ef, Filter: allowed.Contains},
		} {
			var work Counters
			opt.Counters = &work
			batch := must(x.SearchBatch(t.Context(), queries, k, opt))
			single := x.newResult(asked, k)
			for q := range asked {
				put(single, q, must(x.Search(t.Context(), queries[q*dim:][:dim], k, opt)))
			}
			for way, got := range map[string]*exact.Result{"batch": batch, "single": single} {
				for q := range asked {
					found, _ := got.Of(q)
					if i := slices.IndexFunc(found, func(id uint32) bool { return !allowed.Contains(id) }); i >= 0 {
						t.Fatalf("every %d, %s, %s: row %d is not allowed", every, name, way, found[i])
					}
				}
				if r := recall(got, want); r < 0.93 {
					t.Errorf("every %d, %s, %s: recall %.4f", every, name, way, r)
				} else {
					t.Logf("every %d, %s, %s: recall %.4f", every, name, way, r)
				}
			}
			if each := work.Distances / (2 * asked); each > n/5 {
				t.Errorf("every %d, %s: %d distances a query", every, name, each)
			}
		}
	}
}

// TestFilterIsAskedOnce counts the calls of a filter of a batch: one for each row,
// copies or not, and none where the rows are few in a bitmap.
func TestFilterIsAskedOnce(t *testing.T) {
	const n, dim, copies = 9000, 4, 5000
	rows := clustered(n, dim, 1)
	for i := range copies {
		copy(rows[i*dim:], rows[:dim])
	}
	x := mustBuild(t, rows, dim, exact.L2Squared, small)
	queries := slices.Repeat(rows[:dim], 200) // nearest to what is forbidden
	for _, every := range []uint32{2, 50} {
		var calls atomic.Int64
		filter := func(id uint32) bool {
			calls.Add(1)
			return id >= copies && id%every == 0
		}
		got := must(x.SearchBatch(t.Context(), queries, 5, SearchOptions{EfSearch: 20, Filter: filter}))
		if ids, _ := got.Of(0); len(ids) != 5 || ids[0] < copies {
			t.Fatalf("every %d: got %v", every, ids)
		}
		if calls.Load() > n+1000 {
			t.Errorf("every %d: the filter was called %d times for %d rows", every, calls.Load(), n)
		}
	}
}

// TestFilterEqualsModel compares with sorting, where searches are wide: copies, values
// that share nodes, deleted rows and several segments.
func TestFilterEqualsModel(t *testing.T) {
	const k = 9
	r := rand.New(rand.NewPCG(1, 1))
	for seed := range uint64(6) {
		x := buildNominal(t, mixed(900, int(seed), []int{4, 100}, 1), 5, 2, nil)
		if seed%2 == 0 {
			x = changed(t, metrics[seed/2%4])
		}
		x.Delete(1, 2, 77)
		for _, every := range []uint32{1, 3, 40, 200} {
			allowed := new(Bitmap)
			for id := range uint32(1100) {
				if id%every == 0 {
					allowed.Add(id)
				}
			}
			query := make([]float32, x.space.dim)
			for i := range query {
				query[i] = float32(r.IntN(3))
			}
			all := must(x.SearchExact(t.Context(), query, 2000, SearchOptions{Threads: 1}))
			want := []Neighbor{}
			for i, id := range all.IDs {
				if allowed.Contains(id) && len(want) < k {
					want = append(want, Neighbor{ID: id, Distance: all.Distances[i]})
				}
			}
			for name, opt := range map[string]SearchOptions{"bitmap": {Allowed: allowed}, "function": {Filter: allowed.Contains}, "both": {Allowed: allowed, Filter: allowed.Contains}} {
				opt.EfSearch = 400
				got := must(x.Search(t.Context(), query, k, opt))
				batch := must(x.SearchBatch(t.Context(), slices.Repeat(query, 20), k, opt))
				if diff := cmp.Diff(want, got, cmpEmpty); diff != "" {
					t.Fatalf("seed %d, every %d, %s: (-exact +got)\n%s", seed, every, name, diff)
				}
				if ids, _ := batch.Of(19); fmt.Sprint(ids) != fmt.Sprint(idsOf(want)) {
					t.Fatalf("seed %d, every %d, %s: the batch has %v, want %v", seed, every, name, ids, idsOf(want))
				}
			}
		}
	}
}

func idsOf(found []Neighbor) []uint32 {
	ids := []uint32{}
	for _, nb := range found {
		ids = append(ids, nb.ID)
	}
	return ids
}
