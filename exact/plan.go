package exact

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nngmix/nngmix/internal/dedupe"
	"github.com/nngmix/nngmix/internal/estimate"
	"github.com/nngmix/nngmix/simd"
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
	queries float64   // how many distinct ones
	k       int
	costs   costs
	dedupe  bool
	method  Method
	reason  string
}

// plan decides whether equal rows are looked for. queries may be nil.
func (x *Index) plan(queries []float32, k int, m estimate.Machine) *plan {
	p := &plan{given: queries, queries: float64(x.opt.Queries), k: k, costs: costsOn(m)}
	switch {
	case queries != nil:
		asked := source{rows: queries, dim: x.dim}
		p.queries = float64(asked.len())
		if p.queries > fewQueries {
			p.queries *= asked.uniqueShare()
		}
		p.queries = max(p.queries, float64(x.opt.Queries))
	case x.opt.Queries == 0:
		p.queries = manyQueries
	}
	n, d := float64(x.rows), float64(x.dim)
	find := p.costs.find(n, d)
	all := n * d * (p.costs.pack + p.costs.tile*p.queries)
	p.dedupe = all > find && (1-x.from.uniqueShare())*all > find
	return p
}

// fewQueries is a number of queries so small that equal ones need no counting.
const fewQueries = 64

// chooseMethod decides how queries are answered, once the rows to be searched are
// known.
func (p *plan) chooseMethod(ctx context.Context, x *Index) error {
	if x.opt.Method != Auto {
		p.method, p.reason = x.opt.Method, "the options ask for it"
		return nil
	}
	n, d := float64(x.places), float64(x.dim)
	build, query, why, err := p.tree(ctx, x)
	if err != nil {
		return err
	}
	p.method, p.reason = Brute, why
	if why == "" {
		brute, tree := p.brute(n, d), build+p.queries*query
		if tree < brute {
			p.method = KDTree
		}
		p.reason = fmt.Sprintf("for %.0f queries a tree takes about %s and comparing with all %d rows %s",
			p.queries, milliseconds(tree), x.places, milliseconds(brute))
	}
	return nil
}

// tree estimates what a tree over the places of x takes to build and for a query,
// or tells why it is not thought of.
func (p *plan) tree(ctx context.Context, x *Index) (build, query float64, why string, err error) {
	if x.metric != L2Squared && x.metric != L1 {
		return 0, 0, fmt.Sprintf("a tree has no bounds for metric %v", x.metric), nil
	}
	n, d := float64(x.places), float64(x.dim)
	build = p.costs.build(n, d)
	brute := p.brute(n, d)
	s, pays := p.treeSample(x.places, d)
	switch {
	case build >= brute:
		why = fmt.Sprintf("comparing %.0f queries with all %d rows takes about %s and building a tree alone %s",
			p.queries, x.places, milliseconds(brute), milliseconds(build))
	case !pays && x.dim > fewColumns:
		why = fmt.Sprintf("comparing %.0f queries with all %d rows takes about %s, too little to look at a tree", p.queries, x.places, milliseconds(brute))
	case !pays:
		query = p.treeGuess(n, d)
	default:
		query, err = p.treeCost(ctx, x, s)
	}
	if x.dim >= abandonColumns {
		query *= wideTree
	}
	return build, query, why, err
}

// brute returns the cost of answering all queries by brute force.
func (p *plan) brute(n, d float64) float64 {
	passes := 1.0
	if p.given != nil { // the rows stay where they are and are packed for each batch
		passes = math.Ceil(p.queries / batchQueries)
	}
	return p.queries*p.costs.query(n, d, p.k) + passes*n*d*p.costs.pack
}

func milliseconds(ns float64) string { return fmt.Sprintf("%.3g ms", ns/1e6) }

// Limits of the trees on which treeCost counts.
const (
	treeSample  = 1024 // rows, at least
	treeQueries = 256  // at most, and at least an eighth
	treeShare   = 0.03 // of the cost of brute force is what counting is to cost ...
	treeMost    = 0.1  // ... and what it may cost
)

// sample is the size of a tree on which visits are counted, and of a second one
// with a quarter of the rows.
type sample struct{ rows, queries int }

// countingCost returns what counting takes, half of it overhead.
func (p *plan) countingCost(s sample, d float64) float64 {
	rows, queries := 1.25*float64(s.rows), float64(min(s.queries, int(p.queries)))
	return 2 * (p.costs.build(rows, d) + queries*(rows*d*p.costs.tile*p.costs.leaf+4*float64(p.k)*p.costs.hit(d)))
}

