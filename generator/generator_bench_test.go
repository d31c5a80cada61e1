package generator

import (
	"fmt"
	"testing"

	"github.com/nngmix/nngmix/internal/xrand"
)

// randomRows returns n rows of uniform values.
func randomRows(seed uint64, n, dim int) Rows {
	data := make([]float64, n*dim)
	s := xrand.New(seed, 0)
	for i := range data {
		data[i] = s.Uniform()
	}
	return Dense(data, dim)
}

func BenchmarkSample(b *testing.B) {
	const dim = 45
	data := Data{Labeled: randomRows(1, 100, dim), Unlabeled: randomRows(2, 5000, dim)}
	for _, method := range Methods() {
		b.Run(fmt.Sprintf("method=%v/dim=%d", method, dim), func(b *testing.B) {
			opt := DefaultOptions()
			opt.Method = method
			g, err := New(b.Context(), data, opt)
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float64, dim)
			b.SetBytes(8 * dim)
			b.ReportAllocs()
			i := uint64(0)
			for b.Loop() {
				g.Sample(dst, i)
				i++
			}
		})
	}
}
