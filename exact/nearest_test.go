package exact

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// someRows returns n rows of dim columns, many of them equal, the last nominal ones
// of which are codes.
func someRows(rng *rand.Rand, n, dim, nominal int) []float32 {
	rows := make([]float32, n*dim)
	for i := range rows {
		rows[i] = float32(rng.IntN(6))
		if i%dim < dim-nominal && rng.IntN(3) > 0 {
			rows[i] = rng.Float32() * 5
		}
	}
	return rows
}

// sameAs fails unless n holds the neighbors that res does, whose places are ids.
func sameAs(t *testing.T, n *Nearest, res *Result, ids []int64) {
	t.Helper()
	for q := range n.Len() {
		got, gotDistances := n.Of(q)
		places, distances := res.Of(q)
		want := make([]int64, len(places))
		for i, p := range places {
			want[i] = ids[p]
		}
		if !slices.Equal(got, want) || !slices.Equal(gotDistances, distances) {
			t.Fatalf("query %d: got %v %v, want %v %v", q, got, gotDistances, want, distances)
		}
	}
}

// What batches give, cut anywhere, added in any order and merged in any order, is
// what one search gives.
func TestNearestIsSearch(t *testing.T) {
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, metric := range []Metric{L2Squared, L1, Cosine, InnerProduct} {
		for trial := range 12 {
			dim := 1 + rng.IntN(9)
			opt := Options{Metric: metric, Threads: 1 + trial%3}
			if metric == L2Squared {
				opt.Nominal = rng.IntN(dim + 1)
			}
			if opt.Method = []Method{Auto, Brute, KDTree}[trial%3]; metric == Cosine || metric == InnerProduct {
				opt.Method = Auto
			}
			n := 1 + rng.IntN(700)
			rows, queries := someRows(rng, n, dim, opt.Nominal), someRows(rng, 1+rng.IntN(20), dim, opt.Nominal)
			k := 1 + rng.IntN(40)
			ids := make([]int64, n)
			for i := range ids {
				ids[i] = int64(i)*3 + 1<<40
			}
			want, _, err := Search(ctx, rows, dim, queries, k, opt)
			if err != nil {
				t.Fatal(err)
			}
			var shards [3]*Nearest
			for i := range shards {
				if shards[i], err = NewNearest(queries, dim, k, opt); err != nil {
					t.Fatal(err)
				}
			}
			var cuts [][2]int
			for from := 0; from < n; {
				to := min(n, from+1+rng.IntN(200))
				cuts = append(cuts, [2]int{from, to})
				from = to
			}
			rng.Shuffle(len(cuts), func(i, j int) { cuts[i], cuts[j] = cuts[j], cuts[i] })
			for _, c := range cuts {
				if err := shards[rng.IntN(3)].Add(ctx, rows[c[0]*dim:c[1]*dim], ids[c[0]:c[1]]); err != nil {
					t.Fatal(err)
				}
			}
			all := shards[rng.IntN(3)]
			for _, s := range shards {
				if s == all {
					continue
				}
				data, err := s.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				var back Nearest
				if err := back.UnmarshalBinary(data); err != nil {
					t.Fatal(err)
				}
				if err := all.Merge(&back); err != nil {
					t.Fatal(err)
				}
			}
			sameAs(t, all, want, ids)
			var listed []int64
			for q := range all.Len() {
				of, _ := all.Of(q)
				listed = append(listed, of...)
			}
			slices.Sort(listed)
			middle := ids[n/2]
			listed = slices.DeleteFunc(slices.Compact(listed), func(id int64) bool { return id < middle })
			if got := all.IDs(middle); !slices.Equal(got, listed) {
				t.Fatalf("ids from %d: got %v, want %v", middle, got, listed)
			}
		}
	}
}

func TestNearestRefuses(t *testing.T) {
	ctx := context.Background()
	n, err := NewNearest([]float32{1, 2}, 2, 3, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Add(ctx, []float32{1, 2, 3}, []int64{0}); !errors.Is(err, ErrDimension) {
		t.Errorf("rows that are not whole: %v", err)
	}
	other, _ := NewNearest([]float32{1, 3}, 2, 3, Options{})
	if err := n.Merge(other); !errors.Is(err, ErrOptions) {
		t.Errorf("other queries: %v", err)
	}
	for _, bad := range []struct {
		queries []float32
		dim, k  int
		opt     Options
		want    error
	}{
		{[]float32{1}, 1, 0, Options{}, ErrK},
		{[]float32{1}, 2, 1, Options{}, ErrDimension},
		{nil, 0, 1, Options{}, ErrDimension},
		{nil, 1, 1, Options{Nominal: 2}, ErrDimension},
		{nil, 1, 1, Options{Threads: -1}, ErrOptions},
	} {
		if _, err := NewNearest(bad.queries, bad.dim, bad.k, bad.opt); !errors.Is(err, bad.want) {
			t.Errorf("%+v: %v, want %v", bad, err, bad.want)
		}
	}
}

// Every byte that is changed, and every cut, is found.
func TestNearestEncodingIsChecked(t *testing.T) {
	n, err := NewNearest([]float32{1, 2, 3, 4}, 2, 3, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Add(context.Background(), []float32{1, 2, 5, 6}, []int64{7, 9}); err != nil {
		t.Fatal(err)
	}
	data, _ := n.MarshalBinary()
	for i := range data {
		bad := slices.Clone(data)
		bad[i] ^= 1 << (i % 8)
		if err := new(Nearest).UnmarshalBinary(bad); !errors.Is(err, ErrEncoding) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if err := new(Nearest).UnmarshalBinary(data[:i]); !errors.Is(err, ErrEncoding) {
			t.Errorf("cut to %d: %v", i, err)
		}
	}
}

func FuzzNearestUnmarshal(f *testing.F) {
	n, _ := NewNearest([]float32{1, 2, 3, 4}, 2, 3, Options{})
	data, _ := n.MarshalBinary()
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		var n Nearest
		if n.UnmarshalBinary(data) != nil {
			return
		}
		if again, _ := n.MarshalBinary(); !slices.Equal(again, data) {
			t.Errorf("%x is read, and written as %x", data, again)
		}
	})
}
