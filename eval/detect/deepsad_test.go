package detect

import (
	"fmt"
	"testing"
)

// TestDeepSADFollowsPyTorch trains from the first weights and in the order in which
// PyTorch did, and wants its center and scores, and what its autoencoder restores.
func TestDeepSADFollowsPyTorch(t *testing.T) {
	var golden struct {
		Dim     int
		X       []float32
		Y       []int
		First   []float32
		FirstAE []float32 `json:"first_ae"`
		Cases   []struct {
			Epochs                  int
			Center, Score, Restored []float64
		}
	}
	readJSON(t, "deepsad.json", &golden)
	rows := table{golden.X, golden.Dim, flags(golden.Y)}
	order := sequence(rows.rows())
	for _, c := range golden.Cases {
		t.Run(fmt.Sprintf("epochs=%d", c.Epochs), func(t *testing.T) {
			r := newRand(0, 0)
			d := newDeepSADReference(Options{}).(*deepSAD)
			d.start(r, golden.Dim)
			copy(d.net.params, golden.First)
			d.findCenter(rows, order)
			ae := newAutoencoder(r, golden.Dim)
			copy(ae.net.params, golden.FirstAE)
			for range c.Epochs {
				for ids := range wholeBatches(order, sadBatch) {
					d.step(rows, ids)
					ae.step(rows, ids)
				}
			}
			scores, err := d.Score(t.Context(), golden.X)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []struct {
				name      string
				got, want []float64
			}{
				{"center", float64s(d.center), c.Center},
				{"scores", scores, c.Score},
				{"restored", restore(ae, golden.X), c.Restored},
			} {
				if gap := largestGap(part.got, part.want); gap > 1e-4 || len(part.got) != len(part.want) {
					t.Errorf("%s differ by %.2g", part.name, gap)
				} else {
					t.Logf("%s differ by %.2g", part.name, gap)
				}
			}
		})
	}
}

// restore returns what a makes of the rows of x.
func restore(a *autoencoder, x []float32) (out []float64) {
	dim := a.net.layers[0].in
	for i := 0; i < len(x); i += sadBatch * dim {
		block := x[i:min(i+sadBatch*dim, len(x))]
		for _, v := range a.net.forward(block, len(block)/dim, false) {
			out = append(out, float64(sigmoid32(v)))
		}
	}
	return out
}

func float64s(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// TestPretrainingIsUsed wants the encoder to start as the autoencoder's, norms included.
func TestPretrainingIsUsed(t *testing.T) {
	rows := clusters(400, 5)
	ae, err := trainAutoencoder(t.Context(), newRand(3, 0), rows)
	if err != nil {
		t.Fatal(err)
	}
	enc := newNormed(newRand(4, 0), scoreBlock, encoderWidths(5), 2)
	enc.copyFirst(ae.net)
	got := enc.forward(rows.x[:5*sadBatch], sadBatch, false)
	ae.net.forward(rows.x[:5*sadBatch], sadBatch, false)
	for i, want := range ae.net.outs[2][:sadBatch*10] {
		if got[i] != want {
			t.Fatalf("code %d is %v, want %v", i, got[i], want)
		}
	}
	var scores [2][]float64
	for i, name := range []string{"deepsad", "deepsad-reference"} {
		d, _ := New(name, Options{Seed: 1})
		if err := d.Fit(t.Context(), rows.x, rows.dim, rows.anomaly); err != nil {
			t.Fatal(err)
		}
		scores[i], _ = d.Score(t.Context(), rows.x)
	}
	if largestGap(scores[0], scores[1]) < 1e-3 {
		t.Error("pre-training changes nothing")
	}
}
