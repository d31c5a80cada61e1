package ann

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nngmix/nngmix/exact"
)

// TestZeroValues: the zero value of all options is that of the defaults.
func TestZeroValues(t *testing.T) {
	const dim, k = 6, 10
	rows, queries := clustered(2000, dim, 1), clustered(50, dim, 2)
	zero, usual := must(Build(t.Context(), rows, dim, Options{})), must(Build(t.Context(), rows, dim, DefaultOptions()))
	if !bytes.Equal(fileOf(t, zero), fileOf(t, usual)) {
		t.Error("Options{} makes another index than DefaultOptions()")
	}
	if o := zero.Options(); o.M != 16 || o.EfConstruction != 64 {
		t.Errorf("Options() returns %+v", o)
	}
	got := must(zero.SearchBatch(t.Context(), queries, k, SearchOptions{}))
	if r := recall(got, truth(t, rows, queries, dim, k, exact.L2Squared)); r < 0.98 {
		t.Errorf("SearchOptions{}: recall %.4f", r)
	}
	if got := must(zero.Search(t.Context(), rows[:dim], 500, SearchOptions{})); len(got) != 500 {
		t.Errorf("SearchOptions{}: %d of 500 neighbors", len(got))
	}
	a, b := must(zero.Tune(t.Context(), queries, k, 0.9, TuneOptions{})), must(zero.Tune(t.Context(), queries, k, 0.9, DefaultTuneOptions()))
	if a != b {
		t.Errorf("TuneOptions{}: %+v, want %+v", a, b)
	}
}

// TestNew adds rows to an index without any, and saves it before and after.
func TestNew(t *testing.T) {
	const dim = 5
	rows := clustered(800, dim, 1)
	for _, metric := range metrics {
		x := must(New(dim, Options{Metric: metric}))
		if got := must(x.Search(t.Context(), rows[:dim], 3, SearchOptions{})); len(got) > 0 || x.Len() != 0 || x.Dim() != dim {
			t.Errorf("%v: %v of an index of %d rows", metric, got, x.Len())
		}
		x = must(OpenBytes(fileOf(t, x)))
		if first, err := x.Add(t.Context(), rows, ChangeOptions{}); err != nil || first != 0 {
			t.Fatalf("%v: first id %d, %v", metric, first, err)
		}
		built := must(Build(t.Context(), rows, dim, Options{Metric: metric}))
		if !bytes.Equal(fileOf(t, x), fileOf(t, built)) {
			t.Errorf("%v: rows added to nothing are another index than Build makes", metric)
		}
	}
	for _, test := range []struct {
		dim  int
		opt  Options
		want error
	}{{0, Options{}, ErrDimension}, {maxColumns + 1, Options{}, ErrTooLarge}, {2, Options{Nominal: 3}, ErrOptions}, {2, Options{M: 1}, ErrOptions}} {
		if _, err := New(test.dim, test.opt); !errors.Is(err, test.want) {
			t.Errorf("%d columns, %+v: got %v, want %v", test.dim, test.opt, err, test.want)
		}
	}
}

// TestRow asks for all rows, in every kind of index, before and after changes and files.
func TestRow(t *testing.T) {
	const dim, n = 40, 600
	for _, metric := range metrics {
		for name, rows := range map[string][]float32{"reals": clustered(n, dim, 1), "whole": whole(n, dim, 1, 0, 1)} {
			x := must(Build(t.Context(), rows, dim, Options{Metric: metric, Quantize: QuantizeAuto}))
			if metric == exact.L2Squared {
				x = must(Build(t.Context(), rows, dim, Options{Quantize: QuantizeOn}))
			}
			want := slices.Clone(rows)
			copy(want[7*dim:8*dim], want[:dim])
			if err := x.Set(t.Context(), []uint32{7}, want[:dim], ChangeOptions{}); err != nil {
				t.Fatal(err)
			}
			x.Delete(9)
			for _, x := range []*Index{x, must(OpenBytes(fileOf(t, x)))} {
				for id := range uint32(n) {
					row, err := x.Row([]float32{1}, id)
					if id == 9 {
						if !errors.Is(err, ErrID) || len(row) != 1 {
							t.Errorf("a deleted row: %v, %v", row, err)
						}
						continue
					}
					if err != nil || !slices.Equal(row[1:], want[int(id)*dim:][:dim]) {
						t.Fatalf("%v, %s: row %d: %v, %v", metric, name, id, row, err)
					}
				}
				if _, err := x.Row(nil, n); !errors.Is(err, ErrID) {
					t.Errorf("row %d: %v", n, err)
				}
			}
		}
	}
}

