package eval

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/eval/detect"
	"github.com/nngmix/nngmix/generator"
)

// What other methods are compared with: no pseudo-anomalies at all, and plain copies of
// the labeled anomalies, which show how much of a gain is the weight of the class.
const (
	None       = "none"
	Oversample = "oversample" // a method of package generator
)

// Grid lists what a study combines. All combinations are run, except that multiplier 0
// makes the method None, that None ignores multipliers and noise, that methods without
// noise ignore NoiseStd, and that detectors which ignore labels run with None alone.
type Grid struct {
	// Methods make pseudo-anomalies: the names of generators, or None.
	Methods []Method `json:"methods"`
	// Detectors are names that detect.New takes.
	Detectors []string `json:"detectors"`
	// Labeled shares of the anomalies in training, each above 0 and at most
	// Protocol.LabeledShare.
	Labeled []float64 `json:"labeled"`
	// Multipliers are numbers of pseudo-anomalies for each labeled one, 0 or more.
	Multipliers []float64 `json:"multipliers"`
	// Balances are shares of the number of unlabeled rows, above 0, that labeled and
	// pseudo-anomalies together reach. They are run beside the multipliers.
	Balances []float64 `json:"balances,omitempty"`
	// NoiseStd are standard deviations for methods that have noise and name none of
	// their own; empty = the default of [DefaultNoise].
	NoiseStd []float64 `json:"noise_std,omitempty"`
	// Seeds 0 to Seeds-1 are run, at least 1.
	Seeds int `json:"seeds"`
}

// DefaultGrid returns the grid of the paper's main tables with the control.
func DefaultGrid() Grid {
	return Grid{
		Methods:     []Method{{Name: None}, {Name: Oversample}, {Name: "nng-mix"}},
		Detectors:   []string{"mlp", "deepsad-reference"},
		Labeled:     []float64{0.01, 0.05, 0.1},
		Multipliers: []float64{10},
		Seeds:       3,
	}
}

// Method is a way to make pseudo-anomalies: a name, and optionally its own noise.
type Method struct {
	Name string `json:"name"`
	// NoiseStd overrides that of the grid where FixedNoise is set.
	NoiseStd   float64 `json:"noise_std,omitempty"`
	FixedNoise bool    `json:"fixed_noise,omitempty"`
}

// ParseMethod returns the method that text names: NAME, or NAME:STD with a standard
// deviation of noise of its own, like gaussian:0.1.
func ParseMethod(text string) (Method, error) {
	name, std, fixed := strings.Cut(text, ":")
	m := Method{Name: name, FixedNoise: fixed}
	if fixed {
		var err error
		if m.NoiseStd, err = strconv.ParseFloat(std, 64); err != nil {
			return m, fmt.Errorf("eval: method %q: %q is no number", text, std)
		}
	}
	return m, nil
}

// noisy names the methods that take a standard deviation of noise.
var noisy = []string{"nng-mix", "gaussian"}

// DefaultNoise returns the standard deviation of noise with which the NNG-Mix study ran a
// method: for nng-mix 0.01, but 0.3 for mlp on sets of images and texts, and for
// gaussian 1. Methods without noise have 0.
func DefaultNoise(method, detector, group string) float64 {
	switch group = ShortGroup(group); {
	case method == "nng-mix" && detector == "mlp" && (group == "CV" || group == "NLP"):
		return 0.3
	case method == "nng-mix":
		return 0.01
	case method == "gaussian":
		return 1
	}
	return 0
}

// Cell is one combination of a grid on one set.
type Cell struct {
	Dataset    string
	Group      string
	Detector   string
	Method     string
	Labeled    float64
	Multiplier float64 // 0 with None and where Balance is set
	Balance    float64 // 0 = not set
	NoiseStd   float64 // 0 for methods without noise
	Seed       uint64
}

