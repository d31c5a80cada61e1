package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// ErrOneClass is returned where a measure needs both anomalies and normal rows
// and one of them is missing.
var ErrOneClass = errors.New("eval: only one class is present")

// AUROC returns the area under the receiver operating characteristic: the
// probability that a random anomaly has a higher score than a random normal row,
// where equal scores count half. It equals scikit-learn's roc_auc_score. Pairs are
// counted in integers, since the sums of gonum's stat.ROC and integrate.Trapezoidal
// differ in their last bits between architectures.
//
// anomaly[i] tells whether the row with scores[i] is an anomaly. The slices are not
// changed. Scores that are NaN or infinite and a single class ([ErrOneClass]) are
// errors.
func AUROC(scores []float64, anomaly []bool) (float64, error) {
	s, a, err := ranked(scores, anomaly)
	if err != nil {
		return 0, err
	}
	var normal, anomalies, won int // won counts half pairs
	for start := 0; start < len(s); {
		end, n, p := start, 0, 0
		for ; end < len(s) && s[end] == s[start]; end++ {
			if a[end] {
				p++
			} else {
				n++
			}
		}
		won += p * (2*normal + n)
		normal, anomalies, start = normal+n, anomalies+p, end
	}
	return float64(won) / float64(2*normal*anomalies), nil
}

// AveragePrecision returns the sum over the distinct scores, from the highest
// down, of the precision among the rows with at least this score times the
// recall gained by it. It equals scikit-learn's average_precision_score, which
// does not interpolate. Arguments and errors are those of [AUROC].
func AveragePrecision(scores []float64, anomaly []bool) (float64, error) {
	s, a, err := ranked(scores, anomaly)
	if err != nil {
		return 0, err
	}
	var sum, found float64
	for end := len(s); end > 0; {
		start, gained := end-1, 0.0
		for ; start >= 0 && s[start] == s[end-1]; start-- {
			if a[start] {
				gained++
			}
		}
		end = start + 1
		found += gained
		sum += float64(gained * (found / float64(len(s)-end)))
	}
	return sum / found, nil
}

// ranked returns copies of scores and anomaly sorted by increasing score.
func ranked(scores []float64, anomaly []bool) ([]float64, []bool, error) {
	if len(scores) != len(anomaly) {
		return nil, nil, fmt.Errorf("eval: %d scores for %d labels", len(scores), len(anomaly))
	}
	for i, s := range scores {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return nil, nil, fmt.Errorf("eval: the score of row %d is %v", i, s)
		}
	}
	if !slices.Contains(anomaly, true) || !slices.Contains(anomaly, false) {
		return nil, nil, ErrOneClass
	}
	s, a := slices.Clone(scores), slices.Clone(anomaly)
	stat.SortWeightedLabeled(s, a, nil)
	return s, a, nil
}
