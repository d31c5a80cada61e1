package exact

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/simd"
)

// Costs in nanoseconds on one core, measured on a Zen 5 machine with AVX-512. They
// decide only which way is taken; on other machines their ratios are much the same.
const (
	costTile    = 0.0105 // a column of a row against a query, four queries at once
	costQuery   = 3000   // what passes the filter, for a query by brute force
	costPack    = 0.4    // a column of a row
	costHashRow = 30     // finding the equals of a row ...
	costHash    = 0.6    // ... and for each of its columns
	costTree    = 60     // building a tree, for a row ...
	costColumn  = 8      // ... and for each of its columns
	costCall    = 20     // handing a block to a kernel
	costBox     = 5      // comparing a query with a box ...
	costSide    = 1      // ... and for each of its columns
)

// manyQueries stands for the number of queries where it is not known.
const manyQueries = 1 << 16

// usualK stands for k where it is not known.
const usualK = 10

// mostlyUnique is the share of distinct rows above which equal rows are not kept
// together: the lists of row ids would take more than they save.
const mostlyUnique = 0.9

// plan is how an index will answer queries.
type plan struct {
	given   []float32 // the queries, or nil
	queries float64   // how many
	k       int
	dedupe  bool
	method  Method
	reason  string
}

// plan decides whether equal rows are looked for. queries may be nil.
func (x *Index) plan(queries []float32, k int) *plan {
	p := &plan{given: queries, queries: float64(x.opt.Queries), k: k}
	switch {
	case queries != nil:
		p.queries = float64(len(queries) / x.dim)
	case x.opt.Queries == 0:
		p.queries = manyQueries
	}
	n, d := float64(x.rows), float64(x.dim)
	find := n * (costHashRow + costHash*d)
	saved := (1 - x.from.uniqueShare()) * n * d * (costPack + costTile*p.queries)
	p.dedupe = saved > find
	return p
}

// chooseMethod decides how queries are answered, once the rows to be searched are
// known.
func (p *plan) chooseMethod(ctx context.Context, x *Index) error {
	n, d := float64(x.places), float64(x.dim)
	brute := p.queries * (n*d*costTile + costQuery)
	build := n * (costTree + costColumn*d)
	switch {
	case x.opt.Method != Auto:
		p.method, p.reason = x.opt.Method, "the options ask for it"
	case x.metric != L2Squared && x.metric != L1:
		p.method, p.reason = Brute, fmt.Sprintf("a tree has no bounds for metric %v", x.metric)
	case x.places < 4*treeSample:
		p.method, p.reason = Brute, fmt.Sprintf("a tree does not pay for %d distinct rows", x.places)
	case build >= brute:
		p.method, p.reason = Brute, fmt.Sprintf("comparing %.0f queries with all %d rows takes about %s and building a tree alone %s",
			p.queries, x.places, milliseconds(brute), milliseconds(build))
	default:
		query, err := p.treeCost(ctx, x)
		if err != nil {
			return err
		}
		tree := build + p.queries*query
		if p.method = KDTree; tree >= brute {
			p.method = Brute
		}
		p.reason = fmt.Sprintf("for %.0f queries a tree takes about %s and comparing with all %d rows %s",
			p.queries, milliseconds(tree), x.places, milliseconds(brute))
	}
	return nil
}

func milliseconds(ns float64) string { return fmt.Sprintf("%.3g ms", ns/1e6) }

// Rows and queries of the trees on which treeCost counts.
const (
	treeSample  = 2048
	treeQueries = 32
)

// treeCost estimates the nanoseconds that a tree over the places of x takes for a
// query: it counts what queries visit in trees over two samples, the second four
// times the first, and lets the counts grow on by the same power of the rows.
func (p *plan) treeCost(ctx context.Context, x *Index) (float64, error) {
	queries := p.given
	if queries == nil {
		queries = x.from.gather(nil, x.from.sample(treeQueries))
	}
	small, err := x.countVisits(ctx, queries, p.k, treeSample/4)
	if err != nil {
		return 0, err
	}
	large, err := x.countVisits(ctx, queries, p.k, treeSample)
	if err != nil {
		return 0, err
	}
	d, steps := float64(x.dim), math.Log(float64(x.places)/treeSample)/math.Log(4)
	extend := func(small, large int) float64 {
		return float64(large) * math.Pow(max(1, float64(large)/float64(small)), steps)
	}
	ns := extend(small.tiles, large.tiles)*(costCall+simd.BlockRows*simd.TileQueries*d*costTile) + extend(small.boxes, large.boxes)*(costBox+costSide*d)
	return ns / float64(large.queries), nil
}

// visits counts what the search of a tree does.
type visits struct{ queries, tiles, boxes int }

// countVisits returns what some of queries visit in a tree over count of the
// places of x.
func (x *Index) countVisits(ctx context.Context, queries []float32, k, count int) (visits, error) {
	opt := Options{Metric: x.metric, Nominal: x.nominal, Method: KDTree, Threads: 1}
	small, err := newIndex(ctx, x.from.gather(nil, x.from.sample(count)), x.dim, opt, x.kernels.Level())
	if err != nil {
		return visits{}, err
	}
	if err := small.build(ctx, nil, k); err != nil {
		return visits{}, err
	}
	some := source{rows: queries, dim: x.dim}
	b, err := small.search(ctx, some.gather(nil, some.sample(treeQueries)), k)
	return b.visits, err
}

// uniqueShare estimates the share of distinct rows from a sample (Chao,
// Nonparametric Estimation of the Number of Classes in a Population, Scandinavian
// Journal of Statistics 11, 1984). It is 1 where the sample has no equal rows.
func (s source) uniqueShare() float64 {
	n := s.len()
	sample := s.gather(nil, s.sample(hashSample))
	groups, err := dedupe.Find(context.Background(), sample, s.dim, 1)
	if err != nil {
		return 1 // only the context, which cannot end, makes an error
	}
	var once, twice float64
	for i := range groups.Len() {
		switch groups.Starts[i+1] - groups.Starts[i] {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	switch {
	case groups.Len() == len(sample)/s.dim:
		return 1
	case n <= hashSample:
		return float64(groups.Len()) / float64(n)
	}
	return min(1, (float64(groups.Len())+once*once/(2*max(1, twice)))/float64(n))
}

// hashSample is the number of rows on which uniqueShare looks.
const hashSample = 4096

// byVariance returns the columns with the most varied first, or nil where their
// order does not matter. Kernels give up on rows that are too far by their first
// columns, from abandonColumns columns on. Nominal columns stay last.
func (s source) byVariance(m Metric, nominal int) []int {
	if s.dim < abandonColumns || (m != L2Squared && m != L1) {
		return nil
	}
	sum, spread := make([]float64, s.dim), make([]float64, s.dim)
	s.spread(sum, spread, s.sample(256), nominal)
	order := make([]int, s.dim)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order[:s.dim-nominal], func(a, b int) int { return cmp.Compare(spread[b], spread[a]) })
	return order
}

const abandonColumns = 64
