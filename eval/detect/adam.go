package detect

import "math"

// adam is the optimizer Adam (Kingma and Ba, Adam: A Method for Stochastic
// Optimization, ICLR 2015, algorithm 1) with its default decay rates 0.9 and 0.999.
type adam struct {
	rate float64
	// scaledEps multiplies epsilon, 1e-8, by sqrt(1-0.999^t): the paper's algorithm, and
	// PyTorch's. Without it the formula is that at the end of the paper's section 2, and
	// scikit-learn's.
	scaledEps bool
	decay     float32 // times each parameter is added to its gradient

	m, v           []float32 // moving means of the gradients and of their squares
	power1, power2 float64   // 0.9^t, 0.999^t
}

func newAdam(size int, rate float64) *adam {
	return &adam{rate: rate, m: make([]float32, size), v: make([]float32, size), power1: 1, power2: 1}
}

// step moves params against grads.
func (a *adam) step(params, grads []float32) {
	a.power1 = float64(a.power1 * 0.9)
	a.power2 = float64(a.power2 * 0.999)
	root := math.Sqrt(1 - a.power2)
	rate, eps := float32(a.rate*root/(1-a.power1)), float32(1e-8)
	if a.scaledEps {
		eps = float32(1e-8 * root)
	}
	m, v, grads := a.m[:len(params)], a.v[:len(params)], grads[:len(params)]
	for i, p := range params {
		g := grads[i] + float32(a.decay*p)
		m[i] = float32(0.9*m[i]) + float32(0.1*g)
		v[i] = float32(0.999*v[i]) + float32(0.001*float32(g*g))
		params[i] = p - float32(rate*m[i])/(float32(math.Sqrt(float64(v[i])))+eps)
	}
}
