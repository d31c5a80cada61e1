package generator

import (
	"errors"
	"math"
	"testing"
)

func TestCounts(t *testing.T) {
	balance := func(labeled, unlabeled int) func(float64) (uint64, error) {
		return func(r float64) (uint64, error) { return Balance(labeled, unlabeled, r) }
	}
	multiple := func(labeled int) func(float64) (uint64, error) {
		return func(m float64) (uint64, error) { return Multiple(labeled, m) }
	}
	tests := []struct {
		name  string
		count func(float64) (uint64, error)
		value float64
		want  uint64
		fails bool
	}{
		{"multiplier", multiple(37), 10, 370, false},
		{"multiplier 0", multiple(37), 0, 0, false},
		{"fraction of one", multiple(3), 0.5, 2, false},
		{"multiplier just representable", multiple(1), 0x1p53, 1 << 53, false},
		{"multiplier too large", multiple(2), 0x1p53, 0, true},
		{"multiplier negative", multiple(1), -0.001, 0, true},
		{"multiplier NaN", multiple(37), math.NaN(), 0, true},
		{"multiplier infinite", multiple(37), math.Inf(1), 0, true},
		{"balance", balance(37, 1000), 0.5, 463, false},
		{"balance 1", balance(37, 1000), 1, 963, false},
		{"balance reached already", balance(37, 100), 0.1, 0, false},
		{"balance 0", balance(37, 100), 0, 0, false},
		{"balance without unlabeled rows", balance(37, 0), 1, 0, false},
		{"balance negative", balance(37, 100), -0.1, 0, true},
		{"balance NaN", balance(37, 100), math.NaN(), 0, true},
		{"balance infinite", balance(37, 100), math.Inf(1), 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.count(test.value)
			if got != test.want || errors.Is(err, ErrCount) != test.fails {
				t.Errorf("got %d, %v; want %d, error %v", got, err, test.want, test.fails)
			}
		})
	}
}
