package main

import (
	"fmt"
	"math"
	"sync"

	"github.com/nngmix/nngmix/internal/xrand"
)

// The synthetic set lies near a curved surface of 16 dimensions in 128:
//
//	z = c_g + 0.6 N(0, I_16),  centers c_1 to c_1000 ~ N(0, I_16)
//	x = zP + 0.5 sin(2zQ) + 0.05 N(0, I_128),  P, Q ~ N(0, 1/16) of shape 16 x 128
const (
	syntheticColumns = 128
	latentColumns    = 16
	centerCount      = 1000
)

// synthetic returns n rows and queryCount queries of the same distribution. Each row
// depends on the seed and its number alone: the first rows of a larger set are those
// of a smaller one. It has no anomalies.
func synthetic(n int, seed uint64) *data {
	shape := xrand.New(seed, 0)
	centers := normals(&shape, centerCount*latentColumns, 1)
	p := normals(&shape, latentColumns*syntheticColumns, 0.25)
	q := normals(&shape, latentColumns*syntheticColumns, 0.25)
	all := make([]float32, (queryCount+n)*syntheticColumns)
	const block = 4096
	var workers sync.WaitGroup
	next := make(chan int)
	for range 2 {
		workers.Go(func() {
			for from := range next {
				for i := from; i < min(from+block, queryCount+n); i++ {
					r := xrand.New(seed, uint64(i)+1)
					syntheticRow(all[i*syntheticColumns:][:syntheticColumns], &r, centers, p, q)
				}
			}
		})
	}
	for from := 0; from < queryCount+n; from += block {
		next <- from
	}
	close(next)
	workers.Wait()
	name := fmt.Sprintf("synthetic_%dk", n/1000)
	if n == 1_000_000 {
		name = "synthetic_1m"
	}
	held := queryCount * syntheticColumns
	return &data{name, syntheticColumns, all[held:], []queries{{heldOut, all[:held]}}}
}

// syntheticRow writes a row drawn from r.
func syntheticRow(row []float32, r *xrand.Stream, centers, p, q []float64) {
	var linear, angle [syntheticColumns]float64
	center := centers[r.IntN(centerCount)*latentColumns:]
	for l := range latentColumns {
		z := center[l] + 0.6*r.Normal()
		for c := range linear {
			linear[c] += z * p[l*syntheticColumns+c]
			angle[c] += z * q[l*syntheticColumns+c]
		}
	}
	for c := range row {
		row[c] = float32(linear[c] + 0.5*math.Sin(2*angle[c]) + 0.05*r.Normal())
	}
}

// normals returns n draws from the normal distribution with mean 0.
func normals(r *xrand.Stream, n int, deviation float64) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = deviation * r.Normal()
	}
	return values
}
