package generator

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/xrand"
)

// Options say how samples are made. Fields that the method does not use are
// checked all the same.
type Options struct {
	// Method makes the samples. Default nng-mix.
	Method Method `json:"method"`
	// K is the number of nearest unlabeled rows from which nng-mix draws a
	// parent; all of them where there are fewer. At least 1. Default 10.
	K int `json:"k"`
	// KFactor, when it is not 0, sets K to KFactor times the number of labeled
	// anomalies. At least 0. Default 0. The reference has 2 when asked for.
	KFactor int `json:"k_factor"`
	// KLabeled is the number of nearest labeled anomalies from which nng-mix and
	// smote draw a parent. The anomaly itself counts among them but is never
	// drawn; all labeled anomalies where there are fewer. At least 1, which
	// leaves only the anomaly itself and so makes copies. Default 10.
	KLabeled int `json:"k_labeled"`
	// KLabeledShare, when it is not 0, sets KLabeled to this share of the labeled
	// anomalies, rounded down, at least 1. In [0, 1]. Default 0. The reference
	// has 0.3 when asked for.
	KLabeledShare float64 `json:"k_labeled_share"`
	// Alpha and Beta are the parameters of the beta distribution from which
	// nng-mix and mixup draw the weight of the anomaly: below 1 most samples are
	// close to one parent, above 1 most are between. In [1e-300, 1e300]. Default 0.2.
	Alpha float64 `json:"alpha"`
	Beta  float64 `json:"beta"`
	// UniformLambda draws that weight from [0, 1) uniformly instead. Default false.
	UniformLambda bool `json:"uniform_lambda"`
	// NoiseStd is the standard deviation of the Gaussian noise of nng-mix (on each
	// parent, before mixing) and gaussian, as a share of the column's range. At
	// least 0, where 0 means none. Default 0.01; the MLP on image and text
	// embeddings does better with 0.3.
	NoiseStd float64 `json:"noise_std"`
	// Noise says which values keep clear of noise and of mixing. Default
	// NoiseGaussian, as in the reference: none.
	Noise Noise `json:"noise"`
	// LabeledOnly makes mixup, cutmix and cutout draw all rows from the labeled
	// anomalies. gaussian, smote and oversample always do, nng-mix cannot. Default false.
	LabeledOnly bool `json:"labeled_only"`
	// Clip moves values outside a column's [Min, Max] to the nearer end. It needs
	// Data.Columns. Default false, as in the reference.
	Clip bool `json:"clip"`
	// Seed chooses the random numbers: equal seeds give equal samples. Default 0.
	Seed uint64 `json:"seed"`
	// Search is the method of exact search. It changes the time that New takes
	// and never a sample. Default exact.Auto.
	Search exact.Method `json:"-"`
	// Threads is the number of goroutines that New uses, 0 for GOMAXPROCS. It
	// never changes a sample. Default 0.
	Threads int `json:"threads"`
	// Progress, where it is not nil, is told by New how many of the queries
	// against the unlabeled rows are answered. It is called from one goroutine at
	// a time.
	Progress func(done, total int) `json:"-"`
	// Engine, where it is not nil, searches the unlabeled rows in place of exact
	// search. Default nil.
	Engine Engine `json:"-"`
}

// maxThreads bounds Threads: each costs memory.
const maxThreads = 1 << 16

// DefaultOptions returns the options of the published NNG-Mix.
func DefaultOptions() Options {
	return Options{Method: NNGMix, K: 10, KLabeled: 10, Alpha: 0.2, Beta: 0.2, NoiseStd: 0.01}
}

// The errors of this package, to be told apart with errors.Is.
var (
	ErrOptions     = errors.New("generator: invalid options")                      // Options.Validate, New
	ErrColumns     = errors.New("generator: rows and columns do not fit")          // New, Ranges
	ErrValue       = errors.New("generator: value that cannot be used")            // New, Ranges
	ErrNoLabeled   = errors.New("generator: no labeled anomalies to learn from")   // New
	ErrNoUnlabeled = errors.New("generator: no unlabeled rows, which it mixes in") // New, for methods that use them
	ErrCount       = errors.New("generator: invalid number of samples")            // Multiple, Balance
)

// Validate returns an error that lists every field that is out of its range, or nil.
func (o Options) Validate() error {
	var bad []string
	want := func(ok bool, field string, value any, bound string) {
		if !ok {
			bad = append(bad, fmt.Sprintf("%s is %v, want %s", field, value, bound))
		}
	}
	shapes := fmt.Sprintf("above 0 (%g to %g)", float64(xrand.MinShape), float64(xrand.MaxShape))
	within := func(x, low, high float64) bool { return x >= low && x <= high } // false for NaN
	want(int(o.Method) < len(methodNames), "Method", o.Method, "one of "+strings.Join(methodNames, ", "))
	want(o.K >= 1, "K", o.K, "at least 1")
	want(o.KFactor >= 0, "KFactor", o.KFactor, "at least 1, or 0 to use K")
	want(o.KLabeled >= 1, "KLabeled", o.KLabeled, "at least 1")
	want(within(o.KLabeledShare, 0, 1), "KLabeledShare", o.KLabeledShare, "above 0 and at most 1, or 0 to use KLabeled")
	want(within(o.Alpha, xrand.MinShape, xrand.MaxShape), "Alpha", o.Alpha, shapes)
	want(within(o.Beta, xrand.MinShape, xrand.MaxShape), "Beta", o.Beta, shapes)
	want(within(o.NoiseStd, 0, math.MaxFloat32), "NoiseStd", o.NoiseStd, "a finite number of at least 0")
	want(int(o.Noise) < len(noiseNames), "Noise", o.Noise, "one of "+strings.Join(noiseNames, ", "))
	want(!o.LabeledOnly || o.Method != NNGMix, "LabeledOnly", o.LabeledOnly, "false with nng-mix (smote mixes labeled anomalies only)")
	want(o.Search <= exact.KDTree, "Search", o.Search, "auto, brute or kdtree")
	want(o.Threads >= 0 && o.Threads <= maxThreads, "Threads", o.Threads, fmt.Sprintf("at least 1 and at most %d, or 0 for all processors", maxThreads))
	if len(bad) > 0 {
		return fmt.Errorf("%w: %s", ErrOptions, strings.Join(bad, "; "))
	}
	return nil
}

// kUnlabeled returns the number of unlabeled neighbors for that many labeled
// anomalies and unlabeled rows.
func (o *Options) kUnlabeled(labeled, unlabeled int) int {
	switch {
	case o.KFactor == 0:
		return min(o.K, unlabeled)
	case o.KFactor > unlabeled/labeled: // tested so because the product may overflow
		return unlabeled
	}
	return o.KFactor * labeled
}

// kLabeled returns the number of labeled neighbors, the row itself included.
func (o *Options) kLabeled(labeled int) int {
	k := o.KLabeled
	if o.KLabeledShare > 0 {
		k = max(1, int(o.KLabeledShare*float64(labeled)))
	}
	return min(k, labeled)
}
