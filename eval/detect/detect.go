package detect

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Detector is one kind of anomaly detector. A Detector is used by one goroutine at a
// time.
type Detector interface {
	// Fit trains on the len(anomaly) rows of x, of dim columns each. anomaly[i] is true
	// for labeled anomalies and pseudo-anomalies and false for rows without label. What
	// an earlier Fit learned is forgotten. x is not changed and may be kept until the
	// next Fit. Fit returns early with ctx's error when ctx is done.
	Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error
	// Score returns a score for each row of x, which has the columns that Fit saw.
	// Higher is more anomalous; the unit is the detector's own. It panics before Fit.
	Score(ctx context.Context, x []float32) ([]float64, error)
}

// Options are what all detectors take.
type Options struct {
	// Seed of all random numbers.
	Seed uint64 `json:"seed"`
	// Threads used at once where a detector can use several; 0 = 1. It has no effect on
	// the scores.
	Threads int `json:"threads"`
}

// kind describes a detector by name.
type kind struct {
	name         string
	unsupervised bool
	make         func(Options) Detector
}

var kinds = []kind{
	{"mlp", false, newMLP},
	{"deepsad", false, newDeepSAD},
	{"deepsad-reference", false, newDeepSADReference},
	{"devnet", false, newDevnet},
	{"logistic", false, newLogistic},
	{"randomforest", false, newForest},
	{"gbdt", false, newGBDT},
	{"iforest", true, newIForest},
	{"knn", true, newKNN},
	{"lof", true, newLOF},
	{"ecod", true, newECOD},
}

// Names returns the names that [New] takes.
func Names() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// New returns the detector called name.
func New(name string, opt Options) (Detector, error) {
	k, err := lookup(name)
	if err != nil {
		return nil, err
	}
	opt.Threads = max(opt.Threads, 1)
	return k.make(opt), nil
}

// Unsupervised tells whether the detector called name ignores labels, so that
// pseudo-anomalies make no sense for it.
func Unsupervised(name string) (bool, error) {
	k, err := lookup(name)
	return k.unsupervised, err
}

func lookup(name string) (kind, error) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, fmt.Errorf("detect: unknown detector %q: want one of %s", name, strings.Join(Names(), ", "))
	}
	return kinds[i], nil
}

// checkFit returns an error where rows and labels cannot be trained on. Where labels
// says so, both kinds of rows are needed.
func checkFit(x []float32, dim int, anomaly []bool, labels bool) error {
	switch {
	case dim < 1 || len(x) != dim*len(anomaly) || len(x) == 0:
		return fmt.Errorf("detect: %d values for %d labels of %d columns", len(x), len(anomaly), dim)
	case labels && !slices.Contains(anomaly, true):
		return fmt.Errorf("detect: no row is labeled as an anomaly")
	case labels && !slices.Contains(anomaly, false):
		return fmt.Errorf("detect: every row is labeled as an anomaly")
	}
	return checkFinite(x, dim)
}

// checkScore returns an error where x is no table of dim columns.
func checkScore(x []float32, dim int) error {
	if len(x)%dim != 0 {
		return fmt.Errorf("detect: %d values to score are no rows of %d columns", len(x), dim)
	}
	return checkFinite(x, dim)
}

func checkFinite(x []float32, dim int) error {
	for i, v := range x {
		if v-v != 0 {
			return fmt.Errorf("detect: row %d, column %d is %v", i/dim, i%dim, v)
		}
	}
	return nil
}
