package main

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"

	"github.com/nngmix/nngmix/internal/synth"
	"github.com/nngmix/nngmix/internal/table"
)

//go:embed read.py
var readSource string

// write writes the table in every format and returns the paths: payments, and in
// NPZ, which holds no text, as many columns of numbers.
func write(folder string, opt options) (paths []string, err error) {
	for _, format := range []string{"csv", "csv.gz", "csv.zst", "parquet", "arrow"} {
		path := filepath.Join(folder, "payments."+format)
		if err := payments(path, opt.rows); err != nil {
			return nil, err
		}
		paths = append(paths, path)
		if format == "parquet" && opt.python != "" {
			packed := filepath.Join(folder, "payments.zstd.parquet")
			if out, err := exec.Command(opt.python, "-c", readSource, "zstd", path, packed).CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%s: %w: %s", packed, err, out)
			}
			paths = append(paths, packed)
		}
	}
	path := filepath.Join(folder, "numbers.npz")
	return append(paths, path), numbers(path, opt.rows)
}

// payments writes rows of invented payments.
func payments(path string, rows int) error {
	w, err := table.Create(path, synth.Fields(), table.WriteOptions{Rows: int64(rows)})
	if err != nil {
		return err
	}
	defer w.Abort()
	opt := synth.DefaultOptions()
	opt.Rows, opt.Seed = rows, 1
	if err := synth.Write(context.Background(), w, opt, func(done, total int64) {}); err != nil {
		return err
	}
	return w.Close()
}

// numbers writes rows of 11 random numbers and a label.
func numbers(path string, rows int) error {
	const dim = 11
	r := rand.New(rand.NewPCG(1, 2))
	data, label := make([]float64, rows*dim), make([]int64, rows)
	for i := range data {
		data[i] = r.NormFloat64()
	}
	var fields []table.Field
	var columns []table.Column
	for j := range dim {
		c := table.Strided(fmt.Sprintf("x%d", j), data[j:], dim, rows)
		fields, columns = append(fields, c.Field()), append(columns, c)
	}
	fields = append(fields, table.Field{Name: "y", Type: table.Int64, Role: table.Label})
	columns = append(columns, table.New("y", label))
	w, err := table.Create(path, fields, table.WriteOptions{Rows: int64(rows)})
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(columns, 0, rows); err != nil {
		return err
	}
	return w.Close()
}
