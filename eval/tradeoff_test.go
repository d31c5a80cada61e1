package eval

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// blobs returns a set of two clusters of normal rows and a few anomalies between them.
func blobs(n int) Source {
	d := &Dataset{Name: "blobs", Group: "Made", Dim: 3}
	for i := range n {
		x := math.Mod(float64(i)*0.6180339887, 1)
		y := math.Mod(float64(i)*0.7548776662, 1)
		z := math.Mod(float64(i)*0.5698402910, 1)
		anomaly := i%20 == 0
		shift := float64(i%2) * 4
		if anomaly {
			shift = 2
		}
		d.X = append(d.X, x+shift, y+shift, z)
		d.Y = append(d.Y, anomaly)
	}
	return Source{Name: "blobs", Group: "Made", Load: func(context.Context) (*Dataset, error) { return d, nil }}
}

func tradeoffOptions() TradeoffOptions {
	opt := DefaultTradeoffOptions()
	opt.Detectors, opt.Labeled, opt.Seeds = []string{"logistic"}, []float64{0.1}, 2
	opt.EfSearch, opt.Shares = []int{100}, []float64{0.5, 0.1}
	return opt
}

func TestTradeoffRecallFalls(t *testing.T) {
	rows, points, skipped, err := RunTradeoff(t.Context(), []Source{blobs(1500)}, tradeoffOptions())
	if err != nil || len(skipped) > 0 {
		t.Fatal(err, skipped)
	}
	if len(rows) != 2*4 || len(points) != 4 {
		t.Fatalf("%d rows and %d points, want 8 and 4", len(rows), len(points))
	}
	want := []float64{1, 1, 0.5, 0.1} // exact, graph, half and a tenth of the rows
	for i, p := range points {
		if math.Abs(p.Recall-want[i]) > 0.15 {
			t.Errorf("%v: recall %v, want about %v", p.Search, p.Recall, want[i])
		}
		if p.Sets != 1 || p.Seeds != 2 {
			t.Errorf("%v: %d sets and %d seeds", p.Search, p.Sets, p.Seeds)
		}
	}
	if points[0].Gain != 0 {
		t.Errorf("exact search gains %v over itself", points[0].Gain)
	}
	for _, r := range rows {
		if r.Recall == 1 && r.AUROC != rows[int(r.Seed)*4].AUROC {
			t.Errorf("%v with all neighbors right: AUROC %v, exact search has %v", r.Search, r.AUROC, rows[int(r.Seed)*4].AUROC)
		}
	}
}

func TestTradeoffDoesNotDependOnThreads(t *testing.T) {
	sets := []Source{blobs(1200), blobs(1300)}
	sets[1].Name = "more"
	opt := tradeoffOptions()
	opt.Threads = 1
	want, points, _, err := RunTradeoff(t.Context(), sets, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Threads = 3
	got, again, _, err := RunTradeoff(t.Context(), sets, opt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got) + cmp.Diff(points, again); diff != "" {
		t.Error(diff)
	}
}

func TestBootstrap(t *testing.T) {
	values := make([]float64, 400)
	for i := range values {
		values[i] = float64(i%2)*2 - 1 // mean 0, standard deviation 1
	}
	low, high := bootstrap(values)
	if want := 1.96 / 20; math.Abs(high-want) > 0.01 || math.Abs(low+want) > 0.01 {
		t.Errorf("interval %v to %v, want about ±%v", low, high, want)
	}
	if low, _ := bootstrap(values[:1]); !math.IsNaN(low) {
		t.Error("one value has an interval")
	}
}

func TestTradeoffErrors(t *testing.T) {
	opt := tradeoffOptions()
	opt.Shares = []float64{1.5}
	if _, _, _, err := RunTradeoff(t.Context(), []Source{blobs(100)}, opt); err == nil {
		t.Error("a share of 1.5 is accepted")
	}
}
