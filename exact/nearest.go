package exact

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/simd"
)

// Nearest keeps the k nearest rows of each of a set of queries while rows come in
// batches, from anywhere and in any order: what it holds after all of them is what
// [Search] answers for the rows together, bit for bit. Two that saw different rows
// are brought together by Merge, in any order. It takes 16·k bytes for each query. It
// is not safe for concurrent use, but Add uses Options.Threads.
type Nearest struct {
	queries []float32
	dim, k  int
	opt     Options

	ids       []int64 // the neighbors of query q are the first counts[q] from q·k on
	distances []float64
	counts    []int32
	merged    entries // working memory

	seen   float64 // rows of the last batch that was searched in a tree
	visits visits  // there
}

// entries are neighbors of a query on their way.
type entries struct {
	ids       []int64
	distances []float64
}

// NewNearest returns an empty Nearest for whole queries of dim columns, row-major,
// which it keeps. Of opt it takes all but Queries and Progress. The error is
// ErrOptions, ErrK or ErrDimension.
func NewNearest(queries []float32, dim, k int, opt Options) (*Nearest, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if dim < 1 || opt.Nominal > dim {
		return nil, fmt.Errorf("%w: rows of %d columns, %d of them nominal", ErrDimension, dim, opt.Nominal)
	}
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	opt.Progress = nil
	n := len(queries) / dim
	return &Nearest{queries: queries, dim: dim, k: k, opt: opt,
		ids: make([]int64, n*k), distances: make([]float64, n*k), counts: make([]int32, n),
		merged: entries{make([]int64, k), make([]float64, k)}}, nil
}

// K returns the number of neighbors that are kept for a query.
func (n *Nearest) K() int { return n.k }

// Len returns the number of queries.
func (n *Nearest) Len() int { return len(n.counts) }

// Of returns the ids of the nearest rows of query q so far, ascending by (distance,
// id), and their distances, as parts of n: k, or all where there were fewer.
func (n *Nearest) Of(q int) (ids []int64, distances []float64) {
	lo := q * n.k
	hi := lo + int(n.counts[q])
	return n.ids[lo:hi:hi], n.distances[lo:hi:hi]
}

// Add takes account of rows, row-major; row i has the id ids[i]. Ids ascend, and no
// row may be added twice. The errors are those of [Search], and leave n as it was.
func (n *Nearest) Add(ctx context.Context, rows []float32, ids []int64) error {
	if len(rows) != len(ids)*n.dim {
		return fmt.Errorf("%w: %d values and %d ids, want %d columns a row", ErrDimension, len(rows), len(ids), n.dim)
	}
	if len(ids) == 0 || n.Len() == 0 {
		return ctx.Err()
	}
	res, err := n.search(ctx, rows)
	if err != nil {
		return err
	}
	here := entries{make([]int64, 0, res.K), nil}
	for q := range n.counts {
		places, distances := res.Of(q)
		here.ids, here.distances = here.ids[:0], distances
		for _, p := range places {
			here.ids = append(here.ids, ids[p])
		}
		n.merge(q, here)
	}
	return nil
}

// search finds the nearest of rows: those that are nearer than what is kept, or as
// near, may be enough.
func (n *Nearest) search(ctx context.Context, rows []float32) (*Result, error) {
	opt := n.opt
	x, err := newIndex(ctx, rows, n.dim, opt, simd.Active())
	if err != nil {
		return nil, err
	}
	radii, bounded := n.radii()
	if bounded && opt.Method == Auto {
		x.opt.Method = n.method(x)
	}
	if err := x.build(ctx, n.queries, n.k); err != nil {
		return nil, err
	}
	b, err := x.newBatch(ctx, n.queries, n.k, SearchOptions{})
	if err != nil {
		return nil, err
	}
	b.within, b.radii = true, radii
	if err := b.run(ctx); err != nil {
		return nil, err
	}
	if b.tree != nil {
		n.seen, n.visits = float64(len(rows)/n.dim), b.visits
	}
	return b.res, nil
}

// radii returns how far away a row may be that is among the nearest of each query, and
// whether that is known of all.
func (n *Nearest) radii() (radii []float64, bounded bool) {
	radii, bounded = make([]float64, n.Len()), true
	for q := range radii {
		if _, distances := n.Of(q); len(distances) == n.k {
			radii[q] = distances[n.k-1]
		} else {
			radii[q], bounded = math.Inf(1), false
		}
	}
	return radii, bounded
}

// method returns how the rows of x are searched within the radii: in a tree where that
// costs less than comparing with all, by what queries visited in the last one. The
// first is tried where few boxes are thought to be near enough.
func (n *Nearest) method(x *Index) Method {
	if x.metric != L2Squared && x.metric != L1 {
		return Brute
	}
	c, rows, d, q := costsOn(reference), float64(x.rows), float64(x.dim), float64(n.Len())
	tiles, boxes := 1.0, 3*math.Log2(max(2, rows/simd.BlockRows))
	if n.seen > 0 {
		tiles, boxes = float64(n.visits.tiles)/q*rows/n.seen, float64(n.visits.boxes)/q
	}
	visit := tiles*(c.call+simd.BlockRows*simd.TileQueries*d*c.tile*c.leaf) + boxes*(c.box+c.side*d)
	if c.build(rows, d)+q*visit < rows*d*(c.pack+q*c.tile) {
		return KDTree
	}
	return Brute
}

// merge puts neighbors of query q, in order, among those that are there.
func (n *Nearest) merge(q int, e entries) {
	ids, distances := n.Of(q)
	if len(ids) == n.k && (len(e.ids) == 0 || !before(e, 0, entries{ids, distances}, n.k-1)) {
		return // almost always
	}
	was, m, a, b := entries{ids, distances}, n.merged, 0, 0
	for a+b < n.k && (a < len(ids) || b < len(e.ids)) {
		from, at := was, a
		if b < len(e.ids) && (a == len(ids) || before(e, b, was, a)) {
			from, at = e, b
			b++
		} else {
			a++
		}
		m.ids[a+b-1], m.distances[a+b-1] = from.ids[at], from.distances[at]
	}
	lo := q * n.k
	copy(n.ids[lo:], m.ids[:a+b])
	copy(n.distances[lo:], m.distances[:a+b])
	n.counts[q] = int32(a + b)
}

// before tells whether entry i of e is nearer than entry j of f.
func before(e entries, i int, f entries, j int) bool {
	return e.distances[i] < f.distances[j] || e.distances[i] == f.distances[j] && e.ids[i] < f.ids[j]
}

// Merge takes account of the rows that o did, which stays as it is. The error is
// ErrOptions where o was not made for the same queries, k and options.
func (n *Nearest) Merge(o *Nearest) error {
	if n.dim != o.dim || n.k != o.k || n.opt.Metric != o.opt.Metric || n.opt.Nominal != o.opt.Nominal || !slices.Equal(n.queries, o.queries) {
		return fmt.Errorf("%w: neighbors of other queries cannot be merged", ErrOptions)
	}
	for q := range n.counts {
		ids, distances := o.Of(q)
		n.merge(q, entries{ids, distances})
	}
	return nil
}

// IDs returns the ids of from or more that are among the neighbors of any query,
// ascending: with from the first id of a batch, those of its rows that matter so far.
func (n *Nearest) IDs(from int64) []int64 {
	var list []int64
	for q := range n.counts {
		ids, _ := n.Of(q)
		for _, id := range ids {
			if id >= from {
				list = append(list, id)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