// TestChangeProgress watches Add, Upsert, Set and Compact.
func TestChangeProgress(t *testing.T) {
	const dim = 8
	x := must(build(t.Context(), nil, clustered(2500, dim, 5), dim, Options{}, small))
	keyed := must(New(dim, Options{Keyed: true}))
	keyed.tune = small
	keys := make([]uint64, 2500)
	ids := make([]uint32, 2500)
	for i := range keys {
		keys[i], ids[i] = uint64(i), uint32(i)
	}
	for _, test := range []struct {
		name   string
		change func(opt ChangeOptions) error
	}{
		{"Add", func(opt ChangeOptions) error { return second(x.Add(t.Context(), clustered(2500, dim, 6), opt)) }},
		{"Set", func(opt ChangeOptions) error { return x.Set(t.Context(), ids, clustered(2500, dim, 7), opt) }},
		{"Compact", func(opt ChangeOptions) error { x.Delete(uint32(opt.Threads)); return x.Compact(t.Context(), opt) }},
		{"AddKeyed", func(opt ChangeOptions) error { return keyed.AddKeyed(t.Context(), keys, clustered(2500, dim, 8), opt) }},
		{"Upsert", func(opt ChangeOptions) error { return keyed.Upsert(t.Context(), keys, clustered(2500, dim, 9), opt) }},
	} {
		for _, threads := range []int{1, 3} {
			var r recorder
			if err := test.change(ChangeOptions{Threads: threads, Progress: r.progress}); test.name == "AddKeyed" && threads == 3 {
				if !errors.Is(err, ErrKey) || len(r.done) > 0 {
					t.Errorf("%s of keys that are there: %v after %v", test.name, err, r.done)
				}
				continue
			} else if err != nil {
				t.Fatalf("%s: %v", test.name, err)
			}
			r.check(t)
			if last := len(r.done) - 1; r.done[last] != r.totals[last] {
				t.Errorf("%s: it ends at %d of %d", test.name, r.done[last], r.totals[last])
			}
		}
	}
	var r recorder
	if err := must(New(dim, Options{})).Compact(t.Context(), ChangeOptions{Progress: r.progress}); err != nil || len(r.done) != 1 || r.done[0] != r.totals[0] {
		t.Errorf("Compact of nothing: %v, %v", r, err)
	}
}

// TestContexts ends the context of every call that takes one, before it begins.
func TestContexts(t *testing.T) {
	const dim = 3
	rows := clustered(900, dim, 1)
	x := changed(t, exact.L2Squared)
	keyed := must(BuildKeyed(t.Context(), []uint64{1}, rows[:dim], dim, Options{}))
	path := filepath.Join(t.TempDir(), "x.nngx")
	if err := x.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	opened := must(Open(path))
	data := fileOf(t, x)
	query := clustered(1, 5, 3)
	ctx, end := context.WithCancel(t.Context())
	end()
	for name, err := range map[string]error{
		"Search":         second(x.Search(ctx, query, 1, SearchOptions{})),
		"AppendSearch":   second(x.AppendSearch(ctx, nil, query, 1, SearchOptions{})),
		"SearchBatch":    second(x.SearchBatch(ctx, query, 1, SearchOptions{})),
		"SearchRange":    second(x.SearchRange(ctx, query, 1, 1, SearchOptions{})),
		"SearchExact":    second(x.SearchExact(ctx, query, 1, SearchOptions{})),
		"Tune":           second(x.Tune(ctx, query, 1, 0.9, TuneOptions{})),
		"SearchAtRecall": func() error { _, _, err := x.SearchAtRecall(ctx, query, 1, 0.9, TuneOptions{}); return err }(),
		"Build":          second(Build(ctx, rows, dim, Options{})),
		"BuildKeyed":     second(BuildKeyed(ctx, []uint64{1}, rows[:dim], dim, Options{})),
		"Add":            second(x.Add(ctx, clustered(300, 5, 4), ChangeOptions{})),
		"Set":            x.Set(ctx, []uint32{1}, query, ChangeOptions{}),
		"AddKeyed":       keyed.AddKeyed(ctx, []uint64{2}, rows[:dim], ChangeOptions{}),
		"Upsert":         keyed.Upsert(ctx, []uint64{1}, rows[:dim], ChangeOptions{}),
		"Compact":        x.Compact(ctx, ChangeOptions{}),
		"Save":           x.Save(ctx, filepath.Join(t.TempDir(), "y.nngx")),
		"Verify":         Verify(ctx, path),
		"Load":           second(Load(ctx, path)),
		"OpenReader":     second(OpenReader(ctx, bytes.NewReader(data), int64(len(data)))),
		"Preload":        opened.Preload(ctx),
		"CountLinks":     opened.CountLinks(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want %v", name, err, context.Canceled)
		}
	}
	if x.Len() != 996 || keyed.Len() != 1 {
		t.Errorf("%d and %d rows are left", x.Len(), keyed.Len())
	}
}

