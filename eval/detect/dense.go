package detect

import (
	"math"
	"math/rand/v2"

	"github.com/nngmix/nngmix/simd"
)

// dense is a fully connected layer: y = x·w + b for rows x of in columns.
type dense struct {
	in, out int
	w, dw   []float32 // in×out, row-major, and the gradient of the loss by it
	b, db   []float32 // out, empty where the layer has no bias
}

// stack is a run of dense layers with all parameters in one slice, which an optimizer
// sees as one vector. Each layer's part is its weights, then its biases.
type stack struct {
	layers        []dense
	params, grads []float32
}

// newStack returns layers between the given widths, all zero.
func newStack(bias bool, widths ...int) *stack {
	var biases, size int
	if bias {
		biases = 1
	}
	for i, in := range widths[:len(widths)-1] {
		size += (in + biases) * widths[i+1]
	}
	s := &stack{params: make([]float32, size), grads: make([]float32, size)}
	p, g := s.params, s.grads
	for i, in := range widths[:len(widths)-1] {
		out := widths[i+1]
		n, m := in*out, biases*out
		s.layers = append(s.layers, dense{in, out, p[:n:n], g[:n:n], p[n : n+m : n+m], g[n : n+m : n+m]})
		p, g = p[n+m:], g[n+m:]
	}
	return s
}

// glorot draws weights and biases uniformly from ±sqrt(6/(in+out)), as scikit-learn
// does.
func (l *dense) glorot(r *rand.Rand) {
	uniform(r, l.w, 6/float64(l.in+l.out))
	uniform(r, l.b, 6/float64(l.in+l.out))
}

// lecun draws weights and biases uniformly from ±sqrt(1/in), as PyTorch does.
func (l *dense) lecun(r *rand.Rand) {
	uniform(r, l.w, 1/float64(l.in))
	uniform(r, l.b, 1/float64(l.in))
}

// uniform fills dst with numbers between ±sqrt(square).
func uniform(r *rand.Rand, dst []float32, square float64) {
	bound := math.Sqrt(square)
	for i := range dst {
		dst[i] = float32(bound * (float64(2*r.Float64()) - 1))
	}
}

// forward writes x·w + b to y for n rows.
func (l *dense) forward(y, x []float32, n int) {
	var beta float32
	if len(l.b) > 0 {
		beta = 1
		for i := range n {
			copy(y[i*l.out:(i+1)*l.out], l.b)
		}
	}
	simd.Gemm(false, false, n, l.out, l.in, 1, x, l.in, l.w, l.out, beta, y, l.out)
}

// backward sets the gradients of the parameters from dy, the gradient by the output of
// n rows, and, unless it is nil, dx, the gradient by the input x.
func (l *dense) backward(dx, dy, x []float32, n int) {
	simd.Gemm(true, false, l.in, l.out, n, 1, x, l.in, dy, l.out, 0, l.dw, l.out)
	if len(l.b) > 0 {
		clear(l.db)
		for i := range n {
			for j, g := range dy[i*l.out : (i+1)*l.out] {
				l.db[j] += g
			}
		}
	}
	if dx != nil {
		simd.Gemm(false, true, n, l.in, l.out, 1, dy, l.out, l.w, l.out, 0, dx, l.in)
	}
}

// relu replaces negative values by 0.
func relu(x []float32) {
	for i, v := range x {
		b := math.Float32bits(v)
		x[i] = math.Float32frombits(b &^ uint32(int32(b)>>31))
	}
}

// reluBackward replaces gradients by 0 where the output y of relu is 0.
func reluBackward(dy, y []float32) {
	y = y[:len(dy)]
	for i, g := range dy {
		positive := uint32(-int32(math.Float32bits(y[i])) >> 31)
		dy[i] = math.Float32frombits(math.Float32bits(g) & positive)
	}
}
