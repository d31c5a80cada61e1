package eval

import (
	"errors"
	"fmt"
	"math"
)

// Reasons why a set cannot be studied, for errors.Is.
var (
	ErrNoAnomalies = errors.New("no row is labeled as an anomaly")
	ErrNoNormal    = errors.New("every row is labeled as an anomaly")
	ErrNotFinite   = errors.New("a value is NaN or infinite")
	ErrTooNarrow   = errors.New("the table has fewer than two columns, there is nothing to mix")
)

// Dataset is a labeled table of numbers.
type Dataset struct {
	Name  string // file name without its extension
	Group string // name of the folder it lies in
	X     []float64
	Dim   int
	Y     []bool // whether row i is an anomaly
}

// Check returns an error that says why d cannot be studied, nil where it can.
func (d *Dataset) Check() error {
	var anomalies int
	for _, a := range d.Y {
		if a {
			anomalies++
		}
	}
	switch {
	case d.Dim < 2:
		return fmt.Errorf("eval: set %s: %w: it has %d", d.Name, ErrTooNarrow, d.Dim)
	case len(d.X) != d.Dim*len(d.Y):
		return fmt.Errorf("eval: set %s has %d values for %d labels of %d columns", d.Name, len(d.X), len(d.Y), d.Dim)
	case anomalies == 0:
		return fmt.Errorf("eval: set %s: %w", d.Name, ErrNoAnomalies)
	case anomalies == len(d.Y):
		return fmt.Errorf("eval: set %s: %w", d.Name, ErrNoNormal)
	}
	for i, v := range d.X {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("eval: set %s: row %d, column %d is %v: %w", d.Name, i/d.Dim, i%d.Dim, v, ErrNotFinite)
		}
	}
	return nil
}

// Row returns row i, which shares d's memory.
func (d *Dataset) Row(i int) []float64 { return d.X[i*d.Dim : (i+1)*d.Dim] }