// TestSlowFilterEnds has filters that take long: a search ends when its context does,
// whatever it was doing, with the filter asked a few times more.
func TestSlowFilterEnds(t *testing.T) {
	const dim = 4
	x := mustBuild(t, clustered(5000, dim, 1), dim, exact.L2Squared, small)
	query := clustered(1, dim, 3)
	for _, every := range []uint32{1, 7, 500, 10_000} {
		for name, search := range map[string]func(ctx context.Context, opt SearchOptions) error{
			"Search": func(ctx context.Context, opt SearchOptions) error { return second(x.Search(ctx, query, 10, opt)) },
			"SearchBatch": func(ctx context.Context, opt SearchOptions) error {
				return second(x.SearchBatch(ctx, slices.Repeat(query, 40), 10, opt))
			},
			"SearchRange": func(ctx context.Context, opt SearchOptions) error {
				return second(x.SearchRange(ctx, query, 1, 500, opt))
			},
			"SearchExact": func(ctx context.Context, opt SearchOptions) error { return second(x.SearchExact(ctx, query, 10, opt)) },
		} {
			ctx, end := context.WithCancel(t.Context())
			calls := 0
			opt := SearchOptions{Threads: 1, Filter: func(id uint32) bool {
				if calls++; calls == 20 {
					end()
				}
				return id%every == 0
			}}
			if err := search(ctx, opt); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, 1 in %d: got %v", name, every, err)
			}
			if calls > 21 {
				t.Errorf("%s, 1 in %d: the filter was asked %d times", name, every, calls)
			}
			end()
		}
	}
}

// TestWatch writes to an opened file in place, as nobody must, while it is searched: the
// process lives on, and calls have errors from soon after on.
func TestWatch(t *testing.T) {
	if !mapped {
		t.Skip("files are not mapped here")
	}
	const dim = 20
	rows := clustered(5000, dim, 1)
	for _, mode := range []Quantize{QuantizeOff, QuantizeOn} {
		built := buildWith(t, rows, dim, exact.L2Squared, mode)
		data := fileOf(t, built)
		for fill := range 4 {
			path := filepath.Join(t.TempDir(), "x.nngx")
			if err := built.Save(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			x := must(Open(path))
			time.Sleep(20 * time.Millisecond) // clocks of file systems may be so coarse
			search := func() error {
				return second(x.Search(t.Context(), rows[:dim], 10, SearchOptions{EfSearch: 50}))
			}
			if err := search(); err != nil {
				t.Fatal(err)
			}
			stop, ended := make(chan bool), make(chan bool)
			go func() {
				defer close(ended)
				for {
					select {
					case <-stop:
						return
					default:
						if err := search(); err != nil && !errors.Is(err, ErrCorrupt) {
							t.Error(err)
						}
					}
				}
			}()
			overwrite(t, path, data, fill)
			time.Sleep(2 * time.Duration(watchEvery))
			if err := search(); !errors.Is(err, ErrCorrupt) {
				t.Errorf("codes %v, fill %d: got %v, want %v", mode, fill, err, ErrCorrupt)
			}
			if x.Contains(1) || x.Delete(1) != 0 {
				t.Error("a call without an error finds rows")
			}
			close(stop)
			<-ended
			if err := x.Close(); err != nil {
				t.Error(err)
			}
		}
		// Save replaces files: who has the old one open keeps it.
		path := filepath.Join(t.TempDir(), "x.nngx")
		if err := built.Save(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		x := must(Open(path))
		time.Sleep(20 * time.Millisecond)
		if err := must(Build(t.Context(), rows[:dim], dim, Options{})).Save(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Duration(watchEvery))
		if err := second(x.Search(t.Context(), rows[:dim], 10, SearchOptions{})); err != nil {
			t.Errorf("a file that was replaced: %v", err)
		}
	}
}