// treeSample returns how large a sample the cost of brute force allows, and
// whether any pays.
func (p *plan) treeSample(n int, d float64) (sample, bool) {
	budget := treeShare * p.brute(float64(n), d)
	s := sample{min(n, treeSample), treeQueries / 8}
	if p.countingCost(s, d) > treeMost/treeShare*budget {
		return s, false
	}
	grow := func(value *int, most int) {
		for *value < most {
			before := *value
			if *value = min(2*before, most); p.countingCost(s, d) > budget {
				*value = before
				return
			}
		}
	}
	grow(&s.queries, treeQueries)
	grow(&s.rows, n)
	return s, true
}

// wideTree is how much cheaper a tree must look than brute force where kernels give
// up on rows by their first columns, which brute force gains more from: measured on
// the anomalies of ADBench's backdoor, of 196 columns.
const wideTree = 2

// treeCost estimates the nanoseconds that a tree over the places of x takes for a
// query: it counts what queries visit in trees over two samples, the second four
// times the first, and lets the counts grow on by the same power of the rows. Where
// brute force takes long the samples are large; the second may be all rows.
func (p *plan) treeCost(ctx context.Context, x *Index, s sample) (float64, error) {
	queries := p.given
	if queries == nil {
		queries = x.from.gather(nil, x.from.sample(s.queries))
	}
	n, d := float64(x.places), float64(x.dim)
	large, err := x.countVisits(ctx, queries, p.k, s)
	if err != nil {
		return 0, err
	}
	small, steps := large, 0.0
	if s.rows < x.places {
		if small, err = x.countVisits(ctx, queries, p.k, sample{s.rows / 4, s.queries}); err != nil {
			return 0, err
		}
		steps = math.Log(n/float64(s.rows)) / math.Log(4)
	}
	queried := float64(large.queries)
	extend := func(small, large int) float64 {
		return float64(large) / queried * math.Pow(max(1, float64(large)/float64(small)), steps)
	}
	return p.visitCost(n, d, extend(small.tiles, large.tiles), extend(small.boxes, large.boxes)), nil
}

// visitCost returns what a query takes that visits tiles, which it shares with
// others, and boxes in a tree of n rows.
func (p *plan) visitCost(n, d, tiles, boxes float64) float64 {
	tile := p.costs.call + simd.BlockRows*simd.TileQueries*d*p.costs.tile*p.costs.leaf*(1+0.15*spill(n, d))
	seen := min(n, tiles*simd.TileQueries*simd.BlockRows)
	return tiles*tile + boxes*(p.costs.box+p.costs.side*d) + p.costs.hits(seen, d, p.k)
}

// fewColumns is the number of columns up to which treeGuess is any good.
const fewColumns = 4

// treeGuess returns what a query takes in a tree where counting would cost too
// much, as if rows and queries were spread evenly: the cube that holds the k
// nearest touches (1+s)^d blocks, which are cubes with 1/s of its side. Four
// queries that go together touch twice as many.
func (p *plan) treeGuess(n, d float64) float64 {
	touched := math.Pow(1+math.Pow(float64(p.k)/simd.BlockRows, 1/d), d)
	tiles := min(2*touched, n/simd.BlockRows+1) / simd.TileQueries
	return p.visitCost(n, d, tiles, 4*tiles*simd.TileQueries)
}

// visits counts what the search of a tree does.
type visits struct{ queries, tiles, boxes int }

// countVisits returns what some of queries visit in a tree over some of the places
// of x.
func (x *Index) countVisits(ctx context.Context, queries []float32, k int, s sample) (visits, error) {
	opt := Options{Metric: x.metric, Nominal: x.nominal, Method: KDTree, Queries: 1, Threads: 1}
	small, err := newIndex(ctx, x.from.gather(nil, x.from.sample(s.rows)), x.dim, opt, x.kernels.Level())
	if err != nil {
		return visits{}, err
	}
	if err := small.build(ctx, nil, k); err != nil {
		return visits{}, err
	}
	asked := source{rows: queries, dim: x.dim}
	b, err := small.newBatch(ctx, asked.gather(nil, asked.sample(s.queries)), k, SearchOptions{})
	if err != nil {
		return visits{}, err
	}
	err = b.run(ctx)
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
