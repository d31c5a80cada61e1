package eval

import (
	"math"
)

// Task is what a detector is trained and tested on: the rows of a [Split], min-max
// scaled by the minima and maxima of the training part, in float64.
type Task struct {
	Dim       int
	Unlabeled []float64
	Labeled   []float64
	Test      []float64 // not clipped to [0, 1]
	Anomaly   []bool    // whether row i of Test is an anomaly
}

// Task returns the rows of s with the given share of the anomalies in training
// labeled; see [Split.Labeled]. A column that is constant in training becomes 0
// throughout. The scale does not depend on share.
func (s *Split) Task(share float64) (*Task, error) {
	labeled, err := s.Labeled(share)
	if err != nil {
		return nil, err
	}
	sc := newScaler(s.set, s.unlabeled, s.labeled)
	t := &Task{
		Dim:       s.set.Dim,
		Unlabeled: sc.rows(s.set, s.unlabeled),
		Labeled:   sc.rows(s.set, labeled),
		Test:      sc.rows(s.set, s.test),
		Anomaly:   make([]bool, len(s.test)),
	}
	for i, row := range s.test {
		t.Anomaly[i] = s.set.Y[row]
	}
	return t, nil
}

// scaler maps each column's range [min, max] to [0, 1].
type scaler struct{ min, max []float64 }

func newScaler(d *Dataset, parts ...[]int) scaler {
	sc := scaler{make([]float64, d.Dim), make([]float64, d.Dim)}
	for j := range d.Dim {
		sc.min[j], sc.max[j] = math.Inf(1), math.Inf(-1)
	}
	for _, rows := range parts {
		for _, row := range rows {
			for j, v := range d.Row(row) {
				sc.min[j] = min(sc.min[j], v)
				sc.max[j] = max(sc.max[j], v)
			}
		}
	}
	return sc
}

func (sc scaler) rows(d *Dataset, rows []int) []float64 {
	out := make([]float64, 0, len(rows)*d.Dim)
	for _, row := range rows {
		for j, v := range d.Row(row) {
			if width := sc.max[j] - sc.min[j]; width > 0 {
				out = append(out, (v-sc.min[j])/width)
			} else {
				out = append(out, 0)
			}
		}
	}
	return out
}
