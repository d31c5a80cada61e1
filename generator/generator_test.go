package generator

import (
	"testing"
)

func mustNew(t testing.TB, data Data, opt Options) *Generator {
	t.Helper()
	g, err := New(t.Context(), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// sampleN returns samples 0 to n-1 and their origins.
func sampleN(t testing.TB, g *Generator, n int) (dense, []Origin) {
	t.Helper()
	samples, origins := dense{make([]float64, n*g.Dim()), g.Dim()}, make([]Origin, n)
	if err := g.Fill(t.Context(), samples.data, origins, 0, 0); err != nil {
		t.Fatal(err)
	}
	return samples, origins
}

func TestSampleAllocatesNothing(t *testing.T) {
	data := Data{Labeled: randomRows(1, 20, 9), Unlabeled: randomRows(2, 300, 9)}
	for _, method := range Methods() {
		opt := DefaultOptions()
		opt.Method = method
		g := mustNew(t, data, opt)
		dst := make([]float64, 9)
		i := uint64(0)
		if n := testing.AllocsPerRun(500, func() { g.Sample(dst, i); i++ }); n != 0 {
			t.Errorf("%v: %g allocations for a sample", method, n)
		}
	}
}

func TestSamplePanicsOnWrongLength(t *testing.T) {
	g := mustNew(t, Data{Labeled: randomRows(1, 3, 4), Unlabeled: randomRows(2, 9, 4)}, DefaultOptions())
	for name, call := range map[string]func(){
		"Sample":       func() { g.Sample(make([]float64, 3), 0) },
		"Fill":         func() { g.Fill(t.Context(), make([]float64, 7), nil, 0, 1) },
		"Fill origins": func() { g.Fill(t.Context(), make([]float64, 8), make([]Origin, 3), 0, 1) },
		"Dense":        func() { Dense(make([]float64, 7), 2) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}
