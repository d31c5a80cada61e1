package generator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dedupe"
)

// Searcher answers nearest-neighbor queries: queries holds whole rows of search
// space, row-major, and the result has up to k neighbors of each, ascending by
// distance. *exact.Index is one.
type Searcher interface {
	SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error)
}

// Engine makes an index of rows, row-major with dim columns of which the last
// nominal ones are category codes, for that many distinct queries. It must not
// keep rows.
type Engine func(ctx context.Context, rows []float32, dim, nominal, queries int) (Searcher, SearchStats, error)

// SearchStats describes an index.
type SearchStats struct {
	Method        string  // how queries are answered
	Reason        string  // why so, in one sentence
	Unique        int     // distinct rows, 0 where not known
	DedupeSeconds float64 // part of building: finding equal rows
	Bytes         int64   // memory held
}

// exactEngine is the Engine of package exact.
func (o *Options) exactEngine(ctx context.Context, rows []float32, dim, nominal, queries int) (Searcher, SearchStats, error) {
	x, err := exact.Build(ctx, rows, dim, exact.Options{
		Method: o.Search, Nominal: nominal, Queries: queries, Threads: o.Threads, Progress: o.Progress,
	})
	if err != nil {
		return nil, SearchStats{}, err
	}
	s := x.Stats()
	if !s.Deduped {
		s.Unique = 0
	}
	return x, SearchStats{
		Method: s.Method.String(), Reason: s.Reason, Unique: s.Unique, DedupeSeconds: s.DedupeSeconds, Bytes: s.Bytes,
	}, nil
}

// neighbors are the nearest rows of every labeled anomaly.
type neighbors struct {
	k      int
	ids    []uint32 // list l is the first counts[l] ids from l·k on
	counts []int32
	group  []int32 // the list of each labeled anomaly
}

// of returns the neighbors of labeled anomaly i, nearest first.
func (n *neighbors) of(i int) []uint32 {
	l := int(n.group[i])
	return n.ids[l*n.k:][:n.counts[l]]
}

// selfPositions returns where each labeled anomaly stands in its own list, or -1
// where as many equal rows come before it.
func (n *neighbors) selfPositions() []int32 {
	at := make([]int32, len(n.group))
	for i := range at {
		at[i] = int32(slices.Index(n.of(i), uint32(i)))
	}
	return at
}

// queries are the distinct labeled anomalies in search space.
type queries struct {
	labeled []float32 // all labeled anomalies
	rows    []float32 // the distinct ones
	group   []int32   // the distinct row equal to each labeled anomaly
	count   int
}

func newQueries(ctx context.Context, labeled []float32, dim, threads int) (*queries, error) {
	groups, err := dedupe.Find(ctx, labeled, dim, threads)
	if err != nil {
		return nil, err
	}
	q := &queries{labeled: labeled, group: make([]int32, len(labeled)/dim), count: groups.Len()}
	q.rows = make([]float32, 0, q.count*dim)
	for i := range q.count {
		first := groups.First(i)
		q.rows = append(q.rows, labeled[first*dim:][:dim]...)
		for _, row := range groups.Rows[groups.Starts[i]:groups.Starts[i+1]] {
			q.group[row] = int32(i)
		}
	}
	return q, nil
}

// search returns the k nearest rows of each labeled anomaly by index, which holds
// that many rows. It is an error where a query has no neighbor or a row is out of
// range: a Searcher of the caller may be wrong, and samples must not be.
func (q *queries) search(ctx context.Context, index Searcher, k, rows int) (neighbors, error) {
	res, err := index.SearchBatch(ctx, q.rows, k)
	switch {
	case err != nil:
		return neighbors{}, err
	case len(res.Counts) != q.count:
		return neighbors{}, fmt.Errorf("the index answered %d of %d queries", len(res.Counts), q.count)
	}
	for l := range q.count {
		ids, _ := res.Of(l)
		if len(ids) == 0 {
			return neighbors{}, fmt.Errorf("the index found no neighbor of a labeled anomaly")
		}
		if id := slices.Max(ids); int64(id) >= int64(rows) {
			return neighbors{}, fmt.Errorf("the index returned row %d of %d rows", id, rows)
		}
	}
	return neighbors{k: res.K, ids: res.IDs, counts: res.Counts, group: q.group}, nil
}

// search finds the neighbors that the method draws from and reports how.
func (g *Generator) search(ctx context.Context, data Data) error {
	start := time.Now()
	labeled, err := g.space.matrix(ctx, g.labeled, true, g.threads)
	if err != nil {
		return err
	}
	g.report.ScaleSeconds += time.Since(start).Seconds()

	start = time.Now()
	q, err := newQueries(ctx, labeled, g.dim, g.threads)
	if err != nil {
		return err
	}
	g.report.UniqueLabeled = q.count
	g.report.DedupeSeconds = time.Since(start).Seconds()

	if g.opt.usesUnlabeled() {
		if err := g.searchUnlabeled(ctx, data, q); err != nil {
			return err
		}
	}
	return g.searchLabeled(ctx, q)
}

// searchLabeled fills g.near.
func (g *Generator) searchLabeled(ctx context.Context, q *queries) error {
	start := time.Now()
	opt := g.opt
	opt.Progress = nil
	index, stats, err := opt.exactEngine(ctx, q.labeled, g.dim, g.space.nominal, q.count)
	if err != nil {
		return fmt.Errorf("generator: neighbors among the labeled anomalies: %w", err)
	}
	if g.near, err = q.search(ctx, index, g.report.KLabeled, g.na); err != nil {
		return fmt.Errorf("generator: neighbors among the labeled anomalies: %w", err)
	}
	g.self = g.near.selfPositions()
	g.report.addSearch(start, stats)
	if g.report.Method == "" {
		g.report.Method, g.report.Reason = stats.Method, stats.Reason
	}
	return nil
}

// searchUnlabeled fills g.far.
func (g *Generator) searchUnlabeled(ctx context.Context, data Data, q *queries) error {
	index, err := g.index(ctx, data, q.count)
	if err != nil {
		return err
	}
	start := time.Now()
	if g.far, err = q.search(ctx, index, g.report.K, g.nu); err != nil {
		return fmt.Errorf("generator: neighbors among the unlabeled rows: %w", err)
	}
	g.report.addSearch(start, SearchStats{})
	return nil
}

// index returns data.Index or makes an index of the unlabeled rows.
func (g *Generator) index(ctx context.Context, data Data, queries int) (Searcher, error) {
	if data.Index != nil {
		g.report.Method, g.report.Reason = "index", "an index of the unlabeled rows was given"
		return data.Index, nil
	}
	start := time.Now()
	rows, err := g.space.matrix(ctx, data.Unlabeled, false, g.threads)
	if err != nil {
		return nil, err
	}
	g.report.ScaleSeconds += time.Since(start).Seconds()

	start = time.Now()
	engine := g.opt.Engine
	if engine == nil {
		engine = g.opt.exactEngine
	}
	index, stats, err := engine(ctx, rows, g.dim, g.space.nominal, queries)
	if err != nil {
		return nil, fmt.Errorf("generator: index of the unlabeled rows: %w", err)
	}
	g.report.Method, g.report.Reason = stats.Method, stats.Reason
	g.report.UniqueUnlabeled, g.report.IndexBytes = stats.Unique, stats.Bytes
	g.report.addSearch(start, stats)
	return index, nil
}
