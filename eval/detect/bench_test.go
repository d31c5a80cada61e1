package detect

import (
	"fmt"
	"testing"
)

// clusters returns n rows of dim columns around a few centers, one in 20 of them an
// anomaly.
func clusters(n, dim int) table {
	r := newRand(1, 0)
	t := table{x: make([]float32, n*dim), dim: dim, anomaly: make([]bool, n)}
	for i := range n {
		t.anomaly[i] = i%20 == 0
		center := float64(i%3) / 4
		if t.anomaly[i] {
			center += 0.15
		}
		for j := range dim {
			t.x[i*dim+j] = float32(center + 0.25*r.Float64())
		}
	}
	return t
}

// BenchmarkMLPEpoch trains one epoch of 7,000 rows per operation.
func BenchmarkMLPEpoch(b *testing.B) {
	for _, dim := range []int{10, 30, 100, 512} {
		b.Run(fmt.Sprintf("rows=7000/dim=%d", dim), func(b *testing.B) {
			t := clusters(7000, dim)
			p := newMLP(Options{}).(*mlp)
			p.start(dim)
			r := newRand(0, 0)
			for i := range p.net.layers {
				p.net.layers[i].glorot(r)
			}
			order, shuffle := sequence(t.rows()), shuffler(r)
			b.ResetTimer()
			for b.Loop() {
				shuffle(order)
				for rest := order; len(rest) > 0; rest = rest[min(mlpBatch, len(rest)):] {
					p.step(t, rest[:min(mlpBatch, len(rest))])
				}
			}
		})
	}
}

// BenchmarkDeepSADEpoch trains one epoch of 7,000 rows per operation.
func BenchmarkDeepSADEpoch(b *testing.B) {
	for _, dim := range []int{10, 30, 100, 512} {
		t := clusters(7000, dim)
		order := sequence(t.rows())
		d := newDeepSAD(Options{}).(*deepSAD)
		d.start(newRand(0, 0), dim)
		d.findCenter(t, order)
		ae := newAutoencoder(newRand(0, 0), dim)
		for name, step := range map[string]func(table, []int){"encoder": d.step, "autoencoder": ae.step} {
			b.Run(fmt.Sprintf("net=%s/rows=7000/dim=%d", name, dim), func(b *testing.B) {
				for b.Loop() {
					for ids := range wholeBatches(order, sadBatch) {
						step(t, ids)
					}
				}
			})
		}
	}
}
