package detect

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/nngmix/nngmix/internal/xrand"
)

// The settings of DevNet's authors.
const (
	devHidden  = 20
	devBatch   = 512
	devBatches = 20 // in an epoch
	devEpochs  = 50
	devMargin  = 5.0  // of an anomaly's score, in standard deviations
	devPenalty = 0.01 // times the squared weights of the hidden layer
	devPrior   = 5000 // scores drawn from the prior
	devRate    = 1e-3
)

// devnet learns scores such that those of rows without label are like draws from a
// normal distribution's middle and those of labeled anomalies at least devMargin standard
// deviations above (Pang, Shen and van den Hengel, Deep Anomaly Detection with Deviation
// Networks, KDD 2019). Half of each batch are labeled anomalies.
type devnet struct {
	opt Options
	net *stack

	mean, std    float64 // of the prior's draws
	square       []float32
	x, hidden, z []float32
	dhidden, dz  []float32
}

func newDevnet(opt Options) Detector { return &devnet{opt: opt} }

// Fit implements [Detector].
func (d *devnet) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	d.start(dim)
	d.drawPrior(xrand.New(d.opt.Seed, devStream))
	r := newRand(d.opt.Seed, 0)
	for i := range d.net.layers {
		l := &d.net.layers[i]
		uniform(r, l.w, 6/float64(l.in+l.out))
	}
	t := table{x, dim, anomaly}
	pick := newHalves(anomaly, r)
	for range devEpochs {
		if err := ctx.Err(); err != nil {
			return err
		}
		for range devBatches {
			d.step(t, pick.batch())
		}
	}
	return nil
}

// devStream is the number of the random stream of the prior.
const devStream = 1 << 32

// start makes a network of zeros.
func (d *devnet) start(dim int) {
	d.net = newStack(true, dim, devHidden, 1)
	d.square = make([]float32, len(d.net.params))
	d.x, d.hidden, d.z = make([]float32, scoreBlock*dim), make([]float32, scoreBlock*devHidden), make([]float32, scoreBlock)
	d.dhidden, d.dz = make([]float32, devBatch*devHidden), make([]float32, devBatch)
}

// drawPrior sets mean and standard deviation to those of normal draws.
func (d *devnet) drawPrior(s xrand.Stream) {
	var sum, square float64
	for range devPrior {
		v := s.Normal()
		sum += v
		square += float64(v * v)
	}
	d.mean = sum / devPrior
	d.std = math.Sqrt(square/devPrior - float64(d.mean*d.mean))
}

// halves draws batches of which every second row is an anomaly.
type halves struct {
	parts [2][]int // unlabeled rows, anomalies
	ids   []int
	r     *rand.Rand
}

func newHalves(anomaly []bool, r *rand.Rand) *halves {
	h := &halves{ids: make([]int, devBatch), r: r}
	for i, a := range anomaly {
		h.parts[class(a)] = append(h.parts[class(a)], i)
	}
	return h
}

func (h *halves) batch() []int {
	for i := range h.ids {
		part := h.parts[i%2]
		h.ids[i] = part[h.r.IntN(len(part))]
	}
	return h.ids
}

// step trains on one batch. With dev = (score - mean)/std the loss is the mean of |dev|
// for unlabeled rows and max(0, devMargin - dev) for anomalies, plus the penalty.
func (d *devnet) step(t table, ids []int) {
	n := len(ids)
	t.gather(d.x, ids)
	d.forward(d.x, n)
	unit := float32(1 / (d.std * float64(n)))
	for i, id := range ids {
		switch dev := (float64(d.z[i]) - d.mean) / d.std; {
		case t.anomaly[id] && dev < devMargin:
			d.dz[i] = -unit
		case t.anomaly[id] || dev == 0:
			d.dz[i] = 0
		case dev < 0:
			d.dz[i] = -unit
		default:
			d.dz[i] = unit
		}
	}
	hidden, out := &d.net.layers[0], &d.net.layers[1]
	out.backward(d.dhidden, d.dz, d.hidden, n)
	reluBackward(d.dhidden[:n*devHidden], d.hidden)
	hidden.backward(nil, d.dhidden, d.x, n)
	hidden.decay(2 * devPenalty)
	d.descend()
}

// descend is a step of RMSprop (Tieleman and Hinton, 2012) with decay 0.9, the gradients
// scaled down to a norm of at most 1.
func (d *devnet) descend() {
	var square float64
	for _, g := range d.net.grads {
		square += float64(float64(g) * float64(g))
	}
	scale := float32(1)
	if square > 1 {
		scale = float32(1 / math.Sqrt(square))
	}
	for i, g := range d.net.grads {
		g *= scale
		d.square[i] = float32(0.9*d.square[i]) + float32(0.1*float32(g*g))
		d.net.params[i] -= float32(devRate*g) / (float32(math.Sqrt(float64(d.square[i]))) + 1e-7)
	}
}

// forward computes the hidden layer and the scores of n rows.
func (d *devnet) forward(x []float32, n int) {
	d.net.layers[0].forward(d.hidden, x, n)
	relu(d.hidden[:n*devHidden])
	d.net.layers[1].forward(d.z, d.hidden, n)
}

// Score implements [Detector].
func (d *devnet) Score(ctx context.Context, x []float32) ([]float64, error) {
	dim := d.net.layers[0].in
	if err := checkScore(x, dim); err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/dim)
	scoreBlocks(x, dim, func(x []float32, first, n int) {
		d.forward(x, n)
		for i, z := range d.z[:n] {
			scores[first+i] = float64(z)
		}
	})
	return scores, ctx.Err()
}
