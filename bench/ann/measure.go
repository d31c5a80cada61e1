package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/exact"
)

// contender is an engine at work on a set.
type contender struct {
	engine
	*process
	builds, builds2 side.Times // on one thread, on two
	bytes           int64      // resident after the first build
}

// contest is the measurement of one set.
type contest struct {
	o      options
	data   *data
	folder string
	truth  []*exact.Result // of each kind of queries
	all    []*contender
	lines  []line
}

// measure measures all engines on a set.
func measure(ctx context.Context, s source, o options) ([]line, error) {
	d, err := s.load(ctx, o.rows, o.seed)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "nngmix-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if o.rows > 0 {
		d.name = fmt.Sprintf("%s-%d", s.name, o.rows) // no line of the whole set
	}
	c := &contest{o: o, data: d, folder: folder}
	defer c.close()
	for _, step := range []func(context.Context) error{c.prepare, c.start, c.build, c.search, c.open} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return c.lines, nil
}

// prepare writes the files that the engines read and finds the true neighbors.
func (c *contest) prepare(ctx context.Context) error {
	if err := writeFloats(c.path("rows"), c.data.rows); err != nil {
		return err
	}
	x, err := exact.Build(ctx, c.data.rows, c.data.dim, exact.DefaultOptions())
	if err != nil {
		return err
	}
	for _, q := range c.data.queries {
		if err := writeFloats(c.path(q.kind), q.values); err != nil {
			return err
		}
		truth, err := x.SearchBatch(ctx, q.values, k, exact.SearchOptions{})
		if err != nil {
			return err
		}
		c.truth = append(c.truth, truth)
	}
	return nil
}

func (c *contest) path(name string) string { return filepath.Join(c.folder, name+".f32") }

func (c *contest) start(ctx context.Context) error {
	n := len(c.data.rows) / c.data.dim
	for _, e := range c.o.engines {
		if e.most > 0 && n > e.most {
			fmt.Printf("%s is left out: %d rows are more than the %d that it is given.\n\n", e.what, n, e.most)
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s starts\n", c.data.name, e.what)
		cmd, err := e.command(ctx, c.folder)
		if err == nil {
			var p *process
			if p, err = start(cmd); err == nil {
				c.all = append(c.all, &contender{engine: e, process: p})
				continue
			}
		}
		if e.name == ours || ctx.Err() != nil {
			return err
		}
		fmt.Printf("%s is left out: %v.\n\n", e.what, err)
	}
	return nil
}

func (c *contest) close() {
	for _, e := range c.all {
		e.close()
	}
}

// rotated returns all engines in their turns, another one first each time.
func (c *contest) rotated(turn int) []*contender {
	n := len(c.all)
	return slices.Concat(c.all[turn%n:], c.all[:turn%n])
}

// slowBuild is the time of a build in seconds from which it is not repeated.
const slowBuild = 15

// build has all engines build in turns on one thread, then ours on two.
func (c *contest) build(ctx context.Context) error {
	for turn := range c.o.builds {
		for _, e := range c.rotated(turn) {
			if turn > 0 && e.builds[0] > slowBuild {
				continue
			}
			if err := c.buildOnce(ctx, e, 1, &e.builds); err != nil {
				return err
			}
		}
	}
	for turn := range c.o.builds {
		if turn > 0 && c.all[0].builds2[0] > slowBuild {
			break
		}
		if err := c.buildOnce(ctx, c.all[0], 2, &c.all[0].builds2); err != nil {
			return err
		}
	}
	for _, e := range c.all {
		c.add(e, line{Measure: buildTime, Threads: 1}, e.builds)
		if e.name == ours {
			c.add(e, line{Measure: buildTime, Threads: 2}, e.builds2)
		}
		c.add(e, line{Measure: resident, Threads: 1}, side.Times{float64(e.bytes)})
	}
	return nil
}

func (c *contest) buildOnce(ctx context.Context, e *contender, threads int, times *side.Times) error {
	before, err := e.resident()
	if err != nil {
		return err
	}
	seconds, err := e.call(ctx, "build", c.path("rows"), c.data.dim, threads)
	if err != nil {
		return fmt.Errorf("%s: build: %w", e.what, err)
	}
	if e.bytes == 0 {
		after, err := e.resident()
		if err != nil {
			return err
		}
		e.bytes = after - before
	}
	*times = append(*times, seconds)
	fmt.Fprintf(os.Stderr, "%s: %s built in %s s on %d thread(s)\n", c.data.name, e.what, side.Seconds(seconds), threads)
	return nil
}

// add adds the line of what was measured several times.
func (c *contest) add(e *contender, l line, values side.Times) {
	l.Set, l.Rows, l.Dim, l.Engine = c.data.name, len(c.data.rows)/c.data.dim, c.data.dim, e.name
	l.Commit = c.o.commit
	l.Value, l.Least, l.Most, l.Runs = values.Median(), slices.Min(values), slices.Max(values), len(values)
	c.lines = append(c.lines, l)
}

// openRuns is how often the time to open our index is measured.
const openRuns = 5

// open measures how long our index takes to be opened from a file.
func (c *contest) open(ctx context.Context) error {
	e := c.all[0]
	file := filepath.Join(c.folder, "nngmix.nngx")
	if _, err := e.call(ctx, "save", file); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	var times side.Times
	for range openRuns {
		seconds, err := e.call(ctx, "open", file)
		if err != nil {
			return fmt.Errorf("open: %w", err)
		}
		times = append(times, seconds)
	}
	c.add(e, line{Measure: fileBytes, Threads: 1}, side.Times{float64(info.Size())})
	c.add(e, line{Measure: openTime, Threads: 1}, times)
	return nil
}

// writeFloats writes values as they lie in memory on most machines.
func writeFloats(path string, values []float32) error {
	raw, err := binary.Append(make([]byte, 0, 4*len(values)), binary.LittleEndian, values)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}
