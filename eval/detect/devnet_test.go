package detect

import (
	"math"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
)

// TestDevnetFollowsPyTorch trains from the first weights and on the batches on which
// PyTorch did.
func TestDevnetFollowsPyTorch(t *testing.T) {
	var golden struct {
		Dim       int
		Mean, Std float64
		X, First  []float32
		Y         []int
		Cases     []struct {
			Steps int
			Score []float64
		}
	}
	readJSON(t, "devnet.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	d := newDevnet(Options{}).(*devnet)
	d.start(golden.Dim)
	d.mean, d.std = golden.Mean, golden.Std
	copy(d.net.params, golden.First)
	steps := 0
	for _, c := range golden.Cases {
		for ; steps < c.Steps; steps++ {
			d.step(rows, sequence(rows.rows()))
		}
		if gap := largestGap(score(t, d, golden.X), c.Score); gap > 1e-4 {
			t.Errorf("after %d steps scores differ by %.2g", steps, gap)
		} else {
			t.Logf("after %d steps scores differ by %.2g", steps, gap)
		}
	}
}

func TestDevnetBatches(t *testing.T) {
	d := newDevnet(Options{}).(*devnet)
	d.drawPrior(xrand.New(1, devStream))
	if math.Abs(d.mean) > 0.05 || math.Abs(d.std-1) > 0.05 {
		t.Errorf("the prior has mean %v and standard deviation %v", d.mean, d.std)
	}
	rows := blob(1, 200, 2)
	h := newHalves(rows.anomaly, newRand(1, 0))
	anomalies := 0
	for _, id := range h.batch() {
		anomalies += class(rows.anomaly[id])
	}
	if anomalies != devBatch/2 {
		t.Errorf("%d of %d rows of a batch are anomalies", anomalies, devBatch)
	}
}
