package detect

import (
	"context"

	"github.com/nngmix/nngmix/internal/xrand"
)

// The settings of scikit-learn's HistGradientBoostingClassifier, without its early
// stopping.
const (
	boostTrees   = 100
	boostRate    = 0.1
	boostLeaves  = 31
	boostMinRows = 20   // in a leaf
	boostMinHess = 1e-3 // sum of second derivatives in a leaf
)

// gbdt is gradient boosting of decision trees on binned columns (Ke et al., LightGBM,
// NeurIPS 2017) for the logistic loss, each tree grown leaf by leaf where the loss falls
// most. The score is the logit.
type gbdt struct {
	dim   int
	base  float64 // logit of the share of anomalies
	trees []tree
}

func newGBDT(Options) Detector { return &gbdt{} }

// Fit implements [Detector].
func (g *gbdt) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	var positive float64
	for _, a := range anomaly {
		positive += float64(class(a))
	}
	g.dim, g.trees = dim, nil
	g.base = xrand.Log(positive / (float64(len(anomaly)) - positive))
	b := newBins(table{x, dim, anomaly})
	logits := make([]float64, len(anomaly))
	for i := range logits {
		logits[i] = g.base
	}
	grower := newGrower(b)
	for range boostTrees {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, z := range logits {
			p := 1 / (1 + xrand.Exp(-z))
			grower.slope[i] = p - float64(class(anomaly[i]))
			grower.hess[i] = float64(p * (1 - p))
		}
		g.trees = append(g.trees, grower.grow(logits))
	}
	return nil
}

// Score implements [Detector].
func (g *gbdt) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, g.dim); err != nil {
		return nil, err
	}
	return sumTrees(g.trees, g.base, x, g.dim), ctx.Err()
}

// sums are those of the first and second derivatives of the loss over some rows.
type sums struct {
	slope, hess float64
	rows        int
}

func (s sums) minus(o sums) sums { return sums{s.slope - o.slope, s.hess - o.hess, s.rows - o.rows} }

// value returns the step that lowers the loss of the rows most.
func (s sums) value() float64 { return -s.slope / (s.hess + 1e-15) }

// loss returns twice the change of the loss by that step.
func (s sums) loss() float64 { return float64(s.slope * s.value()) }

// grower grows trees on the same rows.
type grower struct {
	b           *bins
	slope, hess []float64 // by row
	rows        []int32   // those of each leaf stand together
	scratch     []int32
	free        [][]sums // histograms for reuse
}

func newGrower(b *bins) *grower {
	return &grower{b: b, slope: make([]float64, b.rows), hess: make([]float64, b.rows),
		rows: make([]int32, b.rows), scratch: make([]int32, b.rows)}
}

// leaf is a leaf of a growing tree with its best split.
type leaf struct {
	node        int32
	rows        []int32
	all         sums
	hist        []sums // by bin, all columns
	column, bin int
	gain        float64 // 0 where no split is allowed
	left        sums
}

// grow returns a tree for the derivatives in g and adds its values to logits.
func (g *grower) grow(logits []float64) tree {
	root := &leaf{rows: g.rows, hist: g.histogram()}
	for i := range g.rows {
		g.rows[i] = int32(i)
		root.all.slope += g.slope[i]
		root.all.hess += g.hess[i]
		root.all.rows++
	}
	g.fill(root)
	g.findSplit(root)
	t, leaves := tree{{}}, []*leaf{root}
	for len(leaves) < boostLeaves {
		best := 0
		for i, l := range leaves {
			if l.gain > leaves[best].gain {
				best = i
			}
		}
		if leaves[best].gain <= 0 {
			break
		}
		l, r := g.split(leaves[best], &t)
		leaves[best] = l
		leaves = append(leaves, r)
	}
	for _, l := range leaves {
		value := float64(boostRate * l.all.value())
		t[l.node].value = value
		for _, row := range l.rows {
			logits[row] += value
		}
		g.free = append(g.free, l.hist)
	}
	return t
}

// histogram returns room for one sum per bin.
func (g *grower) histogram() []sums {
	if n := len(g.free); n > 0 {
		h := g.free[n-1]
		g.free = g.free[:n-1]
		return h
	}
	return make([]sums, g.b.total)
}

// fill computes the histograms of l.
func (g *grower) fill(l *leaf) {
	clear(l.hist)
	for j, codes := range g.b.codes {
		hist := l.hist[g.b.first[j]:]
		for _, r := range l.rows {
			h := &hist[codes[r]]
			h.slope += g.slope[r]
			h.hess += g.hess[r]
			h.rows++
		}
	}
}

// findSplit finds the split of l that lowers the loss most.
func (g *grower) findSplit(l *leaf) {
	l.gain = 0
	if l.all.rows < 2*boostMinRows {
		return
	}
	for j := range g.b.codes {
		first, last := g.b.first[j], g.b.first[j]+g.b.size(j)-1
		var left sums
		for bin, h := range l.hist[first:last] {
			left.slope += h.slope
			left.hess += h.hess
			left.rows += h.rows
			right := l.all.minus(left)
			if right.rows < boostMinRows || right.hess < boostMinHess {
				break
			}
			if left.rows < boostMinRows || left.hess < boostMinHess {
				continue
			}
			if gain := l.all.loss() - left.loss() - right.loss(); gain > l.gain {
				l.gain, l.column, l.bin, l.left = gain, j, bin, left
			}
		}
	}
}

// split divides l, whose histograms the larger part takes over, and adds two nodes to t.
func (g *grower) split(l *leaf, t *tree) (left, right *leaf) {
	n := partition(l.rows, g.scratch, g.b.codes[l.column], l.bin)
	node := int32(len(*t))
	*t = append(*t, treeNode{}, treeNode{})
	(*t)[l.node] = treeNode{column: int32(l.column), left: node, right: node + 1, cut: g.b.cuts[l.column][l.bin]}
	left = &leaf{node: node, rows: l.rows[:n], all: l.left}
	right = &leaf{node: node + 1, rows: l.rows[n:], all: l.all.minus(l.left)}
	small, large := left, right
	if len(left.rows) > len(right.rows) {
		small, large = right, left
	}
	small.hist, large.hist = g.histogram(), l.hist
	g.fill(small)
	for i, h := range small.hist {
		large.hist[i] = large.hist[i].minus(h)
	}
	g.findSplit(small)
	g.findSplit(large)
	return left, right
}
