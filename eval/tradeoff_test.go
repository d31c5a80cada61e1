package eval

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
	out, err := RunTradeoff(t.Context(), []Source{blobs(1500)}, t.TempDir(), tradeoffOptions())
	if err != nil || len(out.Skipped) > 0 {
		t.Fatal(err, out)
	}
	rows, points := out.Rows, out.Points
	if len(rows) != 2*4 || len(points) != 4 {
		t.Fatalf("%d rows and %d points, want 8 and 4", len(rows), len(points))
	}
	want := []float64{1, 1, 0.5, 0.1} // exact, graph, half and a tenth of the rows
	for i, p := range points {
		if math.Abs(p.Recall-want[i]) > 0.15 {
			t.Errorf("%v: recall %v, want about %v", p.Search, p.Recall, want[i])
		}
		if p.Sets != 1 || p.Seeds != 2 || p.Labeled != 0.1 {
			t.Errorf("%v: %d sets, %d seeds, %v labeled", p.Search, p.Sets, p.Seeds, p.Labeled)
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

// filesOf returns the files in dir, by name.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		files[e.Name()] = read(t, dir, e.Name())
	}
	return files
}

// TestTradeoffIsTheSameHoweverInterrupted compares a run on three threads with one that is
// interrupted after every third combination, its last line torn.
func TestTradeoffIsTheSameHoweverInterrupted(t *testing.T) {
	bad := easy("bad")
	clear(bad.Y)
	sets := []Source{blobs(1200), memory(bad), blobs(1300)}
	sets[2].Name = "more"
	opt := tradeoffOptions()
	opt.Labeled = []float64{0.1, 0.05}
	opt.Threads = 3
	whole, pieces := t.TempDir(), t.TempDir()
	if _, err := RunTradeoff(t.Context(), sets, whole, opt); err != nil {
		t.Fatal(err)
	}
	opt.Threads = 1
	var runs int
	for ; ; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		cells := 0
		opt.Progress = func(p Progress) {
			if cells++; cells == 3 && p.Done < p.Total {
				cancel()
			}
		}
		_, err := RunTradeoff(ctx, sets, pieces, opt)
		cancel()
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) || runs > 32 {
			t.Fatal(err)
		}
		path := filepath.Join(pieces, "tradeoff_cells.csv")
		if err := os.WriteFile(path, []byte(read(t, path)+"more,Made,logis"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if runs < 9 {
		t.Errorf("only %d interruptions", runs)
	}
	want := filesOf(t, whole)
	if diff := cmp.Diff(want, filesOf(t, pieces)); diff != "" {
		t.Error(diff)
	}
	if len(want) != 4 || !strings.Contains(want["tradeoff.md"], "Sets: 3, of them skipped: 1.") || !strings.Contains(want["run.json"], ErrNoAnomalies.Error()) {
		t.Errorf("files %v", want)
	}
	opt.Seeds = 3
	if _, err := RunTradeoff(t.Context(), sets, pieces, opt); err == nil || !strings.Contains(err.Error(), "another seeds: 2, now 3") {
		t.Errorf("other options: %v", err)
	}
}

// TestSummarizeTradeoff computes the points of two sets by hand.
func TestSummarizeTradeoff(t *testing.T) {
	var rows []TradeoffRow
	add := func(set string, seed uint64, labeled float64, search Search, recall, auroc float64) {
		c := Cell{Dataset: set, Group: "CV_by_X", Detector: "mlp", Labeled: labeled, Seed: seed}
		rows = append(rows, TradeoffRow{TradeoffCell{c, search}, recall, auroc})
	}
	graph, half := Search{EfSearch: 10}, Search{Share: 0.5}
	for seed := range uint64(2) {
		add("a", seed, 0.1, Search{}, 1, 0.75)
		add("a", seed, 0.1, graph, 1, 0.75+float64(seed)/8)
		add("b", seed, 0.1, Search{}, 1, 0.5)
		add("b", seed, 0.1, graph, 0.5, 0.25)
	}
	add("a", 0, 0.05, Search{}, 1, 0.5)
	add("a", 0, 0.05, half, 0.5, 0.25)
	add("a", 1, 0.05, Search{}, 1, 0.5)
	add("a", 1, 0.05, half, 0.25, 0)
	add("b", 0, 0.05, half, 0.5, 0.5) // nothing to compare with
	got := SummarizeTradeoff(rows)
	want := []TradeoffPoint{
		{Group: "CV", Detector: "mlp", Labeled: 0.1, Recall: 1, AUROC: 0.625, Sets: 2, Seeds: 2},
		{Group: "CV", Detector: "mlp", Labeled: 0.1, Search: graph, Recall: 0.75, AUROC: 0.53125, Gain: -0.09375, Low: -0.25, High: 0.0625, Sets: 2, Seeds: 2},
		{Group: "CV", Detector: "mlp", Labeled: 0.05, Recall: 1, AUROC: 0.5, Sets: 1, Seeds: 2},
		{Group: "CV", Detector: "mlp", Labeled: 0.05, Search: half, Recall: 0.375, AUROC: 0.125, Gain: -0.375, Low: -0.5, High: -0.25, Sets: 1, Seeds: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got[1].Low, got[1].High = math.NaN(), math.NaN()
	text, err := TradeoffCSV(got)
	path := filepath.Join(t.TempDir(), "tradeoff.csv")
	if err = errors.Join(err, os.WriteFile(path, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
	again, err := ReadTradeoff(path)
	if diff := cmp.Diff(got, again, cmpopts.EquateNaNs()); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestNeeds(t *testing.T) {
	point := func(search Search, recall, gain, low, high float64) TradeoffPoint {
		return TradeoffPoint{Group: "Classical", Detector: "mlp", Labeled: 0.01, Search: search, Recall: recall, Gain: gain, Low: low, High: high}
	}
	exact := point(Search{}, 1, 0, 0, 0)
	wide := point(Search{EfSearch: 80}, 0.99, 0.001, -0.002, 0.003)
	narrow := point(Search{EfSearch: 10}, 0.97, -0.002, -0.004, 0.001)
	for _, c := range []struct {
		name   string
		points []TradeoffPoint
		want   string
	}{
		{"no loss", []TradeoffPoint{exact, wide, narrow}, "no loss of AUROC down to recall 0.97; at recall 0.95 and more it changes by -0.0005 (2 searches)."},
		{"interval below 0", []TradeoffPoint{exact, wide, point(Search{Share: 0.1}, 0.1, -0.04, -0.05, -0.03), point(Search{Share: 0.5}, 0.52, -0.0025, -0.004, -0.001)},
			"AUROC suffers at recall 0.52 (0.5 of the rows: -0.0025, 95 % interval -0.0040 to -0.0010), not above; at recall 0.95 and more it changes by +0.0010 (1 search)."},
		{"large loss", []TradeoffPoint{exact, point(Search{EfSearch: 10}, 0.9, -0.01, math.NaN(), math.NaN())}, "AUROC suffers at recall 0.90 (hnsw efSearch=10: -0.0100), not above."},
	} {
		t.Run(c.name, func(t *testing.T) {
			needs := Needs(c.points)
			if len(needs) != 1 || needs[0].String() != "Classical, mlp, 1 % labeled: "+c.want {
				t.Errorf("got %v", needs)
			}
		})
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
	if _, err := RunTradeoff(t.Context(), []Source{blobs(100)}, t.TempDir(), opt); err == nil {
		t.Error("a share of 1.5 is accepted")
	}
}
