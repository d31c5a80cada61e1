package report

import (
	"fmt"
	"strings"

	"github.com/nngmix/nngmix/eval"
)

// table is a table of the page.
type table struct {
	ID, Caption string
	Columns     []column
	Blocks      []tableBlock
	Sorts       bool // by a click on a column; only with one block
}

type column struct {
	Name   string
	Number bool
}

// tableBlock is a run of rows below a heading, which may be empty.
type tableBlock struct {
	Heading string
	Rows    [][]cell
}

type cell struct {
	Text   string
	Number bool
	Strong bool
}

// columnsOf returns columns, those whose name starts with # holding numbers.
func columnsOf(names ...string) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		short, isNumber := strings.CutPrefix(name, "#")
		columns[i] = column{short, isNumber}
	}
	return columns
}

// cells returns texts as the cells of a row of t.
func (t *table) cells(texts ...string) []cell {
	row := make([]cell, len(texts))
	for i, text := range texts {
		row[i] = cell{Text: text, Number: t.Columns[i].Number}
	}
	return row
}

// significant is the p-value below which a gain stands out.
const significant = 0.05

// headline returns the means as a table, a block for each group, detector and share. The
// best mean of a block and gains with a small p-value stand out.
func headline(means []eval.Mean) *table {
	t := &table{ID: "means", Caption: "Means over the sets of a group, with the gain over no pseudo-anomalies beside that over plain copies",
		Columns: columnsOf("method", "amount", "#noise", "#sets", "#seeds", "#AUROC", "#AP", "#rank", "#over none", "#p", "#over copies", "#p")}
	var best *cell
	var bestAUROC float64
	for _, m := range means {
		heading := fmt.Sprintf("%s, %s, %s labeled", m.Group, m.Detector, percent(m.Labeled))
		if n := len(t.Blocks); n == 0 || t.Blocks[n-1].Heading != heading {
			t.Blocks = append(t.Blocks, tableBlock{Heading: heading})
			best = nil
		}
		block := &t.Blocks[len(t.Blocks)-1]
		row := t.meanRow(m)
		if best == nil || m.AUROC > bestAUROC {
			if best != nil {
				best.Strong = false
			}
			best, bestAUROC = &row[5], m.AUROC
		}
		block.Rows = append(block.Rows, row)
		best.Strong = len(block.Rows) > 1 // alone, it is better than nothing
	}
	return t
}

// meanRow returns one row of the headline. A variant is not compared with itself.
func (t *table) meanRow(m eval.Mean) []cell {
	gainNone, pNone := signed(m.GainNone), pValue(m.PNone)
	gainCopies, pCopies := signed(m.GainOversample), pValue(m.POversample)
	switch m.Method {
	case eval.None:
		gainNone, pNone = "", ""
	case eval.Oversample:
		gainCopies, pCopies = "", ""
	}
	noise := ""
	if m.NoiseStd > 0 {
		noise = option(m.NoiseStd)
	}
	row := t.cells(m.Method, amount(m.Variant), noise, fmt.Sprint(m.Sets), fmt.Sprint(m.Seeds), measure(m.AUROC), measure(m.AP),
		unlessNaN(m.Rank, fmt.Sprintf("%.2f", m.Rank)), gainNone, pNone, gainCopies, pCopies)
	row[8].Strong = gainNone != "" && m.PNone < significant
	row[10].Strong = gainCopies != "" && m.POversample < significant
	return row
}

// setTable returns the means of single sets as a table.
func setTable(means []setMean) *table {
	t := &table{ID: "sets", Caption: "Every set and method, as means over seeds", Sorts: true,
		Columns: columnsOf("set", "group", "detector", "#labeled", "method", "amount", "#noise", "#AUROC", "#AP", "#over none", "#over copies",
			"#seeds", "#anomalies labeled", "#unlabeled rows", "#columns")}
	block := tableBlock{}
	for _, m := range means {
		noise := ""
		if m.NoiseStd > 0 {
			noise = option(m.NoiseStd)
		}
		block.Rows = append(block.Rows, t.cells(m.dataset, m.group, m.detector, option(m.labeled), m.Method, amount(m.Variant), noise,
			measure(m.auroc), measure(m.ap), signed(m.gainNone), signed(m.gainOversample),
			fmt.Sprint(m.seeds), fmt.Sprint(m.labels), fmt.Sprint(m.unlabeled), fmt.Sprint(m.dim)))
	}
	t.Blocks = []tableBlock{block}
	return t
}

// tradeoffTable returns the points of a trade-off study as a table.
func tradeoffTable(points []eval.TradeoffPoint) *table {
	t := &table{ID: "tradeoff-table", Caption: "Every search, as means over the sets of a group; losses are bold", Sorts: true,
		Columns: columnsOf("group", "detector", "#labeled", "search", "#recall", "#AUROC", "#over exact", "#95 % from", "#to", "#sets", "#seeds")}
	block := tableBlock{}
	for _, p := range points {
		row := t.cells(p.Group, p.Detector, option(p.Labeled), p.Search.String(), finely(p.Recall), finely(p.AUROC),
			finelySigned(p.Gain), finelySigned(p.Low), finelySigned(p.High), fmt.Sprint(p.Sets), fmt.Sprint(p.Seeds))
		row[6].Strong = p.Suffers()
		block.Rows = append(block.Rows, row)
	}
	t.Blocks = []tableBlock{block}
	return t
}

// units are columns of recall.csv that the page shows in another unit.
var units = map[string]struct {
	name   string
	factor float64
}{
	"p50": {"p50, µs", 1e6}, "p90": {"p90, µs", 1e6}, "p99": {"p99, µs", 1e6}, "max": {"max, µs", 1e6},
	"qps": {"queries/s", 1}, "build_seconds": {"build, s", 1}, "index_bytes": {"index, MB", 1e-6},
	"distances_per_query": {"distances/query", 1}, "recall_by_id": {"by id", 1},
}

// sheetTable returns a sheet as a table; a column of which all values are numbers is one
// of numbers.
func sheetTable(id, caption string, s *Sheet) *table {
	t := &table{ID: id, Caption: caption, Sorts: true}
	for j, name := range s.Columns {
		c := column{Name: strings.ReplaceAll(name, "_", " "), Number: true}
		if u, ok := units[name]; ok {
			c.Name = u.name
		}
		for i := range s.Rows {
			text := s.Rows[i][j]
			c.Number = c.Number && (text == "" || unlessNaN(number(text), text) != "")
		}
		t.Columns = append(t.Columns, c)
	}
	block := tableBlock{}
	for _, row := range s.Rows {
		texts := make([]string, len(row))
		for j := range row {
			texts[j] = short(s.Columns[j], row[j])
		}
		block.Rows = append(block.Rows, t.cells(texts...))
	}
	t.Blocks = []tableBlock{block}
	return t
}
