package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/eval"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageStyle string

//go:embed page.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what the template shows. Parts that the run does not have are nil.
type page struct {
	Title                         string
	Style                         template.CSS
	Script                        template.JS
	Facts                         []Setting
	Warnings                      []string
	Headline, Sets                *table
	Recall, Tradeoff              *table
	Needs                         []string
	AUROC, Gain, Curves, Approach *drawn
	Skipped                       []eval.Skipped
	Asked                         []string
	Settings                      []Setting
}

// drawn is a figure on the page.
type drawn struct {
	Figure
	SVG template.HTML
}

// WritePage writes the page called title to w.
func (r *Run) WritePage(w io.Writer, title string) error {
	means := r.means()
	p := page{Title: title, Style: template.CSS(figureStyle + pageStyle), Script: template.JS(pageScript),
		Facts: r.facts(), Warnings: r.warnings(), Skipped: r.Skipped, Asked: r.Sets, Settings: r.Settings}
	if len(means) > 0 {
		p.Headline, p.Sets = headline(means), setTable(setMeans(r.Rows))
	}
	if r.Recall != nil {
		p.Recall = sheetTable("recall-table", "Every engine and setting", r.Recall)
	}
	if len(r.Tradeoff) > 0 {
		p.Needs, p.Tradeoff = r.needs(), tradeoffTable(r.Tradeoff)
	}
	places := map[string]**drawn{"auroc": &p.AUROC, "gain": &p.Gain, "recall": &p.Curves, "tradeoff": &p.Approach}
	for _, f := range r.figures(means) {
		*places[f.ID] = &drawn{f, template.HTML(f.Inline())} // its texts are escaped where it is drawn
	}
	if err := pageTemplate.Execute(w, p); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// facts are the lines at the top: what was run, and where.
func (r *Run) facts() []Setting {
	var facts []Setting
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, Setting{name, value})
		}
	}
	switch {
	case len(r.Rows) > 0:
		seeds := unique(r.Rows, func(row eval.Row) string { return fmt.Sprint(row.Seed) })
		sets := unique(r.Rows, func(row eval.Row) string { return row.Group + "/" + row.Dataset })
		add("sets", fmt.Sprint(len(sets)))
		add("detectors", strings.Join(unique(r.Rows, func(row eval.Row) string { return row.Detector }), ", "))
		add("labeled", strings.Join(unique(r.Rows, func(row eval.Row) string { return percent(row.Labeled) }), ", "))
		slices.Sort(seeds)
		add("seeds", strings.Join(seeds, ", "))
	case len(r.Tradeoff) > 0:
		add("sets", fmt.Sprint(len(r.Sets)-len(r.Skipped)))
		add("detectors", strings.Join(unique(r.Tradeoff, func(p eval.TradeoffPoint) string { return p.Detector }), ", "))
		add("labeled", strings.Join(unique(r.Tradeoff, func(p eval.TradeoffPoint) string { return percent(p.Labeled) }), ", "))
		add("seeds", fmt.Sprint(r.Tradeoff[0].Seeds))
	}
	m := r.Machine
	add("processor", m.CPU)
	add("threads of the machine", fmt.Sprint(m.Threads))
	add("instruction set", m.SIMD)
	add("system", m.OS+"/"+m.Arch)
	add("nngmix", strings.TrimSpace(m.Version+" "+m.Commit[:min(12, len(m.Commit))]))
	add("Go", strings.TrimPrefix(m.Go, "go"))
	return facts
}

// warnings tell what a reader must know before believing the page.
func (r *Run) warnings() []string {
	var warnings []string
	if missing := r.unfinished(); len(missing) > 0 {
		warnings = append(warnings, fmt.Sprintf("The study is not finished: %d of %d sets have no result yet, the first of them %s.",
			len(missing), len(r.Sets), missing[0]))
	}
	if n := len(r.Skipped); n > 0 {
		warnings = append(warnings, fmt.Sprintf("%d of %d sets could not be run and are in no mean; the reasons are below.", n, max(n, len(r.Sets))))
	}
	return warnings
}
