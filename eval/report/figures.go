package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/eval"
)

// figures draws what the run holds.
func (r *Run) figures(means []eval.Mean) []Figure {
	var figures []Figure
	if len(means) > 0 {
		figures = append(figures, aurocFigure(means))
		if gain := gainFigure(means); gain != nil {
			figures = append(figures, *gain)
		}
	}
	if r.Recall != nil {
		figures = append(figures, recallFigure(r.Recall))
	}
	if len(r.Tradeoff) > 0 {
		figures = append(figures, tradeoffFigure(r.Tradeoff))
	}
	return figures
}

// unique returns the values of of over items, each once, in order.
func unique[T any, K comparable](items []T, of func(T) K) []K {
	var out []K
	for _, item := range items {
		if k := of(item); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}

// beside returns how many panels to draw beside each other: those of all groups, or of one
// group two.
func beside(groups []string) int { return min(max(len(groups), 2), 3) }

// aurocFigure draws the mean AUROC of each variant: a panel for each detector and group, a
// series for each labeled share.
func aurocFigure(means []eval.Mean) Figure {
	shares := unique(means, func(m eval.Mean) float64 { return m.Labeled })
	slices.Sort(shares)
	groups := unique(means, func(m eval.Mean) string { return m.Group })
	c := dotChart{id: "auroc", title: "Mean AUROC of each method", axis: "mean AUROC", across: beside(groups),
		note: "Each mark is the mean over the sets of a group, for one share of the anomalies that is labeled."}
	for _, share := range shares {
		c.series = append(c.series, percent(share)+" labeled")
	}
	for _, detector := range unique(means, func(m eval.Mean) string { return m.Detector }) {
		for _, group := range groups {
			block := only(means, func(m eval.Mean) bool { return m.Group == group && m.Detector == detector })
			p := dotPanel{title: group + ", " + detector}
			for _, v := range unique(block, func(m eval.Mean) eval.Variant { return m.Variant }) {
				values := blank(len(shares))
				for _, m := range block {
					if m.Variant == v {
						values[slices.Index(shares, m.Labeled)] = m.AUROC
					}
				}
				p.names, p.values = append(p.names, variantName(v)), append(p.values, values)
			}
			c.panels = append(c.panels, p)
		}
	}
	return c.draw()
}

// gainFigure draws the gains of each variant over none and over oversample: a panel for
// each detector, labeled share and group; nil when there is nothing to compare with.
func gainFigure(means []eval.Mean) *Figure {
	groups := unique(means, func(m eval.Mean) string { return m.Group })
	c := dotChart{id: "gain", title: "Gain in AUROC over no pseudo-anomalies and over plain copies", axis: "mean difference of AUROC",
		series: []string{"over none", "over as many plain copies (oversample)"}, across: beside(groups), zero: true,
		note: "Paired over the sets of a group. What plain copies gain over none comes from the weight of the class alone; only what a method gains over plain copies comes from the method."}
	if len(groups) == 1 { // a line of panels for each detector
		c.across = min(len(unique(means, func(m eval.Mean) float64 { return m.Labeled })), 3)
	}
	type row struct {
		detector string
		labeled  float64
	}
	for _, k := range unique(means, func(m eval.Mean) row { return row{m.Detector, m.Labeled} }) {
		var line []dotPanel
		for _, group := range groups {
			p := dotPanel{title: fmt.Sprintf("%s, %s, %s labeled", group, k.detector, percent(k.labeled))}
			for _, m := range means {
				if m.Group != group || m.Detector != k.detector || m.Labeled != k.labeled || m.Method == eval.None {
					continue
				}
				values := []float64{m.GainNone, m.GainOversample}
				if m.Method == eval.Oversample {
					values[1] = math.NaN()
				}
				if !math.IsNaN(values[0]) || !math.IsNaN(values[1]) {
					p.names, p.values = append(p.names, variantName(m.Variant)), append(p.values, values)
				}
			}
			line = append(line, p)
		}
		if slices.ContainsFunc(line, func(p dotPanel) bool { return len(p.names) > 0 }) {
			c.panels = append(c.panels, line...)
		}
	}
	if len(c.panels) == 0 {
		return nil
	}
	f := c.draw()
	return &f
}

// recallFigure draws queries per second against recall, a curve for each engine.
func recallFigure(s *Sheet) Figure {
	c := curveChart{id: "recall", title: "Speed of neighbor search against recall", x: "recall, by distance", y: "queries per second", log: true,
		note: "Up and to the right is better. Each mark is one setting of an engine; the speed axis is logarithmic."}
	p := curvePanel{}
	for i := range s.Rows {
		engine, speed := s.text(i, "engine"), s.number(i, "qps")
		at := slices.Index(c.series, engine)
		if at < 0 {
			at = len(c.series)
			c.series = append(c.series, engine)
			p.curves = append(p.curves, curve{series: at})
		}
		if recall := s.number(i, "recall"); speed > 0 && !math.IsNaN(recall) {
			tip := fmt.Sprintf("%s %s: recall %.4f, %s queries/s", engine, s.text(i, "parameter"), recall, tick(speed))
			p.curves[at].points = append(p.curves[at].points, point{recall, speed, math.NaN(), math.NaN(), at, false, tip})
		}
	}
	c.panels = []curvePanel{p}
	return c.draw()
}

// tradeoffFigure draws the change of AUROC against recall, with its confidence interval:
// a panel for each group, detector and labeled share.
func tradeoffFigure(points []eval.TradeoffPoint) Figure {
	c := curveChart{id: "tradeoff", title: "What approximate search costs in AUROC", x: "recall of the neighbor search, falling", y: "change of AUROC",
		zero: true, falls: true, series: []string{"graph, at falling efSearch", "exact search among a share of the rows"},
		note: "Mean AUROC minus that with exact search, paired over sets and seeds. The band is the 95 % interval of this difference; where it holds 0, no cost is shown. Recall falls to the right."}
	at := map[string]int{}
	for _, p := range points {
		title := fmt.Sprintf("%s, %s, %s labeled", p.Group, p.Detector, percent(p.Labeled))
		k, ok := at[title]
		if !ok {
			k = len(c.panels)
			at[title] = k
			c.panels = append(c.panels, curvePanel{title: title, curves: []curve{{series: 2}}})
		}
		q := point{x: p.Recall, y: p.Gain, lo: p.Low, hi: p.High}
		q.tip = fmt.Sprintf("%s: recall %.3f, %+.4f", p.Search, p.Recall, p.Gain)
		if !math.IsNaN(p.Low) {
			q.tip += fmt.Sprintf(" [%+.4f, %+.4f]", p.Low, p.High)
		}
		switch {
		case p.Share > 0:
			q.series = 1
		case p.EfSearch == 0:
			q.bare = true // exact search, where the curve begins
		}
		c.panels[k].curves[0].points = append(c.panels[k].curves[0].points, q)
	}
	return c.draw()
}

// only returns the means that keep keeps.
func only(means []eval.Mean, keep func(eval.Mean) bool) []eval.Mean {
	return slices.DeleteFunc(slices.Clone(means), func(m eval.Mean) bool { return !keep(m) })
}

// blank returns n NaN.
func blank(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.NaN()
	}
	return v
}
