package ann

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/simd"
)

var metrics = []exact.Metric{exact.L2Squared, exact.L1, exact.Cosine, exact.InnerProduct}

func TestBuildInvariants(t *testing.T) {
	most := 3000
	if testing.Short() {
		most = 500
	}
	for _, metric := range metrics {
		for _, n := range []int{1, 2, 65, most} {
			for _, dim := range []int{1, 16, 40} {
				t.Run(fmt.Sprintf("%v/n=%d/dim=%d", metric, n, dim), func(t *testing.T) {
					x := mustBuild(t, clustered(n, dim, 1), dim, metric, small)
					g := x.first()
					if err := g.check(); err != nil {
						t.Error(err)
					}
					seen := slices.Sorted(slices.Values(g.ids))
					for i, id := range seen {
						if int(id) != i {
							t.Fatalf("row ids of all nodes: got %d at %d", id, i)
						}
					}
					if len(seen) != n {
						t.Errorf("nodes stand for %d rows, want %d", len(seen), n)
					}
				})
			}
		}
	}
}

// islands returns groups of rows so far from each other that no search would
// find links between them.
func islands() []float32 {
	var rows []float32
	for i := range 4000 {
		island := float32(math.Pow(7, float64(i%9)))
		rows = append(rows, island+float32(i)*1e-4, -island, float32(i%13)*1e-3)
	}
	return rows
}

// TestLayersNest builds graphs of three and four layers of all sizes: every row of a
// layer has to be one of the layer below, which inherits its links.
func TestLayersNest(t *testing.T) {
	for n := 600; n < 1200; n++ {
		for shift := uint(layerShift); shift <= 3*layerShift; shift += layerShift {
			l, below := nested(n, shift, 0), nested(n, shift-layerShift, 0)
			for i := range l.size {
				if id := l.id(i); int(id) >= n || !below.holds(id) {
					t.Fatalf("%d rows: row %d of layer %d is not below", n, id, shift)
				}
			}
			if next := l.id(l.size); int(next) < n {
				t.Fatalf("%d rows: row %d is not in layer %d", n, next, shift)
			}
		}
	}
	tall := small
	tall.layerRows = 1
	rows := clustered(700, 4, 1)
	for n := 560; n < 700; n++ {
		if err := mustBuild(t, rows[:4*n], 4, exact.L2Squared, tall).first().check(); err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
	}
}

func TestBuildConnectsIslands(t *testing.T) {
	x := mustBuild(t, islands(), 3, exact.L2Squared, small).first()
	if err := x.check(); err != nil {
		t.Error(err)
	}
}

// TestConnect cuts rows off and checks that they are linked again.
func TestConnect(t *testing.T) {
	x := mustBuild(t, clustered(3000, 16, 2), 16, exact.L2Squared, small).first()
	l := &x.layer
	for i := range uint32(x.n) { // nobody links to row 101, nor to the first 100 rows but themselves
		kept := slices.DeleteFunc(slices.Clone(l.linked(i)), func(to uint32) bool { return to < 100 && i >= 100 || to == 101 })
		setList(l.list(i), kept)
	}
	if newReach(&x.graph).missing() == 0 {
		t.Fatal("the test cuts nothing off")
	}
	b := newBuilder(&x.graph, DefaultOptions(), small)
	if _, err := b.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := x.check(); err != nil {
		t.Error(err)
	}
}

// TestBuildIsDeterministic compares links and order at any number of threads and
// on every instruction set.
func TestBuildIsDeterministic(t *testing.T) {
	n := 1200
	if testing.Short() {
		n = 600
	}
	rows := clustered(n, 20, 3)
	for _, metric := range metrics {
		opt := DefaultOptions()
		opt.Metric, opt.Threads, opt.EfConstruction = metric, 1, 24
		if metric == exact.Cosine {
			opt.Quantize = QuantizeOn
		}
		want, err := build(t.Context(), rows, 20, opt, small)
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range simd.Supported() {
			tune := small
			tune.level = level
			for _, threads := range []int{2, 8} {
				opt.Threads = threads
				got, err := build(t.Context(), rows, 20, opt, tune)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.first().links, want.first().links) || !slices.Equal(got.first().ids, want.first().ids) ||
					!slices.Equal(got.first().codeSection, want.first().codeSection) {
					t.Errorf("%v: level %v with %d threads makes another graph than %v with 1", metric, level, threads, simd.Active())
				}
			}
		}
	}
}

func TestBuildErrors(t *testing.T) {
	nan := float32(math.NaN())
	tests := []struct {
		name   string
		rows   []float32
		dim    int
		change func(*Options)
		want   error
		text   string
	}{
		{"no rows", nil, 2, nil, ErrEmpty, ""},
		{"no columns", []float32{1}, 0, nil, ErrDimension, "0 columns"},
		{"ragged", []float32{1, 2, 3}, 2, nil, ErrDimension, "3 values"},
		{"NaN", []float32{1, 2, 3, nan}, 2, nil, ErrNotFinite, "row 1, column 1"},
		{"too long", []float32{1, 2, 3e19, 0}, 2, nil, ErrTooLarge, "row 1"},
		{"all options", []float32{1}, 1, func(o *Options) { *o = Options{M: 1, Metric: 9, Threads: -1} }, ErrOptions, "EfConstruction is 0"},
		{"codes under L1", []float32{1}, 1, func(o *Options) { o.Metric, o.Quantize = exact.L1, QuantizeOn }, ErrOptions, "no codes under l1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opt := DefaultOptions()
			if tt.change != nil {
				tt.change(&opt)
			}
			_, err := Build(t.Context(), tt.rows, tt.dim, opt)
			if !errors.Is(err, tt.want) || !strings.Contains(fmt.Sprint(err), tt.text) {
				t.Errorf("got %v, want %v with %q", err, tt.want, tt.text)
			}
		})
	}
}
