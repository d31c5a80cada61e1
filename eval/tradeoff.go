package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat"

	"github.com/nngmix/nngmix/generator"
	"github.com/nngmix/nngmix/internal/parallel"
)

// TradeoffOptions say what a trade-off study runs: nng-mix with exact search, and
// with each approximate one.
type TradeoffOptions struct {
	Protocol   Protocol          `json:"protocol"`
	Generate   generator.Options `json:"generate"`
	Splits     string            `json:"splits,omitempty"` // as in StudyOptions
	Detectors  []string          `json:"detectors"`
	Labeled    []float64         `json:"labeled"`
	Multiplier float64           `json:"multiplier"`
	Seeds      int               `json:"seeds"`
	EfSearch   []int             `json:"ef_search"` // widths of graph search
	Shares     []float64         `json:"shares"`    // see Search.Share, each above 0 and at most 1
	Threads    int               `json:"-"`         // sets at work at once; 0 = GOMAXPROCS
	// Progress is told how many of the combinations of set and seed are done, from one
	// goroutine at a time; it may be nil.
	Progress func(done, total int) `json:"-"`
}

// DefaultTradeoffOptions returns the MLP at all three shares of labels, ten
// pseudo-anomalies for each, graph search down to the narrowest, and recall from there
// down to about 0.1.
func DefaultTradeoffOptions() TradeoffOptions {
	return TradeoffOptions{
		Protocol: DefaultProtocol(), Generate: generator.DefaultOptions(), Detectors: []string{"mlp"},
		Labeled: []float64{0.01, 0.05, 0.1}, Multiplier: 10, Seeds: 3,
		EfSearch: []int{80, 20, 10}, Shares: []float64{0.9, 0.75, 0.5, 0.25, 0.1},
	}
}

// Validate returns all violations of the ranges of the fields, or nil.
func (o TradeoffOptions) Validate() error {
	grid := Grid{Methods: []Method{{Name: "nng-mix"}}, Detectors: o.Detectors, Labeled: o.Labeled, Multipliers: []float64{o.Multiplier}, Seeds: o.Seeds}
	errs := []error{o.Protocol.Validate(), o.Generate.Validate(), grid.Validate()}
	for _, ef := range o.EfSearch {
		if ef < 1 {
			errs = append(errs, fmt.Errorf("eval: EfSearch has %d, want 1 or more", ef))
		}
	}
	for _, share := range o.Shares {
		if !(share > 0 && share <= 1) {
			errs = append(errs, fmt.Errorf("eval: Shares has %v, want above 0 and at most 1", share))
		}
	}
	return errors.Join(errs...)
}

// searches returns the searches to compare, exact first.
func (o *TradeoffOptions) searches() []Search {
	all := []Search{{}}
	for _, ef := range o.EfSearch {
		all = append(all, Search{EfSearch: ef})
	}
	for _, share := range o.Shares {
		all = append(all, Search{Share: share})
	}
	return all
}

// TradeoffRow is what one search reached in one combination.
type TradeoffRow struct {
	Cell
	Search
	Recall float64 // by distance, of the neighbors among the unlabeled rows
	AUROC  float64
}

// TradeoffPoint is the mean of a search over the sets of a group, seeds and shares of
// labels.
type TradeoffPoint struct {
	Group, Detector string
	Search
	Recall, AUROC float64
	// Gain is the mean difference of AUROC to exact search in the same combination, and
	// [Low, High] its 95 % interval by the percentile bootstrap over the sets.
	Gain, Low, High float64
	Sets, Seeds     int
}

