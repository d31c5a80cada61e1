package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/internal/table"
	"github.com/nngmix/nngmix/internal/xrand"
)

// data is a set: the rows that an index is made of, and queries of one or two
// kinds. All are row-major and scaled.
type data struct {
	name    string
	dim     int
	rows    []float32
	queries []queries
}

// queries are of one kind: held-out rows, or anomalies.
type queries struct {
	kind   string
	values []float32
}

// The kinds of queries.
const (
	heldOut   = "held-out"
	anomalies = "anomalies"
)

// queryCount is how many rows are held out, and how many anomalies are queries at
// most.
const queryCount = 1000

// source is a set that can be loaded. Where limit is above 0, it bounds the rows.
type source struct {
	name string
	load func(ctx context.Context, limit int, seed uint64) (*data, error)
}

// sources are all sets, in the order of the tables.
func sources() []source {
	var list []source
	for _, name := range []string{"celeba", "donors", "skin", "http", "daily_sports_1m", "backdoor"} {
		list = append(list, source{name, func(ctx context.Context, limit int, seed uint64) (*data, error) {
			return loadTable(ctx, name, limit, seed)
		}})
	}
	list = append(list, source{"fashion_mnist", loadImages})
	for _, s := range []struct {
		name string
		rows int
	}{{"synthetic_10k", 10_000}, {"synthetic_200k", 200_000}, {"synthetic_1m", 1_000_000}} {
		list = append(list, source{s.name, func(_ context.Context, limit int, seed uint64) (*data, error) {
			return synthetic(min(s.rows, orAll(limit, s.rows)), seed), nil
		}})
	}
	return list
}

// choose returns the sources with the given names, separated by commas.
func choose(names string) ([]source, error) {
	all := sources()
	if names == "" {
		return all, nil
	}
	var chosen []source
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(all, func(s source) bool { return s.name == name })
		if i < 0 {
			return nil, fmt.Errorf("--sets: no set %q, want %s", name, joinNames(all))
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func joinNames(list []source) string {
	var names []string
	for _, s := range list {
		names = append(names, s.name)
	}
	return strings.Join(names, ",")
}

func orAll(limit, all int) int {
	if limit > 0 {
		return limit
	}
	return all
}

// loadTable reads a table with a column y that is 1 for anomalies. The rows are the
// normal ones in the order of the table, but for those that are held out.
func loadTable(ctx context.Context, name string, limit int, seed uint64) (*data, error) {
	sets, err := side.Choose(name)
	if err != nil {
		return nil, err
	}
	t, err := table.Read(ctx, filepath.Join(side.DataFolder(), sets[0].File), table.ReadOptions{})
	if err != nil {
		return nil, fmt.Errorf("%w (set NNGMIX_DATA to the folder of the data sets)", err)
	}
	label, err := t.Find("y")
	if err != nil {
		return nil, err
	}
	columns := slices.Delete(slices.Clone(t.Columns), label, label+1)
	x, dim := scale(columns, t.Rows), len(columns)
	var normal, anomalous []int
	for i := range t.Rows {
		if t.Columns[label].Float(i) == 1 {
			anomalous = append(anomalous, i)
		} else {
			normal = append(normal, i)
		}
	}
	shuffle(normal, seed)
	shuffle(anomalous, seed+1)
	held := normal[:min(queryCount, len(normal)/2)]
	rest := normal[len(held):]
	rest = rest[:min(len(rest), orAll(limit, len(rest)))]
	slices.Sort(rest)
	return &data{name, dim, pick(x, dim, rest), []queries{
		{heldOut, pick(x, dim, held)},
		{anomalies, pick(x, dim, anomalous[:min(queryCount, len(anomalous))])},
	}}, nil
}

// scale returns the values of columns, row-major, each column from 0 to 1.
func scale(columns []table.Column, n int) []float32 {
	x := make([]float32, n*len(columns))
	values := make([]float64, n)
	for j, c := range columns {
		c.Floats(values, 1, 0, n)
		low, high := slices.Min(values), slices.Max(values)
		for i, v := range values {
			if high > low {
				x[i*len(columns)+j] = float32((v - low) / (high - low))
			}
		}
	}
	return x
}

func shuffle(list []int, seed uint64) {
	r := xrand.New(seed, 0)
	for i := len(list) - 1; i > 0; i-- {
		j := r.IntN(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

func pick(x []float32, dim int, rows []int) []float32 {
	picked := make([]float32, 0, len(rows)*dim)
	for _, i := range rows {
		picked = append(picked, x[i*dim:][:dim]...)
	}
	return picked
}

// imageFolder is where Debian's dataset-fashion-mnist puts its files.
const imageFolder = "/usr/share/datasets/fashion-mnist"

// loadImages reads Fashion-MNIST: the training images are the rows, the first of the
// test images the queries; pixels from 0 to 1. It has no anomalies.
func loadImages(_ context.Context, limit int, _ uint64) (*data, error) {
	rows, dim, err := readImages(filepath.Join(imageFolder, "train-images-idx3-ubyte.gz"))
	if err != nil {
		return nil, fmt.Errorf("%w (it is in Debian's package dataset-fashion-mnist)", err)
	}
	test, _, err := readImages(filepath.Join(imageFolder, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		return nil, err
	}
	rows = rows[:min(len(rows), orAll(limit, len(rows))*dim)]
	return &data{"fashion_mnist", dim, rows, []queries{{heldOut, test[:queryCount*dim]}}}, nil
}

// readImages reads a file of images in the IDX format.
func readImages(path string) (pixels []float32, dim int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	raw, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	var head struct{ Magic, Images, Height, Width uint32 }
	if err := binary.Read(bytes.NewReader(raw), binary.BigEndian, &head); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	dim = int(head.Height * head.Width)
	raw = raw[binary.Size(head):]
	if len(raw) != int(head.Images)*dim {
		return nil, 0, fmt.Errorf("%s: %d pixels, want %d images of %d", path, len(raw), head.Images, dim)
	}
	pixels = make([]float32, len(raw))
	for i, v := range raw {
		pixels[i] = float32(v) / 255
	}
	return pixels, dim, nil
}
