package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Variant is a way to make pseudo-anomalies in a study: a method with its amount and
// noise.
type Variant struct {
	Method     string
	Multiplier float64
	Balance    float64
	NoiseStd   float64
}

func (c Cell) variant() Variant { return Variant{c.Method, c.Multiplier, c.Balance, c.NoiseStd} }

// Mean is what a variant reaches over the sets of a group. Where a set has several seeds
// their mean counts. Figures that compare are NaN where the rows to compare with are not
// in the study.
type Mean struct {
	Group, Detector string
	Labeled         float64
	Variant
	Sets, Seeds int
	AUROC, AP   float64 // means over the sets
	// Rank is the mean over the sets of the variant's rank by AUROC among the variants of
	// its group, detector and share, 1 = best, ties sharing the mean; over sets that have
	// all variants.
	Rank float64
	// GainNone and GainOversample are the mean differences of AUROC to no pseudo-anomalies
	// and to as many plain copies, over the sets that have both, and PNone and POversample
	// the p-values of these differences by [Wilcoxon].
	GainNone, PNone             float64
	GainOversample, POversample float64
}

// block is a part of a study within which variants compete.
type block struct {
	group, detector string
	labeled         float64
}

// scores are the AUROC and AP of a set, summed over seeds.
type scores struct {
	auroc, ap float64
	seeds     int
}

// Summarize returns the means of rows by group, detector, labeled share and variant:
// groups by name, shares from the smallest, the others in the order in which they first
// occur.
func Summarize(rows []Row) []Mean {
	var blocks []block
	members := map[block][]Row{}
	for _, r := range rows {
		b := block{ShortGroup(r.Group), r.Detector, r.Labeled}
		if members[b] == nil {
			blocks = append(blocks, b)
		}
		members[b] = append(members[b], r)
	}
	order := map[string]int{} // of detectors
	for _, b := range blocks {
		if _, ok := order[b.detector]; !ok {
			order[b.detector] = len(order)
		}
	}
	slices.SortStableFunc(blocks, func(a, b block) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(order[a.detector], order[b.detector]), cmp.Compare(a.labeled, b.labeled))
	})
	var means []Mean
	for _, b := range blocks {
		means = append(means, b.summarize(members[b])...)
	}
	return means
}

// summarize returns the means of the variants in one block.
func (b block) summarize(rows []Row) []Mean {
	var variants []Variant
	bySet := map[Variant]map[string]scores{}
	for _, r := range rows {
		v := r.variant()
		if bySet[v] == nil {
			variants = append(variants, v)
			bySet[v] = map[string]scores{}
		}
		set := r.Group + "/" + r.Dataset
		s := bySet[v][set]
		bySet[v][set] = scores{s.auroc + r.AUROC, s.ap + r.AP, s.seeds + 1}
	}
	ranks := meanRanks(variants, bySet)
	means := make([]Mean, len(variants))
	for i, v := range variants {
		m := Mean{Group: b.group, Detector: b.detector, Labeled: b.labeled, Variant: v, Rank: ranks[i]}
		for _, name := range sortedSets(bySet[v]) {
			s := bySet[v][name]
			m.Sets++
			m.Seeds = max(m.Seeds, s.seeds)
			m.AUROC += s.auroc / float64(s.seeds)
			m.AP += s.ap / float64(s.seeds)
		}
		m.AUROC /= float64(m.Sets)
		m.AP /= float64(m.Sets)
		copies := Variant{Method: Oversample, Multiplier: v.Multiplier, Balance: v.Balance}
		m.GainNone, m.PNone = gain(bySet[v], bySet[Variant{Method: None}])
		m.GainOversample, m.POversample = gain(bySet[v], bySet[copies])
		means[i] = m
	}
	return means
}

// gain returns the mean difference of AUROC between a and b over the sets in both, and
// its p-value; NaN where there is none.
func gain(a, b map[string]scores) (mean, p float64) {
	var d []float64
	for _, name := range sortedSets(a) {
		if s, ok := b[name]; ok {
			d = append(d, a[name].auroc/float64(a[name].seeds)-s.auroc/float64(s.seeds))
			mean += d[len(d)-1]
		}
	}
	if len(d) == 0 {
		return math.NaN(), math.NaN()
	}
	return mean / float64(len(d)), Wilcoxon(d)
}

// meanRanks returns the mean rank of each variant over the sets that have all of them,
// NaN where there is no such set.
func meanRanks(variants []Variant, bySet map[Variant]map[string]scores) []float64 {
	ranks := make([]float64, len(variants))
	var sets float64
	values := make([]float64, len(variants))
next:
	for _, name := range sortedSets(bySet[variants[0]]) {
		for i, v := range variants {
			s, ok := bySet[v][name]
			if !ok {
				continue next
			}
			values[i] = -s.auroc / float64(s.seeds)
		}
		sets++
		r, _ := averageRanks(values)
		for i := range ranks {
			ranks[i] += r[i]
		}
	}
	for i := range ranks {
		ranks[i] /= sets
	}
	return ranks
}

func sortedSets(m map[string]scores) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// meanColumns name the fields of summary.csv.
var meanColumns = []string{"group", "detector", "labeled", "method", "multiplier", "balance", "noise_std", "sets", "seeds",
	"auroc", "ap", "rank", "gain_none", "p_none", "gain_oversample", "p_oversample"}

// SummaryCSV returns means as CSV with a line of column names; NaN is left empty.
func SummaryCSV(means []Mean) (string, error) {
	lines := [][]string{meanColumns}
	for _, m := range means {
		lines = append(lines, m.record(func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }))
	}
	return csvText(lines)
}

// SummaryMarkdown returns means as one table of Markdown for each group and detector.
func SummaryMarkdown(means []Mean) string {
	var b strings.Builder
	var group, detector string
	for _, m := range means {
		if m.Group != group || m.Detector != detector {
			group, detector = m.Group, m.Detector
			fmt.Fprintf(&b, "\n### %s, %s\n\n| %s |\n|%s\n", group, detector,
				strings.Join(meanColumns[2:], " | "), strings.Repeat("---|", len(meanColumns)-2))
		}
		record := m.record(func(v float64) string { return rounded(v, 3) })
		fmt.Fprintf(&b, "| %s |\n", strings.Join(record[2:], " | "))
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// SkippedMarkdown returns, of so many sets, which were skipped, and why.
func SkippedMarkdown(skipped []Skipped, sets int) string {
	if len(skipped) == 0 {
		return fmt.Sprintf("Sets: %d, none skipped.\n", sets)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Sets: %d, of them skipped: %d.\n\n", sets, len(skipped))
	for _, s := range skipped {
		fmt.Fprintf(&b, "- %s (%s), %d combinations: %s\n", s.Dataset, s.Group, s.Cells, s.Reason)
	}
	return b.String()
}

// record returns m as fields, measures formatted by measure.
func (m Mean) record(measure func(float64) string) []string {
	record := []string{m.Group, m.Detector, decimal(m.Labeled), m.Method, decimal(m.Multiplier), decimal(m.Balance),
		decimal(m.NoiseStd), strconv.Itoa(m.Sets), strconv.Itoa(m.Seeds)}
	for _, v := range []float64{m.AUROC, m.AP, m.Rank, m.GainNone, m.PNone, m.GainOversample, m.POversample} {
		if math.IsNaN(v) {
			record = append(record, "")
		} else {
			record = append(record, measure(v))
		}
	}
	return record
}
