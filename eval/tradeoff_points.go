package eval

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"
)

// TradeoffPoint is the mean of a search over the sets of a group and their seeds, for one
// detector and share of labels. Where a set has several seeds their mean counts.
type TradeoffPoint struct {
	Group, Detector string
	Labeled         float64
	Search
	Recall, AUROC float64
	// Gain is the mean difference of AUROC to exact search in the same combination, and
	// [Low, High] its 95 % interval by the percentile bootstrap over the sets, or over the
	// seeds where there is one set; NaN where there is one of both.
	Gain, Low, High float64
	Sets, Seeds     int
}

// SummarizeTradeoff returns the means of rows by group, detector, share of labels and
// search, in the order in which these first occur. Rows without one of exact search to
// compare with are left out.
func SummarizeTradeoff(rows []TradeoffRow) []TradeoffPoint {
	exact := map[Cell]float64{}
	for _, r := range rows {
		if r.Search == (Search{}) {
			exact[r.Cell] = r.AUROC
		}
	}
	type key struct {
		group, detector string
		labeled         float64
		search          Search
	}
	var order []key
	members := map[key][]pair{}
	for _, r := range rows {
		reference, ok := exact[r.Cell]
		if !ok {
			continue
		}
		k := key{ShortGroup(r.Group), r.Detector, r.Labeled, r.Search}
		if members[k] == nil {
			order = append(order, k)
		}
		members[k] = append(members[k], pair{r, r.AUROC - reference})
	}
	var points []TradeoffPoint
	for _, k := range order {
		p := TradeoffPoint{Group: k.group, Detector: k.detector, Labeled: k.labeled, Search: k.search}
		p.fill(members[k])
		points = append(points, p)
	}
	return points
}

// pair is a row with its difference of AUROC to exact search.
type pair struct {
	TradeoffRow
	gain float64
}

// fill sets the measures of p.
func (p *TradeoffPoint) fill(rows []pair) {
	var sets []string
	for _, r := range rows {
		if name := r.Group + "/" + r.Dataset; !slices.Contains(sets, name) {
			sets = append(sets, name)
		}
	}
	var gains, single []float64 // by set, and by row
	p.Sets = len(sets)
	for _, name := range sets {
		var recall, auroc, gain, n float64
		for _, r := range rows {
			if r.Group+"/"+r.Dataset == name {
				recall, auroc, gain, n = recall+r.Recall, auroc+r.AUROC, gain+r.gain, n+1
				single = append(single, r.gain)
			}
		}
		gains = append(gains, gain/n)
		p.Recall += recall / n / float64(p.Sets)
		p.AUROC += auroc / n / float64(p.Sets)
		p.Gain += gain / n / float64(p.Sets)
		p.Seeds = max(p.Seeds, int(n))
	}
	if p.Sets == 1 {
		gains = single
	}
	p.Low, p.High = bootstrap(gains)
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

// pointColumns name the fields of tradeoff.csv.
var pointColumns = []string{"group", "detector", "labeled", "search", "ef_search", "share", "recall", "auroc",
	"gain_over_exact", "ci_low", "ci_high", "sets", "seeds"}

// TradeoffCSV returns points as CSV with a line of column names; NaN is left empty.
func TradeoffCSV(points []TradeoffPoint) (string, error) {
	lines := [][]string{pointColumns}
	for _, p := range points {
		lines = append(lines, p.record(6))
	}
	return csvText(lines)
}

// tradeoffMarkdown returns points as a table of Markdown.
func tradeoffMarkdown(points []TradeoffPoint) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(pointColumns, " | "), strings.Repeat("---|", len(pointColumns)))
	for _, p := range points {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(p.record(4), " | "))
	}
	return b.String()
}

// record returns p as fields, measures with so many decimals.
func (p TradeoffPoint) record(decimals int) []string {
	record := []string{p.Group, p.Detector, decimal(p.Labeled), p.Search.String(), strconv.Itoa(p.EfSearch), decimal(p.Share)}
	for _, v := range []float64{p.Recall, p.AUROC, p.Gain, p.Low, p.High} {
		text := ""
		if !math.IsNaN(v) {
			text = rounded(v, decimals)
		}
		record = append(record, text)
	}
	return append(record, strconv.Itoa(p.Sets), strconv.Itoa(p.Seeds))
}

// ReadTradeoff returns the points of a tradeoff.csv.
func ReadTradeoff(path string) ([]TradeoffPoint, error) {
	return readEntries(path, pointColumns, parsePoint)
}

// parsePoint reads a line of tradeoff.csv.
func parsePoint(f []string) (TradeoffPoint, error) {
	p := fields{text: f}
	orNaN := func(i int) float64 {
		if f[i] == "" {
			return math.NaN()
		}
		return p.number(i)
	}
	point := TradeoffPoint{Group: f[0], Detector: f[1], Labeled: p.number(2), Search: Search{p.whole(4), p.number(5)},
		Recall: p.share(6), AUROC: p.share(7), Gain: p.number(8), Low: orNaN(9), High: orNaN(10), Sets: p.whole(11), Seeds: p.whole(12)}
	return point, p.err
}
