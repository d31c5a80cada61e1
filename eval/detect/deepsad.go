package detect

import (
	"context"
	"math/rand/v2"
)

// The settings of DeepSAD in the NNG-Mix study.
const (
	sadBatch     = 128
	sadEpochs    = 50
	sadAEEpochs  = 100  // of the autoencoder
	sadRate      = 1e-4 // 1e-3 with a milestone at epoch 0 that divides it by 10
	sadDecay     = 1e-6 // weight decay
	sadEps       = 1e-6 // added to the squared distance of labeled rows
	sadMinCenter = 0.1  // least magnitude of an entry of the center
)

// deepSAD maps rows close to a center and labeled anomalies away from it (Ruff et al.,
// Deep Semi-Supervised Anomaly Detection, ICLR 2020, equation 7 with eta = 1). The score
// is the squared distance from the center.
//
// With pretrain the encoder starts as that of an autoencoder trained on the same rows,
// and the center is the mean of its outputs, as the paper has it. Without, it is what
// the NNG-Mix study ran: the autoencoder is trained there too, but its weights are
// never copied.
type deepSAD struct {
	opt      Options
	pretrain bool

	dim    int
	net    *normed
	adam   *adam
	center []float32
	x      []float32 // of one batch
}

func newDeepSAD(opt Options) Detector          { return &deepSAD{opt: opt, pretrain: true} }
func newDeepSADReference(opt Options) Detector { return &deepSAD{opt: opt} }

// encoderWidths returns the widths of the encoder's layers.
func encoderWidths(dim int) []int { return []int{dim, 100, 20, 10} }

// Fit implements [Detector].
func (d *deepSAD) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	t := table{x, dim, anomaly}
	r := newRand(d.opt.Seed, 0)
	d.start(r, dim)
	if d.pretrain {
		ae, err := trainAutoencoder(ctx, r, t)
		if err != nil {
			return err
		}
		d.net.copyFirst(ae.net)
	}
	return d.train(ctx, t, shuffler(r))
}

// start makes a new encoder.
func (d *deepSAD) start(r *rand.Rand, dim int) {
	d.dim = dim
	d.net = newNormed(r, scoreBlock, encoderWidths(dim), 2)
	d.adam = newSADAdam(d.net.stack)
	d.x = make([]float32, scoreBlock*dim)
}

func newSADAdam(s *stack) *adam {
	a := newAdam(len(s.params), sadRate)
	a.scaledEps, a.decay = true, sadDecay
	return a
}

// train finds the center and runs all epochs.
func (d *deepSAD) train(ctx context.Context, t table, shuffle func([]int)) error {
	order := sequence(t.rows())
	shuffle(order)
	d.findCenter(t, order)
	for range sadEpochs {
		if err := ctx.Err(); err != nil {
			return err
		}
		shuffle(order)
		for ids := range wholeBatches(order, sadBatch) {
			d.step(t, ids)
		}
	}
	return nil
}

// wholeBatches yields the batches of order. An incomplete last one is left out, unless
// it is the only one.
func wholeBatches(order []int, size int) func(func([]int) bool) {
	size = min(size, len(order))
	return func(yield func([]int) bool) {
		for ; len(order) >= size && yield(order[:size]); order = order[size:] {
		}
	}
}

// findCenter sets the center to the mean of the outputs, entries near 0 moved away from
// it, where a constant network could reach it.
func (d *deepSAD) findCenter(t table, order []int) {
	var sum [10]float64
	var n int
	for ids := range wholeBatches(order, sadBatch) {
		t.gather(d.x, ids)
		for z := range rowsOf(d.net.forward(d.x, len(ids), false), len(sum)) {
			for j, v := range z {
				sum[j] += float64(v)
			}
		}
		n += len(ids)
	}
	d.center = make([]float32, len(sum))
	for j, s := range sum {
		c := float32(s / float64(n))
		if c < 0 {
			c = min(c, -sadMinCenter)
		} else {
			c = max(c, sadMinCenter)
		}
		d.center[j] = c
	}
}

// step trains on one batch. The loss is the mean over the batch of dist² for rows
// without label and 1/(dist² + sadEps) for labeled ones.
func (d *deepSAD) step(t table, ids []int) {
	n := len(ids)
	t.gather(d.x, ids)
	z, dz := d.net.forward(d.x, n, true), d.net.gradient(n)
	k := len(d.center)
	for i, id := range ids {
		row, g := z[i*k:(i+1)*k], dz[i*k:(i+1)*k]
		factor := 2 / float32(n)
		if t.anomaly[id] {
			dist := squaredDistance(row, d.center) + sadEps
			factor *= -1 / float32(dist*dist)
		}
		for j, c := range d.center {
			g[j] = float32(factor * (row[j] - c))
		}
	}
	d.net.backward(n)
	d.adam.step(d.net.params, d.net.grads)
}

func squaredDistance(a, b []float32) float32 {
	var sum float32
	for i, v := range a {
		d := v - b[i]
		sum += float32(d * d)
	}
	return sum
}

// Score implements [Detector].
func (d *deepSAD) Score(ctx context.Context, x []float32) ([]float64, error) {
	if err := checkScore(x, d.dim); err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/d.dim)
	scoreBlocks(x, d.dim, func(x []float32, first, n int) {
		z, k := d.net.forward(x, n, false), len(d.center)
		for i := range n {
			scores[first+i] = float64(squaredDistance(z[i*k:(i+1)*k], d.center))
		}
	})
	return scores, ctx.Err()
}
