package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/internal/parallel"
	"github.com/nngmix/nngmix/internal/table"
)

// data is what a cell of the grid searches.
type data struct {
	name          string
	dim           int
	rows, queries []float32
}

// clustered returns n rows and as many queries as asked for, drawn around a
// hundred centers, with a tenth of the spread of the centers.
func clustered(n, queries, dim int) *data {
	const centers, block = 100, 1024
	total := n + queries
	values := make([]float32, total*dim)
	middle := make([]float32, centers*dim)
	r := rand.New(rand.NewPCG(1, 0))
	for i := range middle {
		middle[i] = r.Float32()
	}
	tasks := (total + block - 1) / block
	_ = parallel.Do(context.Background(), parallel.Threads(0), tasks, func(_, task int) error {
		r := rand.New(rand.NewPCG(1, uint64(task+1)))
		for i := task * block; i < min((task+1)*block, total); i++ {
			center := middle[r.IntN(centers)*dim:][:dim]
			for c, m := range center {
				values[i*dim+c] = m + 0.1*float32(r.NormFloat64())
			}
		}
		return nil
	})
	return &data{fmt.Sprintf("clustered %d x %d", n, dim), dim, values[:n*dim], values[n*dim:]}
}

// real reads a set, scales it to [0, 1] and returns its normal rows and, as
// queries, its anomalies, repeated where they are fewer than asked for.
func real(file string) (*data, error) {
	t, err := table.Read(context.Background(), filepath.Join(side.DataFolder(), file), table.ReadOptions{})
	if err != nil {
		return nil, err
	}
	label, err := t.Find("y")
	if err != nil {
		return nil, err
	}
	columns := append(t.Columns[:label:label], t.Columns[label+1:]...)
	d := &data{name: strings.TrimSuffix(filepath.Base(file), ".npz"), dim: len(columns)}
	scaled, values := make([]float32, t.Rows*d.dim), make([]float64, t.Rows)
	for j, c := range columns {
		c.Floats(values, 1, 0, t.Rows)
		low, high := values[0], values[0]
		for _, v := range values {
			low, high = min(low, v), max(high, v)
		}
		for i, v := range values {
			if high > low {
				scaled[i*d.dim+j] = float32((v - low) / (high - low))
			}
		}
	}
	for i := range t.Rows {
		row := scaled[i*d.dim:][:d.dim]
		if t.Columns[label].Float(i) == 1 {
			d.queries = append(d.queries, row...)
		} else {
			d.rows = append(d.rows, row...)
		}
	}
	return d, nil
}
