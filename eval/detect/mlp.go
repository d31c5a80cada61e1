package detect

import (
	"context"
	"math"
)

// The settings of scikit-learn's MLPClassifier.
const (
	mlpHidden   = 100
	mlpBatch    = 200
	mlpEpochs   = 200
	mlpAlpha    = 1e-4 // weight of the squared weights in the loss
	mlpRate     = 1e-3
	mlpTol      = 1e-4 // an epoch improves the loss only by more than this
	mlpPatience = 10   // epochs without improvement that are borne
)

// mlp is a multilayer perceptron with one hidden layer, trained to tell anomalies from
// the other rows: the defaults of MLPClassifier in scikit-learn 1.2, in float32. Its
// score is the logit, which ranks rows as the probability does and does not saturate.
type mlp struct {
	opt    Options
	net    *stack
	adam   *adam
	epochs int // of the last training

	x, hidden, z []float32 // of one batch: rows, hidden layer, logits
	dhidden, dz  []float32
}

func newMLP(opt Options) Detector { return &mlp{opt: opt} }

// Fit implements [Detector].
func (p *mlp) Fit(ctx context.Context, x []float32, dim int, anomaly []bool) error {
	if err := checkFit(x, dim, anomaly, true); err != nil {
		return err
	}
	r := newRand(p.opt.Seed, 0)
	p.start(dim)
	for i := range p.net.layers {
		p.net.layers[i].glorot(r)
	}
	return p.train(ctx, table{x, dim, anomaly}, shuffler(r))
}

// start makes a network of zeros.
func (p *mlp) start(dim int) {
	p.net = newStack(true, dim, mlpHidden, 1)
	p.adam = newAdam(len(p.net.params), mlpRate)
	p.x, p.hidden, p.z = make([]float32, scoreBlock*dim), make([]float32, scoreBlock*mlpHidden), make([]float32, scoreBlock)
	p.dhidden, p.dz = make([]float32, mlpBatch*mlpHidden), make([]float32, mlpBatch)
}

// train runs epochs until the loss has not improved for long enough.
func (p *mlp) train(ctx context.Context, t table, shuffle func([]int)) error {
	order := sequence(t.rows())
	best, stale := math.Inf(1), 0
	for p.epochs = 0; p.epochs < mlpEpochs && stale <= mlpPatience; p.epochs++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		shuffle(order)
		var loss float64
		for rest := order; len(rest) > 0; {
			n := min(mlpBatch, len(rest))
			loss += float64(float64(n) * p.step(t, rest[:n]))
			rest = rest[n:]
		}
		loss /= float64(t.rows())
		if stale++; loss <= best-mlpTol {
			stale = 0
		}
		best = min(best, loss)
	}
	return nil
}

// Epochs returns the number of epochs of the last Fit.
func (p *mlp) Epochs() int { return p.epochs }

// step trains on one batch and returns the mean loss over it before the step.
func (p *mlp) step(t table, ids []int) float64 {
	n := len(ids)
	t.gather(p.x, ids)
	p.forward(p.x, n)
	var loss float64
	for i, id := range ids {
		z, y := p.z[i], float32(0)
		if t.anomaly[id] {
			y = 1
		}
		p.dz[i] = (sigmoid32(z) - y) / float32(n)
		loss += logLoss(z, t.anomaly[id])
	}
	hidden, out := &p.net.layers[0], &p.net.layers[1]
	out.backward(p.dhidden, p.dz, p.hidden, n)
	reluBackward(p.dhidden[:n*mlpHidden], p.hidden)
	hidden.backward(nil, p.dhidden, p.x, n)
	penalty := hidden.decay(mlpAlpha/float32(n)) + out.decay(mlpAlpha/float32(n))
	p.adam.step(p.net.params, p.net.grads)
	return (loss + float64(mlpAlpha/2*penalty)) / float64(n)
}

// forward computes the hidden layer and the logits of n rows.
func (p *mlp) forward(x []float32, n int) {
	p.net.layers[0].forward(p.hidden, x, n)
	relu(p.hidden[:n*mlpHidden])
	p.net.layers[1].forward(p.z, p.hidden, n)
}

// Score implements [Detector].
func (p *mlp) Score(ctx context.Context, x []float32) ([]float64, error) {
	dim := p.net.layers[0].in
	if err := checkScore(x, dim); err != nil {
		return nil, err
	}
	scores := make([]float64, len(x)/dim)
	scoreBlocks(x, dim, func(x []float32, first, n int) {
		p.forward(x, n)
		for i, z := range p.z[:n] {
			scores[first+i] = float64(z)
		}
	})
	return scores, ctx.Err()
}

// logLoss returns -ln of the probability that the logit z gives to the label.
func logLoss(z float32, anomaly bool) float64 {
	if anomaly {
		z = -z
	}
	return float64(max(z, 0)) + log1pExp(-max(z, -z))
}

// decay adds to the gradients of the weights those of rate/2 times the squared weights
// and returns the squared weights.
func (l *dense) decay(rate float32) float64 {
	var sum float64
	for i, w := range l.w {
		l.dw[i] += float32(rate * w)
		sum += float64(float64(w) * float64(w))
	}
	return sum
}
