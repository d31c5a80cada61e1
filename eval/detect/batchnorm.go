package detect

import "math"

const (
	normEps      = 1e-4 // added to a variance
	normMomentum = 0.1  // weight of a batch in the running mean and variance
	leak         = 0.01 // slope of the leaky ReLU below 0
)

// batchNorm normalizes each column of a batch by the batch's own mean and variance, and
// rows to be scored by the running ones (Ioffe and Szegedy, Batch Normalization, ICML
// 2015), without scale and shift of its own. Leaky ReLU follows.
type batchNorm struct {
	mean, variance []float32 // running
	scale          []float32 // 1/sqrt(variance + normEps) of the last batch
	sum, dot       []float32 // scratch, by column
	hat            []float32 // the last batch, normalized
}

func newBatchNorm(width, maxRows int) *batchNorm {
	cut := func() []float32 { return make([]float32, width) }
	b := &batchNorm{cut(), cut(), cut(), cut(), cut(), make([]float32, width*maxRows)}
	for j := range b.variance {
		b.variance[j] = 1
	}
	return b
}

// copyFrom takes over the running mean and variance of o.
func (b *batchNorm) copyFrom(o *batchNorm) {
	copy(b.mean, o.mean)
	copy(b.variance, o.variance)
}

// train replaces the n rows of y by their activation and updates the running mean and
// variance.
func (b *batchNorm) train(y []float32, n int) {
	mean, square, inv := b.sum, b.dot, 1/float32(n)
	columnSums(mean, y)
	for j := range mean {
		mean[j] = float32(mean[j] * inv)
	}
	clear(square)
	for row := range rowsOf(y, len(mean)) {
		for j, v := range row {
			d := v - mean[j]
			square[j] += float32(d * d)
		}
	}
	unbiased := 1 / float32(max(n-1, 1))
	for j, sq := range square {
		b.scale[j] = invSqrt(float32(sq*inv) + normEps)
		b.mean[j] += float32(normMomentum * (mean[j] - b.mean[j]))
		b.variance[j] += float32(normMomentum * (float32(sq*unbiased) - b.variance[j]))
	}
	b.activate(y, mean)
}

// apply replaces the rows of y by their activation, using the running mean and variance.
func (b *batchNorm) apply(y []float32) {
	for j, v := range b.variance {
		b.scale[j] = invSqrt(v + normEps)
	}
	b.activate(y, b.mean)
}

// activate normalizes the rows of y by mean and b.scale and applies the leaky ReLU.
func (b *batchNorm) activate(y, mean []float32) {
	scale, w := b.scale, len(mean)
	for i := 0; i < len(y); i += w {
		row, hat := y[i:i+w], b.hat[i:i+w]
		for j, v := range row {
			h := float32((v - mean[j]) * scale[j])
			hat[j] = h
			row[j] = float32(h * slope(h))
		}
	}
}

// backward turns the gradient by the activations of the last batch, of n rows, into
// that by the values given to train:
//
//	g  = dy · slope
//	dx = scale · (g - mean(g) - hat·mean(g·hat))
func (b *batchNorm) backward(dy []float32, n int) {
	sum, dot, scale, w := b.sum, b.dot, b.scale, len(b.sum)
	clear(sum)
	clear(dot)
	for i := 0; i < len(dy); i += w {
		row, hat := dy[i:i+w], b.hat[i:i+w]
		for j, h := range hat {
			g := float32(row[j] * slope(h))
			row[j] = g
			sum[j] += g
			dot[j] += float32(g * h)
		}
	}
	inv := 1 / float32(n)
	for j := range sum {
		sum[j], dot[j] = float32(sum[j]*inv), float32(dot[j]*inv)
	}
	for i := 0; i < len(dy); i += w {
		row, hat := dy[i:i+w], b.hat[i:i+w]
		for j, h := range hat {
			row[j] = float32(scale[j] * (row[j] - sum[j] - float32(h*dot[j])))
		}
	}
}

// slopes by sign bit: a table, since half of the branches would be mispredicted.
var slopes = [2]float32{1, leak}

// slope returns the slope of the leaky ReLU at x.
func slope(x float32) float32 { return slopes[math.Float32bits(x)>>31] }

func invSqrt(x float32) float32 { return 1 / float32(math.Sqrt(float64(x))) }

// columnSums sets sum to the column sums of y.
func columnSums(sum, y []float32) {
	clear(sum)
	for row := range rowsOf(y, len(sum)) {
		for j, v := range row {
			sum[j] += v
		}
	}
}

// rowsOf yields the rows of y, of width columns.
func rowsOf(y []float32, width int) func(func([]float32) bool) {
	return func(yield func([]float32) bool) {
		for i := 0; i < len(y); i += width {
			if !yield(y[i : i+width]) {
				return
			}
		}
	}
}
