package detect

import (
	"context"
	"math"
)

// The settings of minimize.
const (
	lbfgsMemory = 10
	lbfgsSteps  = 1000
	lbfgsTol    = 1e-6 // largest entry of the gradient at the end
)

// minimize returns a minimum of a convex function f of size variables, found by L-BFGS
// (Nocedal and Wright, Numerical Optimization, 2006, algorithms 7.4 and 7.5) from 0 with
// steps halved until the function falls enough. f sets grad and returns its value.
// gonum's optimize is not used: its vector sums differ between architectures.
func minimize(ctx context.Context, size int, f func(grad, w []float64) float64) ([]float64, error) {
	w, grad, dir := make([]float64, size), make([]float64, size), make([]float64, size)
	next, nextGrad := make([]float64, size), make([]float64, size)
	var memory []curvature
	value := f(grad, w)
	for range lbfgsSteps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if largest(grad) <= lbfgsTol {
			break
		}
		descend(dir, grad, memory)
		along, step := dot64(dir, grad), 1.0
		if len(memory) == 0 {
			step = min(1, 1/math.Sqrt(dot64(grad, grad)))
		}
		var nextValue float64
		for ; ; step /= 2 {
			addScaled(next, w, step, dir)
			nextValue = f(nextGrad, next)
			if nextValue <= value+float64(float64(1e-4*step)*along) || step < 1e-12 {
				break
			}
		}
		if nextValue >= value {
			break // rounding is all that is left
		}
		memory = remember(memory, next, w, nextGrad, grad)
		w, next, grad, nextGrad, value = next, w, nextGrad, grad, nextValue
	}
	return w, nil
}

// curvature is how the gradient changed, by y, in a step s.
type curvature struct{ s, y []float64 }

// remember appends the last step to memory and forgets the oldest of too many.
func remember(memory []curvature, next, w, nextGrad, grad []float64) []curvature {
	c := curvature{make([]float64, len(w)), make([]float64, len(w))}
	addScaled(c.s, next, -1, w)
	addScaled(c.y, nextGrad, -1, grad)
	if dot64(c.s, c.y) <= 0 {
		return memory
	}
	if len(memory) == lbfgsMemory {
		memory = memory[1:]
	}
	return append(memory, c)
}

// descend sets dir to minus the product of the approximate inverse Hessian and grad.
func descend(dir, grad []float64, memory []curvature) {
	for i, g := range grad {
		dir[i] = -g
	}
	alpha := make([]float64, len(memory))
	for i := len(memory) - 1; i >= 0; i-- {
		c := memory[i]
		alpha[i] = dot64(c.s, dir) / dot64(c.s, c.y)
		addScaled(dir, dir, -alpha[i], c.y)
	}
	if n := len(memory); n > 0 {
		c := memory[n-1]
		scale := dot64(c.s, c.y) / dot64(c.y, c.y)
		for i := range dir {
			dir[i] *= scale
		}
	}
	for i, c := range memory {
		beta := dot64(c.y, dir) / dot64(c.s, c.y)
		addScaled(dir, dir, alpha[i]-beta, c.s)
	}
}

func dot64(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += float64(v * b[i])
	}
	return sum
}

// addScaled sets dst to a + scale·b.
func addScaled(dst, a []float64, scale float64, b []float64) {
	for i, v := range b {
		dst[i] = a[i] + float64(scale*v)
	}
}

// largest returns the largest magnitude in v.
func largest(v []float64) (most float64) {
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}
