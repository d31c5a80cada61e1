package detect

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/nngmix/nngmix/internal/parallel"
)

// forestTrees is how many trees a random forest has.
const forestTrees = 100

// forest is a random forest (Breiman, Random Forests, Machine Learning 45, 2001) with the
// defaults of scikit-learn's RandomForestClassifier, but on binned columns: trees grown
// to pure leaves on bootstrap samples, splits by Gini impurity among sqrt(dim) columns.
// The score is the mean share of anomalies in the leaves that a row falls into.
type forest struct {
	opt   Options
	dim   int
	trees []tree
}

func newForest(opt Options) Detector { return &forest{opt: opt} }

// Fit implements [Detector].
func (f *forest) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	f.dim, f.trees = dim, make([]tree, forestTrees)
	b := newBins(table{x, dim, anomaly})
	columns := max(1, int(math.Sqrt(float64(dim))))
	return parallel.Do(ctx, f.opt.Threads, forestTrees, func(_, i int) error {
		r := newRand(f.opt.Seed, uint64(i))
		weights := make([]int32, len(anomaly))
		for range weights {
			weights[r.IntN(len(weights))]++
		}
		f.trees[i] = growGini(b, anomaly, weights, columns, 0, r)
		return nil
	})
}

// Score implements [Detector].
func (f *forest) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, f.dim); err != nil {
		return nil, err
	}
	scores := sumTrees(f.trees, 0, x, f.dim)
	for i := range scores {
		scores[i] /= forestTrees
	}
	return scores, ctx.Err()
}

// gini grows a classification tree.
type gini struct {
	b       *bins
	anomaly []bool
	weights []int32 // how often a row counts; 0 = not at all
	columns int     // that vary and are tried for a split
	depth   int     // greatest depth, 0 = any
	r       *rand.Rand

	tree    tree
	scratch []int32
	order   []int        // columns, shuffled as needed
	hist    [][2]float64 // by bin: weight of normal rows, of anomalies
}

// growGini grows a tree on the rows of b.
func growGini(b *bins, anomaly []bool, weights []int32, columns, depth int, r *rand.Rand) tree {
	g := &gini{b: b, anomaly: anomaly, weights: weights, columns: columns, depth: depth, r: r,
		scratch: make([]int32, b.rows), order: sequence(len(b.codes)), hist: make([][2]float64, maxBins)}
	var rows []int32
	for i, w := range weights {
		if w > 0 {
			rows = append(rows, int32(i))
		}
	}
	g.grow(rows, 1)
	return g.tree
}

// grow appends the tree of rows and returns its root.
func (g *gini) grow(rows []int32, depth int) int32 {
	var count [2]float64
	for _, r := range rows {
		count[class(g.anomaly[r])] += float64(g.weights[r])
	}
	node := int32(len(g.tree))
	g.tree = append(g.tree, treeNode{value: count[1] / (count[0] + count[1])})
	if count[0] == 0 || count[1] == 0 || (g.depth > 0 && depth > g.depth) {
		return node
	}
	column, bin, next := g.best(rows, count)
	if column < 0 {
		return node
	}
	cut := middle(g.b.most[column][bin], g.b.least[column][next])
	n := partition(rows, g.scratch, g.b.codes[column], bin)
	left := g.grow(rows[:n], depth+1)
	right := g.grow(rows[n:], depth+1)
	g.tree[node] = treeNode{column: int32(column), left: left, right: right, cut: cut}
	return node
}

// best returns the split of rows with the least impurity among the first columns, in
// random order, that vary in rows: the column, the last bin on the left and the first on
// the right; column -1 where none varies.
func (g *gini) best(rows []int32, count [2]float64) (column, bin, next int) {
	column, tried := -1, 0
	var most float64
	for i := 0; i < len(g.order) && tried < g.columns; i++ {
		k := i + g.r.IntN(len(g.order)-i)
		g.order[i], g.order[k] = g.order[k], g.order[i]
		j := g.order[i]
		last, first, purity := g.split(j, rows, count)
		if purity > 0 {
			tried++
		}
		if purity > most {
			column, bin, next, most = j, last, first, purity
		}
	}
	return column, bin, next
}

// split returns between which bins with rows to cut column j and the purity reached, the
// sum over both sides of (normal² + anomalies²)/all, which is 0 where the column is
// constant.
func (g *gini) split(j int, rows []int32, count [2]float64) (bin, next int, most float64) {
	hist, codes := g.hist[:g.b.size(j)], g.b.codes[j]
	clear(hist)
	for _, r := range rows {
		hist[codes[r]][class(g.anomaly[r])] += float64(g.weights[r])
	}
	var left [2]float64
	last := -1 // bin with rows
	for c, h := range hist {
		if h[0]+h[1] == 0 {
			continue
		}
		if last >= 0 {
			right := [2]float64{count[0] - left[0], count[1] - left[1]}
			if p := purity(left) + purity(right); p > most {
				bin, next, most = last, c, p
			}
		}
		left[0] += h[0]
		left[1] += h[1]
		last = c
	}
	return bin, next, most
}

func purity(n [2]float64) float64 {
	return (float64(n[0]*n[0]) + float64(n[1]*n[1])) / (n[0] + n[1])
}

func class(anomaly bool) int {
	if anomaly {
		return 1
	}
	return 0
}
