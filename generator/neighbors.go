package generator

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/parallel"
)

// Searcher answers nearest-neighbor queries: queries holds whole rows of search
// space, row-major, and the result has up to k neighbors of each, ascending by
// distance. *exact.Index is one.
type Searcher interface {
	SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error)
}

// SearcherFunc is a function as a Searcher: that of an exact.Index x, for example,
//
//	generator.SearcherFunc(func(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
//		return x.SearchBatch(ctx, queries, k, exact.SearchOptions{})
//	})
type SearcherFunc func(ctx context.Context, queries []float32, k int) (*exact.Result, error)

// SearchBatch calls f.
func (f SearcherFunc) SearchBatch(ctx context.Context, queries []float32, k int) (*exact.Result, error) {
	return f(ctx, queries, k)
}

// StatsSearcher is a Searcher that tells how it answered. New asks Answer where
// Data.Index has it.
type StatsSearcher interface {
	Searcher
	// Answer is SearchBatch with what there is to say of the search.
	Answer(ctx context.Context, queries []float32, k int) (*exact.Result, SearchStats, error)
}

// Engine finds the k nearest of rows for each query, as a Searcher does. Rows and
// queries are row-major with dim columns, of which the last nominal ones are
// category codes. It must not keep rows.
type Engine func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, SearchStats, error)

// SearchStats describes a search.
type SearchStats struct {
	Method        string  // how queries were answered
	Reason        string  // why so, in one sentence
	Unique        int     // distinct rows, 0 where not known
	DedupeSeconds float64 // the part of the time that went to finding equal rows
	Bytes         int64   // memory that the index took
	Detail        any     // what else the engine tells its caller, as Report.Detail
}

// exactEngine returns the Engine of package exact.
func (o *Options) exactEngine(progress func(done, total int)) Engine {
	return func(ctx context.Context, rows []float32, dim, nominal int, queries []float32, k int) (*exact.Result, SearchStats, error) {
		res, s, err := exact.Search(ctx, rows, dim, queries, k, exact.Options{
			Method: o.Search, Nominal: nominal, Threads: o.Threads, Progress: progress,
		})
		if !s.Deduped {
			s.Unique = 0
		}
		return res, SearchStats{Method: s.Method.String(), Reason: s.Reason, Unique: s.Unique, DedupeSeconds: s.DedupeSeconds, Bytes: s.Bytes}, err
	}
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

// Queries returns what New asks of Data.Index: the distinct labeled anomalies in search
// space, row-major, in the order of their first rows, and how many neighbors of each it
// wants; none where the method searches no unlabeled rows. unlabeled is the number of
// these, of which data need not have any. The errors are those of New.
func Queries(ctx context.Context, data Data, unlabeled int, opt Options) (queries []float32, k int, err error) {
	if err := opt.Validate(); err != nil {
		return nil, 0, err
	}
	dim, err := data.dim()
	if err != nil || !opt.searchesLabeled() || !opt.usesUnlabeled() {
		return nil, 0, err
	}
	threads := parallel.Threads(opt.Threads)
	labeled, err := newSpace(data.Columns, dim).matrix(ctx, data.Labeled, true, threads)
	if err != nil {
		return nil, 0, err
	}
	q, err := newQueries(ctx, labeled, dim, threads)
	if err != nil {
		return nil, 0, err
	}
	return q.rows, opt.kUnlabeled(data.Labeled.Len(), unlabeled), nil
}

// neighbors returns the lists of res, a search among that many rows. It is an
// error where a query has no neighbor or a row is out of range: an engine of the
// caller may be wrong, and samples must not be.
func (q *queries) neighbors(res *exact.Result, rows int) (neighbors, error) {
	if len(res.Counts) != q.count {
		return neighbors{}, fmt.Errorf("generator: neighbor search: the index answered %d of %d queries", len(res.Counts), q.count)
	}
	for l := range q.count {
		ids, _ := res.Of(l)
		if len(ids) == 0 {
			return neighbors{}, fmt.Errorf("generator: neighbor search: the index found no neighbor of a labeled anomaly")
		}
		if id := slices.Max(ids); int64(id) >= int64(rows) {
			return neighbors{}, fmt.Errorf("generator: neighbor search: the index returned row %d of %d rows", id, rows)
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

	if err := g.searchLabeled(ctx, q); err != nil || !g.opt.usesUnlabeled() {
		return err
	}
	return g.searchUnlabeled(ctx, data, q)
}

// searchLabeled fills g.near and g.self.
func (g *Generator) searchLabeled(ctx context.Context, q *queries) error {
	res, _, err := g.ask(ctx, g.opt.exactEngine(nil), q.labeled, q, g.report.KLabeled)
	if err != nil {
		return err
	}
	if g.near, err = q.neighbors(res, g.na); err != nil {
		return err
	}
	g.self = g.near.selfPositions()
	return nil
}

// searchUnlabeled fills g.far.
func (g *Generator) searchUnlabeled(ctx context.Context, data Data, q *queries) (err error) {
	engine := g.opt.Engine
	if engine == nil {
		engine = g.opt.exactEngine(g.opt.Progress)
	}
	var rows []float32
	if data.Index != nil {
		engine = given(data.Index)
	} else {
		start := time.Now()
		if rows, err = g.space.matrix(ctx, data.Unlabeled, false, g.threads); err != nil {
			return err
		}
		g.report.ScaleSeconds += time.Since(start).Seconds()
	}
	res, stats, err := g.ask(ctx, engine, rows, q, g.report.K)
	if err != nil {
		return err
	}
	g.report.UniqueUnlabeled = stats.Unique
	g.far, err = q.neighbors(res, g.nu)
	return err
}

// given returns the Engine that asks index, which holds the rows.
func given(index Searcher) Engine {
	return func(ctx context.Context, _ []float32, _, _ int, queries []float32, k int) (*exact.Result, SearchStats, error) {
		if x, ok := index.(StatsSearcher); ok {
			return x.Answer(ctx, queries, k)
		}
		res, err := index.SearchBatch(ctx, queries, k)
		return res, SearchStats{Method: "index", Reason: "an index of the unlabeled rows was given"}, err
	}
}

// ask answers q by engine and reports how. The search among the unlabeled rows is
// the last one, so it is the one that the report tells of.
func (g *Generator) ask(ctx context.Context, engine Engine, rows []float32, q *queries, k int) (*exact.Result, SearchStats, error) {
	start := time.Now()
	res, stats, err := engine(ctx, rows, g.dim, g.space.nominal, q.rows, k)
	r := &g.report
	r.Method, r.Reason, r.IndexBytes, r.Detail = stats.Method, stats.Reason, stats.Bytes, stats.Detail
	r.DedupeSeconds += stats.DedupeSeconds
	r.SearchSeconds += time.Since(start).Seconds() - stats.DedupeSeconds
	if err != nil {
		return nil, stats, fmt.Errorf("generator: neighbor search: %w", err)
	}
	return res, stats, nil
}