// Validate returns all violations of the ranges above, or nil.
func (g Grid) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("eval: "+format, args...)) }
	if len(g.Methods) == 0 || len(g.Detectors) == 0 || len(g.Labeled) == 0 {
		bad("Grid needs at least one of Methods, Detectors and Labeled")
	}
	for i, name := range g.Detectors {
		if slices.Contains(g.Detectors[:i], name) {
			bad("Grid.Detectors has %s twice", name)
		}
		if _, err := detect.Unsupervised(name); err != nil {
			errs = append(errs, err)
		}
	}
	for _, m := range g.Methods {
		if _, err := generator.ParseMethod(m.Name); err != nil && m.Name != None {
			bad("unknown method %q: want %s or one of %v", m.Name, None, generator.Methods())
		}
		if m.FixedNoise && !slices.Contains(noisy, m.Name) {
			bad("method %s takes no noise: only %s do", m.Name, strings.Join(noisy, " and "))
		}
		if m.FixedNoise && !(m.NoiseStd >= 0 && m.NoiseStd < math.Inf(1)) {
			bad("NoiseStd of method %s is %v, want 0 or more", m.Name, m.NoiseStd)
		}
	}
	each := func(name string, values []float64, zero bool) {
		for i, v := range values {
			if !(v > 0 || (zero && v == 0)) || math.IsInf(v, 0) {
				bad("Grid.%s has %v", name, v)
			}
			if slices.Contains(values[:i], v) {
				bad("Grid.%s has %v twice", name, v)
			}
		}
	}
	each("Labeled", g.Labeled, false)
	each("Multipliers", g.Multipliers, true)
	each("Balances", g.Balances, false)
	each("NoiseStd", g.NoiseStd, true)
	if g.Seeds < 1 {
		bad("Grid.Seeds is %d, want 1 or more", g.Seeds)
	}
	return errors.Join(errs...)
}

// Cells returns the combinations for one set, in the order in which results are written:
// by seed, labeled share, detector, method. g must be valid.
func (g Grid) Cells(dataset, group string) []Cell {
	var cells []Cell
	for seed := range g.Seeds {
		for _, labeled := range g.Labeled {
			for _, detector := range g.Detectors {
				base := Cell{Dataset: dataset, Group: group, Detector: detector, Labeled: labeled, Seed: uint64(seed)}
				cells = append(cells, g.methods(base)...)
			}
		}
	}
	return cells
}

// methods completes base with all ways to make pseudo-anomalies, each once.
func (g Grid) methods(base Cell) []Cell {
	var cells []Cell
	add := func(method string, multiplier, balance, noise float64) {
		c := base
		c.Method, c.Multiplier, c.Balance, c.NoiseStd = method, multiplier, balance, noise
		if !slices.Contains(cells, c) {
			cells = append(cells, c)
		}
	}
	none := func(m Method) bool { return m.Name == None }
	unsupervised, _ := detect.Unsupervised(base.Detector)
	if unsupervised || slices.ContainsFunc(g.Methods, none) || slices.Contains(g.Multipliers, 0) {
		add(None, 0, 0, 0)
	}
	if unsupervised {
		return cells
	}
	for _, m := range g.Methods {
		if m.Name == None {
			continue
		}
		for _, noise := range g.noise(m, base) {
			for _, multiplier := range g.Multipliers {
				if multiplier > 0 {
					add(m.Name, multiplier, 0, noise)
				}
			}
			for _, balance := range g.Balances {
				add(m.Name, 0, balance, noise)
			}
		}
	}
	return cells
}

// noise returns the standard deviations with which to run m in cells like base.
func (g Grid) noise(m Method, base Cell) []float64 {
	switch {
	case m.FixedNoise:
		return []float64{m.NoiseStd}
	case len(g.NoiseStd) > 0 && slices.Contains(noisy, m.Name):
		return g.NoiseStd
	}
	return []float64{DefaultNoise(m.Name, base.Detector, base.Group)}
}
