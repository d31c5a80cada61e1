package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/table"
)

// numbers is a table of numbers, of which some are missing (NaN), with labels.
type numbers struct {
	rows   [][]float64
	labels []int
}

// randomNumbers returns n rows of three columns of very different widths, every
// 40th of which is labeled and, with gaps, every 7th of which lacks a value.
func randomNumbers(n int, seed uint64, gaps bool) *numbers {
	r := rand.New(rand.NewPCG(seed, 1))
	t := new(numbers)
	for i := range n {
		row := []float64{1000 + 500*r.NormFloat64(), r.NormFloat64(), 1e-3 * r.Float64()}
		if gaps && i%7 == 3 {
			row[i%3] = math.NaN()
		}
		t.rows = append(t.rows, row)
		label := 0
		if i%40 == 5 {
			label = 1
		}
		t.labels = append(t.labels, label)
	}
	return t
}

// write writes the table as CSV and returns its path.
func (t *numbers) write(tb testing.TB, name string) string {
	tb.Helper()
	var text strings.Builder
	text.WriteString("a,b,c,y\n")
	for i, row := range t.rows {
		for _, x := range row {
			if !math.IsNaN(x) {
				text.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
			}
			text.WriteByte(',')
		}
		fmt.Fprintln(&text, t.labels[i])
	}
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, []byte(text.String()), 0o666); err != nil {
		tb.Fatal(err)
	}
	return path
}

// complete returns the numbers of the rows without a missing value.
func (t *numbers) complete() (rows []int) {
	for i, row := range t.rows {
		if !slices.ContainsFunc(row, math.IsNaN) {
			rows = append(rows, i)
		}
	}
	return rows
}

// scaled returns rows of t with each column's range over the rows of by as 0 to 1.
func (t *numbers) scaled(rows []int, by *numbers, over []int) (out []float32) {
	lo, hi := [3]float64{}, [3]float64{}
	for j := range lo {
		lo[j], hi[j] = math.Inf(1), math.Inf(-1)
		for _, i := range over {
			lo[j], hi[j] = min(lo[j], by.rows[i][j]), max(hi[j], by.rows[i][j])
		}
	}
	for _, i := range rows {
		for j, x := range t.rows[i] {
			out = append(out, float32((x-lo[j])/(hi[j]-lo[j])))
		}
	}
	return out
}

// hits are the neighbors of queries, as index search writes them.
type hits struct {
	queries, k int
	ids        []int64   // queries x k row numbers of the indexed table, -1 where there are fewer
	distances  []float64 // queries x k, +Inf where there are fewer
}

// newHits returns the answers in res; rows holds the row number behind each id.
func newHits(res *exact.Result, rows []int) *hits {
	n, k := len(res.Counts), res.K
	h := &hits{n, k, slices.Repeat([]int64{-1}, n*k), slices.Repeat([]float64{math.Inf(1)}, n*k)}
	for q := range n {
		ids, distances := res.Of(q)
		copy(h.distances[q*k:], distances)
		for i, id := range ids {
			h.ids[q*k+i] = int64(rows[id])
		}
	}
	return h
}

// truth returns what a search of t for queries has to give, by its definition.
func (t *numbers) truth(tb testing.TB, queries *numbers, k int, metric exact.Metric) *hits {
	tb.Helper()
	used := t.complete()
	res, _, err := exact.Search(tb.Context(), t.scaled(used, t, used), 3, queries.scaled(queries.complete(), t, used), k,
		exact.Options{Metric: metric, Method: exact.Brute})
	if err != nil {
		tb.Fatal(err)
	}
	return newHits(res, used)
}

// readHits reads what index search wrote.
func readHits(tb testing.TB, path string) *hits {
	tb.Helper()
	h := new(hits)
	read := func(array string) *table.Table {
		t, err := table.Read(tb.Context(), path, table.ReadOptions{X: array})
		if err != nil {
			tb.Fatal(err)
		}
		return t
	}
	ids, distances := read("ids"), read("distances")
	if ids.Columns[0].Type() != table.Int64 || distances.Columns[0].Type() != table.Float64 {
		tb.Errorf("ids are %v, distances %v", ids.Columns[0].Type(), distances.Columns[0].Type())
	}
	h.queries, h.k = ids.Rows, len(ids.Columns)
	for i := range h.queries {
		for j := range h.k {
			h.ids = append(h.ids, int64(ids.Columns[j].Float(i)))
			h.distances = append(h.distances, distances.Columns[j].Float(i))
		}
	}
	return h
}

var compareHits = cmp.AllowUnexported(hits{})
