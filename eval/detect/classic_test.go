package detect

import (
	"math"
	"testing"
)

// classic is testdata/classic.json.
type classic struct {
	Dim     int
	X, Test []float32
	Y       []int
	Weights []int32

	Logistic, Tree, GBDT, RandomForest, IForest, KNN, LOF, ECOD []float64
}

// TestAgainstScikitLearn wants the scores of scikit-learn's models where these depend on
// nothing but the rows.
func TestAgainstScikitLearn(t *testing.T) {
	var golden classic
	readJSON(t, "classic.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	for _, c := range []struct {
		name string
		want []float64
		tol  float64
	}{
		{"logistic", golden.Logistic, 1e-4},
		{"gbdt", golden.GBDT, 1e-4},
		{"knn", golden.KNN, 1e-6},
		{"lof", golden.LOF, 1e-5},
		{"ecod", golden.ECOD, 1e-6},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := score(t, fit(t, c.name, Options{}, rows), golden.Test)
			if gap := largestGap(got, c.want); gap > c.tol {
				t.Errorf("scores differ by %.2g, want at most %g", gap, c.tol)
			} else {
				t.Logf("scores differ by %.2g", gap)
			}
		})
	}
}

// TestRandomEnsemblesAgainstScikitLearn compares with the mean over many seeds, which
// forests of other random numbers surround.
func TestRandomEnsemblesAgainstScikitLearn(t *testing.T) {
	var golden classic
	readJSON(t, "classic.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	for _, c := range []struct {
		name string
		want []float64
		tol  float64
	}{
		{"randomforest", golden.RandomForest, 0.03},
		{"iforest", golden.IForest, 0.01},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := make([]float64, len(c.want))
			const seeds = 10
			for seed := range uint64(seeds) {
				for i, s := range score(t, fit(t, c.name, Options{Seed: seed, Threads: 2}, rows), golden.Test) {
					got[i] += s / seeds
				}
			}
			var square float64
			for i := range got {
				square += (got[i] - c.want[i]) * (got[i] - c.want[i])
			}
			if rms := math.Sqrt(square / float64(len(got))); rms > c.tol {
				t.Errorf("scores differ by %.3f in root mean square, want at most %g", rms, c.tol)
			} else {
				t.Logf("scores differ by %.4f in root mean square", rms)
			}
		})
	}
}

func TestTreeAgainstScikitLearn(t *testing.T) {
	var golden classic
	readJSON(t, "classic.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	tr := growGini(newBins(rows), rows.anomaly, golden.Weights, golden.Dim, 2, newRand(0, 0))
	for i, want := range golden.Tree {
		if got := tr.value(golden.Test[i*golden.Dim : (i+1)*golden.Dim]); math.Abs(got-want) > 1e-8 {
			t.Errorf("row %d: got %v, want %v", i, got, want)
		}
	}
}

// TestBinsOfManyValues wants bins of nearly equally many rows that codes and cuts agree
// on.
func TestBinsOfManyValues(t *testing.T) {
	r := newRand(1, 0)
	rows := table{x: make([]float32, 5000), dim: 1, anomaly: make([]bool, 5000)}
	for i := range rows.x {
		rows.x[i] = float32(r.NormFloat64())
		if i%3 == 0 {
			rows.x[i] = 0.5
		}
	}
	b := newBins(rows)
	count := make([]int, b.size(0))
	for i, v := range rows.x {
		code := int(b.codes[0][i])
		count[code]++
		if code > 0 && v <= b.cuts[0][code-1] || code < len(b.cuts[0]) && v > b.cuts[0][code] {
			t.Fatalf("value %v is in bin %d", v, code)
		}
	}
	for code, n := range count {
		if n > 25 && n < 1600 {
			t.Errorf("bin %d has %d rows", code, n)
		}
	}
}
