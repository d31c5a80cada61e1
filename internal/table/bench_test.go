package table

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// million returns a table of a million rows: 19 columns of float64 and one of
// int64.
func million() ([]Field, []Column) {
	const rows, dim = 1_000_000, 20
	r := rand.New(rand.NewPCG(1, 2))
	data := make([]float64, rows*dim)
	for i := range data {
		data[i] = r.NormFloat64()
	}
	var fields []Field
	var columns []Column
	for j := range dim {
		fields = append(fields, Field{Name: numbered(j), Type: Float64})
		columns = append(columns, Strided(numbered(j), data[j:], dim, rows))
	}
	fields[dim-1].Type = Int64
	return fields, columns
}

// BenchmarkMillion writes and reads a million rows of 20 columns in each format;
// MB are those of the file.
func BenchmarkMillion(b *testing.B) {
	fields, columns := million()
	for _, format := range []string{"npz", "parquet", "arrow", "csv", "csv.zst", "csv.gz"} {
		path := filepath.Join(b.TempDir(), "t."+format)
		b.Run("op=write/format="+format, func(b *testing.B) {
			for b.Loop() {
				w, err := Create(path, fields, WriteOptions{Rows: int64(columns[0].Len()), Force: true})
				if err != nil {
					b.Fatal(err)
				}
				if err := w.Write(columns, 0, columns[0].Len()); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(fileSize(b, path))
		})
		b.Run("op=read/format="+format, func(b *testing.B) {
			b.SetBytes(fileSize(b, path))
			for b.Loop() {
				if _, err := Read(context.Background(), path, ReadOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func fileSize(b *testing.B, path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		b.Skip(err)
	}
	return info.Size()
}
