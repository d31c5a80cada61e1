package detect

import (
	"context"
	"math/rand/v2"
)

// autoencoder compresses rows to 10 numbers and restores them, all columns in [0, 1].
type autoencoder struct {
	net  *normed // encoder, then decoder
	adam *adam
	x    []float32
}

func newAutoencoder(r *rand.Rand, dim int) *autoencoder {
	widths := append(encoderWidths(dim), 20, 100, dim)
	net := newNormed(r, sadBatch, widths, 2, 5)
	return &autoencoder{net: net, adam: newSADAdam(net.stack), x: make([]float32, sadBatch*dim)}
}

// trainAutoencoder returns an autoencoder of the rows of t, whatever their labels.
func trainAutoencoder(ctx context.Context, r *rand.Rand, t table) (*autoencoder, error) {
	a := newAutoencoder(r, t.dim)
	order, shuffle := sequence(t.rows()), shuffler(r)
	for range sadAEEpochs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shuffle(order)
		for ids := range wholeBatches(order, sadBatch) {
			a.step(t, ids)
		}
	}
	return a, nil
}

// step trains on one batch. The loss is the mean over all values of (restored - x)²,
// where restored is the sigmoid of the network's output.
func (a *autoencoder) step(t table, ids []int) {
	n := len(ids)
	t.gather(a.x, ids)
	out, dout := a.net.forward(a.x, n, true), a.net.gradient(n)
	factor, x := 2/float32(len(out)), a.x[:len(out)]
	for i, v := range out {
		s := sigmoid32(v)
		dout[i] = float32(float32(factor*(s-x[i])) * float32(s*(1-s)))
	}
	a.net.backward(n)
	a.adam.step(a.net.params, a.net.grads)
}
