package detect

// tree is a binary decision tree over rows. Node 0 is the root.
type tree []treeNode

// treeNode sends rows whose value in column is at most cut to node left, others to node
// right. A leaf has left 0.
type treeNode struct {
	column      int32
	left, right int32
	cut         float32
	value       float64 // of a leaf
}

// value returns the value of the leaf that row falls into.
func (t tree) value(row []float32) float64 {
	n := &t[0]
	for n.left > 0 {
		if row[n.column] <= n.cut {
			n = &t[n.left]
		} else {
			n = &t[n.right]
		}
	}
	return n.value
}

// sumTrees returns, for each row of x, first plus the sum of the values that trees give.
func sumTrees(trees []tree, first float64, x []float32, dim int) []float64 {
	sums := make([]float64, len(x)/dim)
	for i := range sums {
		sums[i] = first
		for _, t := range trees {
			sums[i] += t.value(x[i*dim : (i+1)*dim])
		}
	}
	return sums
}

// partition reorders rows so that those with codes at most bin come first, both parts in
// their old order, and returns how many these are. scratch has the length of rows.
func partition(rows, scratch []int32, codes []uint8, bin int) int {
	left, right := 0, 0
	for _, r := range rows {
		if int(codes[r]) <= bin {
			rows[left] = r
			left++
		} else {
			scratch[right] = r
			right++
		}
	}
	copy(rows[left:], scratch[:right])
	return left
}
