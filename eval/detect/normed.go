package detect

import "math/rand/v2"

// normed is a network of dense layers without biases: batch normalization and leaky
// ReLU follow each layer that has a norm, nothing follows the others.
type normed struct {
	*stack
	norms []*batchNorm // by layer, nil where there is none
	outs  [][]float32  // outputs of the layers, for up to maxRows rows
	back  [][]float32  // gradients by them
	in    []float32    // the last input
}

// newNormed returns a network between the given widths, for at most maxRows rows at
// once. The layers listed in plain have no norm.
func newNormed(r *rand.Rand, maxRows int, widths []int, plain ...int) *normed {
	n := &normed{stack: newStack(false, widths...)}
	for i := range n.layers {
		n.layers[i].lecun(r)
		out := n.layers[i].out
		n.norms = append(n.norms, newBatchNorm(out, maxRows))
		n.outs = append(n.outs, make([]float32, maxRows*out))
		n.back = append(n.back, make([]float32, maxRows*out))
	}
	for _, i := range plain {
		n.norms[i] = nil
	}
	return n
}

// forward returns the outputs for the given rows of x, which stay valid until the next
// call. In training, norms use and learn the statistics of the batch.
func (n *normed) forward(x []float32, rows int, training bool) []float32 {
	n.in = x
	for i := range n.layers {
		l, y := &n.layers[i], n.outs[i][:rows*n.layers[i].out]
		l.forward(y, x, rows)
		switch norm := n.norms[i]; {
		case norm == nil:
		case training:
			norm.train(y, rows)
		default:
			norm.apply(y)
		}
		x = y
	}
	return x
}

// gradient returns where to write the gradient by the last outputs before backward.
func (n *normed) gradient(rows int) []float32 {
	last := len(n.layers) - 1
	return n.back[last][:rows*n.layers[last].out]
}

// backward sets the gradients of the parameters from that by the outputs of the last
// forward in training.
func (n *normed) backward(rows int) {
	for i := len(n.layers) - 1; i >= 0; i-- {
		l, dy := &n.layers[i], n.back[i][:rows*n.layers[i].out]
		if n.norms[i] != nil {
			n.norms[i].backward(dy, rows)
		}
		if i > 0 {
			l.backward(n.back[i-1], dy, n.outs[i-1], rows)
		} else {
			l.backward(nil, dy, n.in, rows)
		}
	}
}

// copyFirst takes over the layers of o that n has, the first ones.
func (n *normed) copyFirst(o *normed) {
	copy(n.params, o.params[:len(n.params)])
	for i, norm := range n.norms {
		if norm != nil {
			norm.copyFrom(o.norms[i])
		}
	}
}
