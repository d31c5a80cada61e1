package eval

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	_ "github.com/nngmix/nngmix/internal/steady"
)

func TestAgainstScikitLearn(t *testing.T) {
	raw, err := os.ReadFile("testdata/auc.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Name      string
		Scores    []float64
		Anomaly   []bool
		AUROC, AP float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			auroc, err1 := AUROC(c.Scores, c.Anomaly)
			ap, err2 := AveragePrecision(c.Scores, c.Anomaly)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			if math.Abs(auroc-c.AUROC) > 1e-12 || math.Abs(ap-c.AP) > 1e-12 {
				t.Errorf("got AUROC %v, AP %v, want %v, %v", auroc, ap, c.AUROC, c.AP)
			}
		})
	}
}

func TestAUROCAgainstGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		anomaly := append(rapid.SliceOf(rapid.Bool()).Draw(t, "anomaly"), true, false)
		scores := make([]float64, len(anomaly))
		for i := range scores {
			scores[i] = float64(rapid.IntRange(-4, 4).Draw(t, "score"))
		}
		kept := slices.Clone(scores)
		sorted, classes := slices.Clone(scores), slices.Clone(anomaly)
		stat.SortWeightedLabeled(sorted, classes, nil)
		tpr, fpr, _ := stat.ROC(nil, sorted, classes, nil)
		want := integrate.Trapezoidal(fpr, tpr)
		got, err := AUROC(scores, anomaly)
		if err != nil || math.Abs(got-want) > 1e-12 {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
		if !slices.Equal(scores, kept) {
			t.Fatal("the scores were changed")
		}
	})
}

func TestScoresRejected(t *testing.T) {
	for _, c := range []struct {
		name    string
		scores  []float64
		anomaly []bool
		is      error
	}{
		{"lengths differ", []float64{1}, []bool{true, false}, nil},
		{"NaN", []float64{1, math.NaN()}, []bool{true, false}, nil},
		{"infinite", []float64{math.Inf(1), 0}, []bool{true, false}, nil},
		{"only anomalies", []float64{1, 2}, []bool{true, true}, ErrOneClass},
		{"only normal", []float64{1, 2}, []bool{false, false}, ErrOneClass},
		{"empty", nil, nil, ErrOneClass},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err1 := AUROC(c.scores, c.anomaly)
			_, err2 := AveragePrecision(c.scores, c.anomaly)
			if err1 == nil || err2 == nil {
				t.Fatalf("accepted: %v, %v", err1, err2)
			}
			if c.is != nil && (!errors.Is(err1, c.is) || !errors.Is(err2, c.is)) {
				t.Errorf("got %v, %v, want %v", err1, err2, c.is)
			}
		})
	}
}
