package ann

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nngmix/nngmix/ann/internal/graph"
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
					if err := g.Check(); err != nil {
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
		want, err := build(t.Context(), nil, rows, 20, opt, small)
		if err != nil {
			t.Fatal(err)
		}
		for _, level := range simd.Supported() {
			tune := small
			tune.Level = level
			for _, threads := range []int{2, 8} {
				opt.Threads = threads
				got, err := build(t.Context(), nil, rows, 20, opt, tune)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got.first().Links, want.first().Links) || !slices.Equal(got.first().ids, want.first().ids) ||
					!slices.Equal(got.first().CodeSection, want.first().CodeSection) {
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
		{"all options", []float32{1}, 1, func(o *Options) { *o = Options{M: 1, EfConstruction: -1, Metric: 9, Threads: -1} }, ErrOptions, "EfConstruction is -1"},
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

// TestLimitsBeforeTheWork asks for what an index cannot hold.
func TestLimitsBeforeTheWork(t *testing.T) {
	if _, err := Build(t.Context(), make([]float32, maxColumns+1), maxColumns+1, DefaultOptions()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d columns, more than a file can hold: got %v", maxColumns+1, err)
	}
	x := &segment{Graph: graph.Graph{N: graph.MaxNodes, Stride: math.MaxInt32}}
	if err := x.checkSize(16, 32); !errors.Is(err, ErrTooLarge) {
		t.Errorf("more bytes than there are addresses: got %v", err)
	}
}
