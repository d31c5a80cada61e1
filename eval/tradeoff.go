package eval

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/generator"
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
	// Threads is how many combinations run at once; 0 = GOMAXPROCS. Results do not depend
	// on it.
	Threads int `json:"-"`
	// Progress is as in StudyOptions.
	Progress func(Progress) `json:"-"`
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
	for i, ef := range o.EfSearch {
		if ef < 1 || slices.Contains(o.EfSearch[:i], ef) {
			errs = append(errs, fmt.Errorf("eval: EfSearch has %d, want 1 or more, each once", ef))
		}
	}
	for i, share := range o.Shares {
		if !(share > 0 && share <= 1) || slices.Contains(o.Shares[:i], share) {
			errs = append(errs, fmt.Errorf("eval: Shares has %v, want above 0 and at most 1, each once", share))
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

// cells returns the combinations for one set: by seed, labeled share, detector, search.
func (o *TradeoffOptions) cells(dataset, group string) []TradeoffCell {
	var cells []TradeoffCell
	for seed := range o.Seeds {
		for _, labeled := range o.Labeled {
			for _, detector := range o.Detectors {
				c := Cell{Dataset: dataset, Group: group, Detector: detector, Method: "nng-mix", Labeled: labeled,
					Multiplier: o.Multiplier, NoiseStd: DefaultNoise("nng-mix", detector, group), Seed: uint64(seed)}
				for _, search := range o.searches() {
					cells = append(cells, TradeoffCell{c, search})
				}
			}
		}
	}
	return cells
}

// TradeoffCell is one combination of a trade-off study on one set.
type TradeoffCell struct {
	Cell
	Search
}

// TradeoffRow is what one search reached in one combination.
type TradeoffRow struct {
	TradeoffCell
	Recall float64 // by distance, of the neighbors among the unlabeled rows
	AUROC  float64
}

// tradeoffColumns name the fields of tradeoff_cells.csv.
var tradeoffColumns = []string{"dataset", "group", "detector", "labeled", "multiplier", "noise_std", "seed",
	"ef_search", "share", "recall", "auroc"}

func (r TradeoffRow) key() TradeoffCell { return r.TradeoffCell }

// record returns r as the fields of a line.
func (r TradeoffRow) record() []string {
	return []string{r.Dataset, r.Group, r.Detector, decimal(r.Labeled), decimal(r.Multiplier), decimal(r.NoiseStd),
		strconv.FormatUint(r.Seed, 10), strconv.Itoa(r.EfSearch), decimal(r.Share), decimal(r.Recall), decimal(r.AUROC)}
}

// parseTradeoffRow is the inverse of record.
func parseTradeoffRow(f []string) (TradeoffRow, error) {
	p := fields{text: f}
	c := Cell{Dataset: f[0], Group: f[1], Detector: f[2], Method: "nng-mix", Labeled: p.number(3),
		Multiplier: p.number(4), NoiseStd: p.number(5), Seed: uint64(p.whole(6))}
	r := TradeoffRow{TradeoffCell{c, Search{EfSearch: p.whole(7), Share: p.number(8)}}, p.number(9), p.number(10)}
	return r, p.err
}

// TradeoffOutcome is what a trade-off study leaves.
type TradeoffOutcome struct {
	Rows    []TradeoffRow
	Points  []TradeoffPoint
	Sets    int // those asked for
	Skipped []Skipped
}

// Markdown returns what is in tradeoff.md: how much recall each detector needs, the means,
// and which sets were skipped.
func (o *TradeoffOutcome) Markdown() string {
	var b strings.Builder
	for _, n := range Needs(o.Points) {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	return b.String() + "\n" + tradeoffMarkdown(o.Points) + "\n" + SkippedMarkdown(o.Skipped, o.Sets)
}

// RunTradeoff runs the study on all sets and keeps what it finds in the folder dir, which
// it makes:
//
//	tradeoff_cells.csv  a line for each combination, as it is finished; in the order of
//	                    sets, seeds, shares of labels, detectors and searches at the end
//	tradeoff.csv        the means, see [TradeoffPoint]
//	tradeoff.md         how much recall is needed, in words, see [Need]
//	run.json            options, machine, versions, and the sets that were skipped
//
// The random numbers of a combination are the same for all searches, so that only the
// neighbors differ. A study that was interrupted continues when it is run again with the
// same options and dir, and ends in the same bytes as an uninterrupted one. Sets are
// skipped as [RunStudy] does.
func RunTradeoff(ctx context.Context, sets []Source, dir string, opt TradeoffOptions) (*TradeoffOutcome, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	record, err := newRecord(dir, opt, sets)
	if err != nil {
		return nil, err
	}
	results, err := openJournal(filepath.Join(dir, "tradeoff_cells.csv"), tradeoffColumns, parseTradeoffRow)
	if err != nil {
		return nil, err
	}
	r := runner[TradeoffCell, TradeoffRow]{results: results, progress: opt.Progress}
	cells := r.plan(sets, opt.cells)
	t := tradeoff{opt: opt, splits: newSharedSplits(r.jobs)}
	r.run = t.run
	if err := r.finish(ctx, cells, opt.Threads); err != nil {
		return nil, err
	}
	out := &TradeoffOutcome{Rows: results.entries(cells), Sets: len(sets), Skipped: r.skippedInOrder(sets)}
	if len(out.Rows) == 0 {
		return nil, noneLeft(out.Skipped)
	}
	out.Points = SummarizeTradeoff(out.Rows)
	text, err := TradeoffCSV(out.Points)
	return out, errors.Join(err, record.finish(dir, out.Skipped),
		writeFile(filepath.Join(dir, "tradeoff.csv"), text), writeFile(filepath.Join(dir, "tradeoff.md"), out.Markdown()))
}

// tradeoff is a running study.
type tradeoff struct {
	opt    TradeoffOptions
	splits map[splitKey]*sharedSplit
}

// run runs one combination.
func (t *tradeoff) run(ctx context.Context, set *Dataset, c TradeoffCell) (TradeoffRow, error) {
	s := t.splits[splitKeyOf(c.Cell)]
	defer s.release()
	split, err := s.splitOf(set, t.opt, c.Seed)
	if err != nil {
		return TradeoffRow{}, err
	}
	task, err := split.Task(c.Labeled)
	if err != nil {
		return TradeoffRow{}, err
	}
	recall := Recall{ByDistance: 1}
	generate := t.opt.Generate
	if c.Search != (Search{}) {
		generate.Engine = s.engine(c, &recall)
	}
	row, err := runCell(ctx, task, c.Cell, generate)
	return TradeoffRow{c, recall.ByDistance, row.AUROC}, err
}
