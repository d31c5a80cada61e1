package table

import (
	"context"
	"testing"

	"github.com/nngmix/nngmix/internal/testdata"
)

func BenchmarkRead(b *testing.B) {
	for _, file := range []string{"daily_sports_1m.npz", "adbench/Classical/11_donors.npz", "adbench/Classical/8_celeba.npz"} {
		b.Run("file="+file, func(b *testing.B) {
			path := testdata.Path(b, file)
			for b.Loop() {
				t, err := Read(context.Background(), path, ReadOptions{})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(t.Rows * (len(t.Columns) - 1) * t.Columns[0].Type().size()))
			}
		})
	}
}

// BenchmarkFloats converts a whole table to float64 in row-major blocks.
func BenchmarkFloats(b *testing.B) {
	t, err := Read(context.Background(), testdata.Path(b, "daily_sports_1m.npz"), ReadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	const block = 512
	dim := len(t.Columns)
	dst := make([]float64, block*dim)
	b.SetBytes(int64(8 * t.Rows * dim))
	for b.Loop() {
		for from := 0; from < t.Rows; from += block {
			for j, c := range t.Columns {
				c.Floats(dst[j:], dim, from, min(from+block, t.Rows))
			}
		}
	}
}
