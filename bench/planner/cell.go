package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/nngmix/nngmix/ann"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/planner"
)

const k, recall = 10, 0.99

// cell is one place of the grid. Times are in seconds, NaN where not measured.
type cell struct {
	table   string
	queries int
	forced  map[planner.Method]float64
	planned float64
	chosen  string
}

// measure times all methods on d with q of its queries, or all where they are fewer.
func (o *options) measure(ctx context.Context, d *data, q int) (*cell, error) {
	q = min(q, len(d.queries)/d.dim)
	queries := d.queries[:q*d.dim]
	request := planner.DefaultRequest()
	request.Rows, request.Dim, request.Queries, request.K, request.Recall, request.Threads = d.rows, d.dim, queries, k, recall, o.threads
	plan, err := planner.New(ctx, request)
	if err != nil {
		return nil, err
	}
	c := &cell{d.name, q, map[planner.Method]float64{}, math.NaN(), ""}
	plans := func() error {
		plan, err := planner.New(ctx, request)
		if err != nil {
			return err
		}
		_, out, err := plan.Run(ctx)
		if c.chosen = plan.Chosen.String(); out.Method != plan.Chosen {
			c.chosen += ", then " + out.Method.String()
		}
		return err
	}
	runs := []func() error{plans}
	var methods []planner.Method
	for _, e := range plan.Estimates {
		c.forced[e.Method] = math.NaN()
		if expected := max(e.Total, e.Build); expected > o.limit || (!e.Possible && expected == 0) {
			continue
		}
		methods = append(methods, e.Method)
		runs = append(runs, func() error { return o.force(ctx, e.Method, d, queries) })
	}
	if len(methods) == 0 {
		c.chosen = "left out"
		return c, nil
	}
	times, err := o.fastest(runs)
	c.planned = times[0]
	for i, m := range methods {
		c.forced[m] = times[i+1]
	}
	return c, err
}

// force answers queries by a method.
func (o *options) force(ctx context.Context, m planner.Method, d *data, queries []float32) error {
	if m != planner.Graph {
		method := exact.Brute
		if m == planner.KDTree {
			method = exact.KDTree
		}
		_, _, err := exact.Search(ctx, d.rows, d.dim, queries, k, exact.Options{Method: method, Threads: o.threads})
		return err
	}
	opt, tune := ann.DefaultOptions(), ann.DefaultTuneOptions()
	opt.Threads, tune.Threads = o.threads, o.threads
	x, err := ann.Build(ctx, d.rows, d.dim, opt)
	if err == nil {
		_, _, err = x.SearchAtRecall(ctx, queries, k, recall, tune)
	}
	return err
}

// fastest returns the seconds of the fastest of several runs of each function, which
// take turns: of one where it takes longer than a second, of more where it takes
// little.
func (o *options) fastest(runs []func() error) ([]float64, error) {
	best, spent := slices.Repeat([]float64{math.Inf(1)}, len(runs)), make([]float64, len(runs))
	for round, open := 0, true; open; round++ {
		open = false
		for i, run := range runs {
			if round > 0 && (best[i] > 1 || (round >= o.runs && spent[i] > 0.03)) {
				continue
			}
			open = true
			start := time.Now()
			if err := run(); err != nil {
				return best, err
			}
			took := time.Since(start).Seconds()
			best[i], spent[i] = min(best[i], took), spent[i]+took
		}
	}
	return best, nil
}

// best returns the time of the fastest method.
func (c *cell) best() float64 {
	best := math.NaN()
	for _, s := range c.forced {
		if !(s >= best) && !math.IsNaN(s) {
			best = s
		}
	}
	return best
}

// ratio returns how many times longer the planner took than the fastest method.
func (c *cell) ratio() float64 { return c.planned / c.best() }

func (c *cell) String() string {
	ms := func(s float64) string {
		if math.IsNaN(s) {
			return "-"
		}
		return fmt.Sprintf("%.3g", s*1e3)
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %.2f |", c.table, c.queries, ms(c.forced[planner.Brute]), ms(c.forced[planner.KDTree]),
		ms(c.forced[planner.Graph]), ms(c.planned), c.chosen, c.ratio())
}

// summarize prints the share of cells where the planner is near the fastest
// method, and the worst ones.
func summarize(cells []*cell) {
	const near = 1.2
	cells = slices.DeleteFunc(cells, func(c *cell) bool { return math.IsNaN(c.ratio()) })
	slices.SortFunc(cells, func(a, b *cell) int { return cmp.Compare(b.ratio(), a.ratio()) })
	good := 0
	for _, c := range cells {
		if c.ratio() <= near {
			good++
		}
	}
	fmt.Printf("\nThe planner takes at most %v times as long as the fastest method in %d of %d cells (%.1f %%). The worst:\n\n", near, good, len(cells), 100*float64(good)/float64(max(1, len(cells))))
	for _, c := range cells[:min(5, len(cells))] {
		fmt.Println(c)
	}
}