// RunTradeoff runs the study and returns its rows in order of sets and seeds, their
// means, and the sets that could not be run. The random numbers of a combination are
// the same for all searches, so that only the neighbors differ.
func RunTradeoff(ctx context.Context, sets []Source, opt TradeoffOptions) ([]TradeoffRow, []TradeoffPoint, []Skipped, error) {
	if err := opt.Validate(); err != nil {
		return nil, nil, nil, err
	}
	jobs := len(sets) * opt.Seeds
	rows, failed := make([][]TradeoffRow, jobs), make([]error, jobs)
	var mu sync.Mutex
	done := 0
	err := parallel.Do(ctx, parallel.Threads(opt.Threads), jobs, func(_, job int) error {
		rows[job], failed[job] = opt.combinations(ctx, sets[job/opt.Seeds], uint64(job%opt.Seeds))
		mu.Lock()
		defer mu.Unlock()
		if done++; opt.Progress != nil {
			opt.Progress(done, jobs)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, nil, nil, err
	}
	var skipped []Skipped
	for job, err := range failed {
		if source := sets[job/opt.Seeds]; err != nil {
			skipped = append(skipped, Skipped{Dataset: source.Name, Group: source.Group, Cells: 1, Reason: err.Error()})
		}
	}
	all := slices.Concat(rows...)
	if len(all) == 0 {
		return nil, nil, skipped, fmt.Errorf("eval: all %d sets were skipped; the first: %w", len(sets), failed[0])
	}
	return all, opt.summarize(all), skipped, nil
}

// combinations runs all searches, detectors and shares of labels on one split.
func (o *TradeoffOptions) combinations(ctx context.Context, source Source, seed uint64) ([]TradeoffRow, error) {
	set, err := source.Load(ctx)
	if err != nil {
		return nil, err
	}
	study := study{opt: StudyOptions{Protocol: o.Protocol, Splits: o.Splits}}
	split, err := study.split(set, seed)
	if err != nil {
		return nil, err
	}
	var rows []TradeoffRow
	for _, labeled := range o.Labeled {
		task, err := split.Task(labeled)
		if err != nil {
			return nil, err
		}
		for _, detector := range o.Detectors {
			cell := Cell{Dataset: source.Name, Group: source.Group, Detector: detector, Method: "nng-mix", Labeled: labeled,
				Multiplier: o.Multiplier, NoiseStd: DefaultNoise("nng-mix", detector, source.Group), Seed: seed}
			for _, search := range o.searches() {
				row, err := o.run(ctx, task, cell, search)
				if err != nil {
					return nil, err
				}
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// run runs one cell with one search.
func (o *TradeoffOptions) run(ctx context.Context, task *Task, cell Cell, search Search) (TradeoffRow, error) {
	recall := Recall{ByDistance: 1}
	generate := o.Generate
	if search != (Search{}) {
		generate.Engine = search.engine(cell.Seed, &recall)
	}
	row, err := runCell(ctx, task, cell, generate)
	return TradeoffRow{Cell: cell, Search: search, Recall: recall.ByDistance, AUROC: row.AUROC}, err
}

// summarize returns the means by group, detector and search, in order of rows.
func (o *TradeoffOptions) summarize(rows []TradeoffRow) []TradeoffPoint {
	type key struct {
		group, detector string
		search          Search
	}
	type sums struct{ recall, auroc, gain, n float64 }
	var order []key
	perSet := map[key]map[string]*sums{}
	exact := 0.0
	for _, r := range rows {
		if r.Search == (Search{}) {
			exact = r.AUROC // the first of its combination
		}
		k := key{r.Group, r.Detector, r.Search}
		if perSet[k] == nil {
			perSet[k] = map[string]*sums{}
			order = append(order, k)
		}
		if perSet[k][r.Dataset] == nil {
			perSet[k][r.Dataset] = &sums{}
		}
		s := perSet[k][r.Dataset]
		s.recall, s.auroc, s.gain, s.n = s.recall+r.Recall, s.auroc+r.AUROC, s.gain+(r.AUROC-exact), s.n+1
	}
	var points []TradeoffPoint
	for _, k := range order {
		var recall, auroc, gain []float64
		for _, r := range rows { // sets in order, so that sums have the same bits
			if s := perSet[k][r.Dataset]; s != nil && r.Group == k.group && s.n > 0 {
				recall, auroc, gain = append(recall, s.recall/s.n), append(auroc, s.auroc/s.n), append(gain, s.gain/s.n)
				s.n = 0
			}
		}
		p := TradeoffPoint{Group: k.group, Detector: k.detector, Search: k.search, Sets: len(gain), Seeds: o.Seeds,
			Recall: stat.Mean(recall, nil), AUROC: stat.Mean(auroc, nil), Gain: stat.Mean(gain, nil)}
		p.Low, p.High = bootstrap(gain)
		points = append(points, p)
	}
	return points
}

// bootstrap returns the 95 % percentile interval of the mean of values (Efron and
// Tibshirani, An Introduction to the Bootstrap, 1993, section 13.3); NaN for fewer than
// two values.
func bootstrap(values []float64) (low, high float64) {
	if len(values) < 2 {
		return math.NaN(), math.NaN()
	}
	const resamples = 10_000
	rng := rand.New(rand.NewPCG(1, 0x626f6f74))
	means := make([]float64, resamples)
	for b := range means {
		sum := 0.0
		for range values {
			sum += values[rng.IntN(len(values))]
		}
		means[b] = sum / float64(len(values))
	}
	slices.Sort(means)
	return stat.Quantile(0.025, stat.Empirical, means, nil), stat.Quantile(0.975, stat.Empirical, means, nil)
}
