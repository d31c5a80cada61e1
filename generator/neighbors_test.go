package generator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/exact"
)

// TestEqualAnomalies: of 30 equal rows, the first KLabeled are the neighbors of
// all; those among them are never mixed with themselves.
func TestEqualAnomalies(t *testing.T) {
	labeled := make([]float64, 30*2)
	for i := range labeled {
		labeled[i] = 0.25
	}
	opt := DefaultOptions()
	opt.KLabeled = 4
	g := mustNew(t, Data{Labeled: Dense(labeled, 2), Unlabeled: randomRows(2, 20, 2)}, opt)
	if r := g.Report(); r.UniqueLabeled != 1 || r.KLabeled != 4 {
		t.Errorf("%d distinct of %d labeled rows, %d neighbors", r.UniqueLabeled, r.Labeled, r.KLabeled)
	}
	_, origins := sampleN(t, g, 60_000)
	var count [30][4]int
	for _, o := range origins {
		if o.OtherLabeled {
			count[o.Source][o.Other]++
		}
	}
	for source := range count {
		others := count[source][:]
		if source < 4 {
			if others[source] > 0 {
				t.Errorf("row %d was mixed with itself", source)
			}
			others = slices.Delete(others, source, source+1)
		}
		checkShares(t, fmt.Sprintf("others of %d", source), others)
	}
}

// wrong is a Searcher that answers as told.
type wrong struct {
	res *exact.Result
	err error
}

func (w wrong) SearchBatch(context.Context, []float32, int) (*exact.Result, error) {
	return w.res, w.err
}

func TestWrongIndex(t *testing.T) {
	broken := errors.New("disk on fire")
	tests := []struct {
		name string
		wrong
		want string
	}{
		{"fails", wrong{nil, broken}, "generator: neighbor search: disk on fire"},
		{"answers too few", wrong{&exact.Result{}, nil}, "answered 0 of 2 queries"},
		{"finds nothing", wrong{&exact.Result{K: 1, IDs: make([]uint32, 2), Distances: make([]float64, 2), Counts: []int32{1, 0}}, nil}, "found no neighbor"},
		{"returns other rows", wrong{&exact.Result{K: 1, IDs: []uint32{0, 20}, Distances: make([]float64, 2), Counts: []int32{1, 1}}, nil}, "returned row 20 of 20"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := New(t.Context(), Data{Labeled: randomRows(1, 2, 3), Unlabeled: randomRows(2, 20, 3), Index: test.wrong}, DefaultOptions())
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// talkative is an index that tells how it answered.
type talkative struct{ Searcher }

func (x talkative) Answer(ctx context.Context, queries []float32, k int) (*exact.Result, SearchStats, error) {
	res, err := x.SearchBatch(ctx, queries, k)
	return res, SearchStats{Method: "asked", Detail: "so"}, err
}

// TestIndexAndEngine: an index that is given and an engine that is plugged in
// give the samples of exact search.
func TestIndexAndEngine(t *testing.T) {
	columns := units(5)
	columns[1].Nominal = true
	data := Data{Labeled: rowsIn(columns, 1, 9), Unlabeled: rowsIn(columns, 2, 80), Columns: columns}
	opt := DefaultOptions()
	want, _ := sampleN(t, mustNew(t, data, opt), 200)

	var kept Searcher
	var asked []int
	opt.Engine = func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, SearchStats, error) {
		asked = []int{len(rows), dim, nominal, len(queries), k}
		x, err := exact.Build(ctx, rows, dim, exact.Options{Nominal: nominal, Method: exact.Brute})
		if err != nil {
			return nil, SearchStats{}, err
		}
		kept = SearcherFunc(func(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
			return x.SearchBatch(ctx, queries, k, exact.SearchOptions{})
		})
		res, err := kept.SearchBatch(ctx, queries, k)
		return res, SearchStats{Method: "mine", Reason: "because", Unique: 7, Bytes: 9, Detail: 5 * k}, err
	}
	g := mustNew(t, data, opt)
	if got, _ := sampleN(t, g, 200); !slices.Equal(got.data, want.data) {
		t.Error("the engine gives other samples")
	}
	if !slices.Equal(asked, []int{80 * 5, 5, 1, 9 * 5, 10}) {
		t.Errorf("the engine was asked for %v", asked)
	}
	if r := g.Report(); r.Method != "mine" || r.Reason != "because" || r.UniqueUnlabeled != 7 || r.IndexBytes != 9 || r.Detail != 50 {
		t.Errorf("report %+v", r)
	}

	opt.Engine, data.Index = nil, kept
	g = mustNew(t, data, opt)
	if got, _ := sampleN(t, g, 200); !slices.Equal(got.data, want.data) {
		t.Error("the index gives other samples")
	}
	if r := g.Report(); r.Method != "index" || r.Detail != nil {
		t.Errorf("report %+v", r)
	}
	data.Index = talkative{kept}
	if r := mustNew(t, data, opt).Report(); r.Method != "asked" || r.Detail != "so" {
		t.Errorf("report %+v", r)
	}
	opt.Engine = func(context.Context, []float32, int, int, []float32, int) (*exact.Result, SearchStats, error) {
		return nil, SearchStats{}, errors.ErrUnsupported
	}
	data.Index = nil
	if _, err := New(t.Context(), data, opt); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want %v", err, errors.ErrUnsupported)
	}
}

func TestSearchMethodsAndThreadsAgree(t *testing.T) {
	columns := units(6)
	data := Data{Labeled: rowsIn(columns, 1, 40), Unlabeled: rowsIn(columns, 2, 3000), Columns: columns}
	opt := DefaultOptions()
	want, _ := sampleN(t, mustNew(t, data, opt), 300)
	for _, opt.Search = range []exact.Method{exact.Auto, exact.Brute, exact.KDTree} {
		for _, opt.Threads = range []int{1, 3} {
			last := 0
			opt.Progress = func(done, total int) {
				if done < last || total != 40 {
					t.Errorf("progress %d of %d after %d", done, total, last)
				}
				last = done
			}
			g := mustNew(t, data, opt)
			if got, _ := sampleN(t, g, 300); !slices.Equal(got.data, want.data) {
				t.Errorf("%v with %d threads gives other samples", opt.Search, opt.Threads)
			}
			if r := g.Report(); last != 40 || r.Labeled != 40 || r.UniqueLabeled != 40 || r.Unlabeled != 3000 || r.UniqueUnlabeled%3000 != 0 || r.K != 10 || r.KLabeled != 10 || r.Method == "" || r.Reason == "" {
				t.Errorf("after %d queries: %+v", last, r)
			}
		}
	}
}
