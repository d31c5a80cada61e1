package detect

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// readJSON decodes a file of testdata.
func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err == nil {
		err = json.Unmarshal(raw, v)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// flags turns 0 and 1 into bools.
func flags(y []int) []bool {
	b := make([]bool, len(y))
	for i, v := range y {
		b[i] = v == 1
	}
	return b
}

// largestGap returns the largest difference between a and b relative to their size, or
// to 1 where they are smaller.
func largestGap(a, b []float64) float64 {
	var gap float64
	for i := range a {
		gap = max(gap, math.Abs(a[i]-b[i])/max(1, math.Abs(b[i])))
	}
	return gap
}

// TestMLPFollowsScikitLearn trains from the first weights and in the order in which
// MLPClassifier did, and wants its logits and its number of epochs.
func TestMLPFollowsScikitLearn(t *testing.T) {
	var golden struct {
		Dim      int
		X, First []float32
		Y        []int
		Cases    []struct {
			Epochs, Max int
			Loss, Logit []float64
		}
	}
	readJSON(t, "mlp.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	for i, tol := range []float64{1e-5, 1e-4, 1e-3} {
		c := golden.Cases[i]
		t.Run(fmt.Sprintf("epochs=%d", c.Max), func(t *testing.T) {
			p := newMLP(Options{}).(*mlp)
			p.start(golden.Dim)
			copy(p.net.params, golden.First)
			var epochs int
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			err := p.train(ctx, rows, func([]int) {
				if epochs++; epochs == c.Max {
					stop() // after this epoch
				}
			})
			if (err != nil) != (c.Epochs == c.Max && c.Max < mlpEpochs) {
				t.Fatal(err)
			}
			if epochs != c.Epochs || p.Epochs() != c.Epochs {
				t.Errorf("trained for %d epochs, says %d, want %d", epochs, p.Epochs(), c.Epochs)
			}
			got, err := p.Score(t.Context(), golden.X)
			if err != nil {
				t.Fatal(err)
			}
			if gap := largestGap(got, c.Logit); gap > tol {
				t.Errorf("logits differ by %.2g, want at most %g", gap, tol)
			} else {
				t.Logf("logits differ by %.2g", gap)
			}
		})
	}
}
