package detect

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"

	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/xrand"
)

// The settings of the isolation forest's paper.
const (
	isolationTrees  = 100
	isolationSample = 256
)

// iforest is an isolation forest (Liu, Ting and Zhou, Isolation Forest, ICDM 2008): rows
// that random cuts separate early are anomalous. The score is the paper's, 2^-(mean path
// length / that of an average row).
type iforest struct {
	opt   Options
	dim   int
	trees []tree // values are path lengths
	usual float64
}

func newIForest(opt Options) Detector { return &iforest{opt: opt} }

// Fit implements [Detector].
func (f *iforest) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, false); err != nil {
		return err
	}
	t := table{x, dim, anomaly}
	sample := min(isolationSample, t.rows())
	f.dim, f.trees, f.usual = dim, make([]tree, isolationTrees), pathLength(sample)
	depth := bits.Len(uint(sample - 1)) // log2, rounded up
	return parallel.Do(ctx, f.opt.Threads, isolationTrees, func(_, i int) error {
		r := newRand(f.opt.Seed, uint64(i))
		ids := sequence(t.rows())
		for k := range sample {
			j := k + r.IntN(len(ids)-k)
			ids[k], ids[j] = ids[j], ids[k]
		}
		g := &isolation{t: t, r: r}
		g.grow(ids[:sample], depth, 0)
		f.trees[i] = g.tree
		return nil
	})
}

// Score implements [Detector].
func (f *iforest) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, f.dim); err != nil {
		return nil, err
	}
	scores := sumTrees(f.trees, 0, x, f.dim)
	for i, length := range scores {
		scores[i] = xrand.Exp(-length / isolationTrees / f.usual * math.Ln2)
	}
	return scores, ctx.Err()
}

// pathLength returns the mean length of an unsuccessful search in a binary search tree of
// n rows, which stands for the part of a path that was not grown: 2·H(n-1) - 2(n-1)/n.
func pathLength(n int) float64 {
	const eulerGamma = 0.57721566490153286
	switch {
	case n < 2:
		return 0
	case n == 2:
		return 1
	}
	m := float64(n - 1)
	return float64(2*(xrand.Log(m)+eulerGamma)) - 2*m/float64(n)
}

// isolation grows a tree of random cuts.
type isolation struct {
	t       table
	r       *rand.Rand
	tree    tree
	columns []int
}

// grow appends the tree of the rows ids, at most depth levels below this one, and returns
// its root.
func (g *isolation) grow(ids []int, depth int, above float64) int32 {
	node := int32(len(g.tree))
	g.tree = append(g.tree, treeNode{value: above + pathLength(len(ids))})
	if depth == 0 || len(ids) < 2 {
		return node
	}
	column, low, high := g.pick(ids)
	if column < 0 {
		return node
	}
	cut := min(low+float32(g.r.Float64()*float64(high-low)), math.Nextafter32(high, low))
	n := 0
	for i, id := range ids {
		if g.t.x[id*g.t.dim+column] <= cut {
			ids[n], ids[i] = ids[i], ids[n]
			n++
		}
	}
	left := g.grow(ids[:n], depth-1, above+1)
	right := g.grow(ids[n:], depth-1, above+1)
	g.tree[node] = treeNode{column: int32(column), left: left, right: right, cut: cut}
	return node
}

// pick returns a random column that varies among the rows ids, and its range; column -1
// where none does.
func (g *isolation) pick(ids []int) (column int, low, high float32) {
	if g.columns == nil {
		g.columns = sequence(g.t.dim)
	}
	for i := range g.columns {
		k := i + g.r.IntN(len(g.columns)-i)
		g.columns[i], g.columns[k] = g.columns[k], g.columns[i]
		column = g.columns[i]
		low = g.t.x[ids[0]*g.t.dim+column]
		high = low
		for _, id := range ids {
			v := g.t.x[id*g.t.dim+column]
			low, high = min(low, v), max(high, v)
		}
		if low < high {
			return column, low, high
		}
	}
	return -1, 0, 0
}
