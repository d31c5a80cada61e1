package eval

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestGridCells(t *testing.T) {
	g := Grid{
		Methods: []Method{{Name: "nng-mix"}, {Name: "gaussian", NoiseStd: 0.1, FixedNoise: true},
			{Name: "oversample"}},
		Detectors: []string{"mlp", "deepsad"}, Labeled: []float64{0.1}, Multipliers: []float64{0, 10}, Seeds: 1,
	}
	balanced := g
	balanced.Balances, balanced.NoiseStd, balanced.Multipliers = []float64{0.5}, []float64{0, 0.3}, nil
	for _, c := range []struct {
		name, group string
		grid        Grid
		want        string
	}{
		{"classical", "Classical", g, `mlp none x0 b0 s0
mlp nng-mix x10 b0 s0.01
mlp gaussian x10 b0 s0.1
mlp oversample x10 b0 s0
deepsad none x0 b0 s0
deepsad nng-mix x10 b0 s0.01
deepsad gaussian x10 b0 s0.1
deepsad oversample x10 b0 s0
`},
		{"images", "CV_by_ResNet18", Grid{Methods: []Method{{Name: "nng-mix"}, {Name: None}}, Detectors: []string{"mlp", "deepsad"},
			Labeled: []float64{0.1}, Multipliers: []float64{5}, Seeds: 1}, `mlp none x0 b0 s0
mlp nng-mix x5 b0 s0.3
deepsad none x0 b0 s0
deepsad nng-mix x5 b0 s0.01
`},
		{"balanced", "Classical", Grid{Methods: balanced.Methods, Detectors: []string{"mlp"}, Labeled: balanced.Labeled,
			Balances: balanced.Balances, NoiseStd: balanced.NoiseStd, Seeds: 1}, `mlp nng-mix x0 b0.5 s0
mlp nng-mix x0 b0.5 s0.3
mlp gaussian x0 b0.5 s0.1
mlp oversample x0 b0.5 s0
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := c.grid.Validate(); err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, cell := range c.grid.Cells("set", c.group) {
				fmt.Fprintf(&got, "%s %s x%v b%v s%v\n", cell.Detector, cell.Method, cell.Multiplier, cell.Balance, cell.NoiseStd)
			}
			if diff := cmp.Diff(got.String(), c.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGridRejects(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Grid)
		want   string
	}{
		{"no methods", func(g *Grid) { g.Methods = nil }, "at least one"},
		{"method", func(g *Grid) { g.Methods = []Method{{Name: "nngmix"}} }, `"nngmix"`},
		{"detector", func(g *Grid) { g.Detectors = []string{"svm"} }, `"svm"`},
		{"noise of a method without", func(g *Grid) { g.Methods = []Method{{Name: "mixup", FixedNoise: true}} }, "mixup takes no noise"},
		{"negative noise", func(g *Grid) { g.NoiseStd = []float64{-1} }, "NoiseStd has -1"},
		{"share 0", func(g *Grid) { g.Labeled = []float64{0} }, "Labeled has 0"},
		{"twice", func(g *Grid) { g.Multipliers = []float64{5, 5} }, "5 twice"},
		{"seeds", func(g *Grid) { g.Seeds = 0 }, "Seeds is 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := DefaultGrid()
			c.change(&g)
			if err := g.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	for text, want := range map[string]Method{"mixup": {Name: "mixup"}, "gaussian:0.1": {Name: "gaussian", NoiseStd: 0.1, FixedNoise: true}} {
		if got, err := ParseMethod(text); got != want || err != nil {
			t.Errorf("%s: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	if _, err := ParseMethod("gaussian:x"); err == nil {
		t.Error("gaussian:x was accepted")
	}
	opt := DefaultStudyOptions()
	opt.Grid.Labeled = []float64{0.2}
	if err := opt.Validate(); err == nil {
		t.Error("a labeled share above the protocol's was accepted")
	}
}
