package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/exact"
)

// enough is the recall at which a sweep ends.
const enough = 0.9995

// leastPass is the least time in seconds that is measured: fewer queries are
// repeated.
const leastPass = 0.05

// point is what was measured at one efSearch.
type point struct {
	ef      int
	recall  float64
	repeats int
	seconds side.Times // of a pass over all queries
}

// search measures recall and speed with all kinds of queries and numbers of threads.
func (c *contest) search(ctx context.Context) error {
	for i, q := range c.data.queries {
		for _, threads := range c.o.threads {
			curves := make([][]point, len(c.all))
			for j, e := range c.all {
				var err error
				if curves[j], err = c.sweep(ctx, e, i, threads); err != nil {
					return fmt.Errorf("%s: search: %w", e.what, err)
				}
			}
			if err := c.repeat(ctx, q.kind, threads, curves); err != nil {
				return err
			}
			c.addCurves(q, threads, curves)
			fmt.Fprintf(os.Stderr, "%s: %s searched on %d thread(s)\n", c.data.name, q.kind, threads)
		}
	}
	return nil
}

// sweep raises efSearch until recall is enough and times one pass at each value. Where
// no value leads to the last of the targets, our index answers exactly, as it does when
// it is asked for a recall that its graph does not reach.
func (c *contest) sweep(ctx context.Context, e *contender, i, threads int) ([]point, error) {
	var curve []point
	for _, ef := range e.efs {
		p, err := c.measure(ctx, e, i, threads, ef)
		if err != nil {
			return nil, err
		}
		curve = append(curve, p)
		if p.recall >= enough {
			break
		}
	}
	if e.name == ours && slices.Max(recallsOf(curve)) < targets[len(targets)-1] {
		p, err := c.measure(ctx, e, i, threads, exactSearch)
		return append(curve, p), err
	}
	return curve, nil
}

// measure finds the recall at one efSearch and times a pass.
func (c *contest) measure(ctx context.Context, e *contender, i, threads, ef int) (point, error) {
	out, kind := filepath.Join(c.folder, "found.i64"), c.data.queries[i].kind
	seconds, err := e.call(ctx, "search", c.path(kind), ef, threads, 1, out)
	if err != nil {
		return point{}, err
	}
	p := point{ef: ef, repeats: max(1, int(math.Ceil(leastPass/max(seconds, 1e-6))))}
	if p.recall, err = c.recall(out, i); err != nil {
		return point{}, err
	}
	return p, c.pass(ctx, e, kind, threads, &p)
}

// pass times a pass over all queries.
func (c *contest) pass(ctx context.Context, e *contender, kind string, threads int, p *point) error {
	seconds, err := e.call(ctx, "search", c.path(kind), p.ef, threads, p.repeats, "-")
	p.seconds = append(p.seconds, seconds)
	return err
}

// repeat times the points that decide a comparison again, in turns.
func (c *contest) repeat(ctx context.Context, kind string, threads int, curves [][]point) error {
	for turn := 1; turn < c.o.runs; turn++ {
		for i := range c.all {
			j := (i + turn) % len(c.all)
			for _, at := range deciding(curves[j], curves[0]) {
				if err := c.pass(ctx, c.all[j], kind, threads, &curves[j][at]); err != nil {
					return fmt.Errorf("%s: search: %w", c.all[j].what, err)
				}
			}
		}
	}
	return nil
}

// recall returns the recall of the ids in a file.
func (c *contest) recall(file string, i int) (float64, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	queries := c.data.queries[i].values
	ids := make([]int64, len(queries)/c.data.dim*k)
	if n, err := binary.Decode(raw, binary.LittleEndian, ids); err != nil || n != len(raw) {
		return 0, fmt.Errorf("%d bytes of ids, want %d", len(raw), 8*len(ids))
	}
	found, err := withDistances(ids, c.data.rows, queries, c.data.dim)
	if err != nil {
		return 0, err
	}
	r, err := eval.MeasureRecall(c.truth[i], found)
	return r.ByDistance, err
}

// withDistances returns the neighbors with the given ids, k of each query and fewer
// where ids are -1, with their distances in float64.
func withDistances(ids []int64, rows, queries []float32, dim int) ([][]exact.Neighbor, error) {
	found := make([][]exact.Neighbor, len(queries)/dim)
	for i, id := range ids {
		if id == -1 {
			continue
		}
		if id < 0 || int(id) >= len(rows)/dim {
			return nil, fmt.Errorf("it found row %d of %d", id, len(rows)/dim)
		}
		q := i / k
		sum := 0.0
		for c, v := range rows[int(id)*dim:][:dim] {
			d := float64(queries[q*dim+c]) - float64(v)
			sum += float64(d * d)
		}
		found[q] = append(found[q], exact.Neighbor{ID: uint32(id), Distance: sum})
	}
	return found, nil
}

// addCurves adds the lines of all points.
func (c *contest) addCurves(q queries, threads int, curves [][]point) {
	n := float64(len(q.values) / c.data.dim)
	for j, e := range c.all {
		for _, p := range curves[j] {
			var speeds side.Times
			for _, s := range p.seconds {
				speeds = append(speeds, n/s)
			}
			c.add(e, line{Measure: q.kind, Threads: threads, Ef: p.ef, Recall: p.recall}, speeds)
		}
	}
}
