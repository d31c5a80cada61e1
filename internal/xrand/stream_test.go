package xrand

import (
	"math"
	"testing"
)

// TestGolden pins the bits of a few draws: they must never change, on any
// architecture, or files made with the same seed would differ.
func TestGolden(t *testing.T) {
	beta := NewBeta(0.2, 0.2)
	wide := NewBeta(3, 1.5)
	tests := []struct {
		name    string
		seed, i uint64
		draw    func(*Stream) float64
		want    [3]uint64
	}{
		{"uint64", 0, 0, func(s *Stream) float64 { return math.Float64frombits(s.Uint64()) }, [3]uint64{0x7e840a6e134148b2, 0xb97201ffe161ef56, 0xecabcd4980c13430}},
		{"uniform", 1, 0, (*Stream).Uniform, [3]uint64{0x3fae2d519164f9a0, 0x3feddf669f6f68c4, 0x3feeb6a5e02ea5ae}},
		{"intn", 1, 1, func(s *Stream) float64 { return float64(s.IntN(1000)) }, [3]uint64{0x4020000000000000, 0x4086c80000000000, 0x407ff00000000000}},
		{"normal", 1, 2, (*Stream).Normal, [3]uint64{0xbf9586089eed3ad3, 0x40049ec7d918b7dc, 0x3fc84b645090a407}},
		{"beta(0.2, 0.2)", 1, 3, beta.Draw, [3]uint64{0x3feffd4dc9dc2ba2, 0x3f90d21f09e979c1, 0x3fe8a71ed6ec6dde}},
		{"beta(3, 1.5)", math.MaxUint64, 4, wide.Draw, [3]uint64{0x3fe66b9e7553e037, 0x3fee0980055327f0, 0x3fe59a2ccd4e5f5c}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New(test.seed, test.i)
			for n, want := range test.want {
				if got := math.Float64bits(test.draw(&s)); got != want {
					t.Errorf("draw %d: got %#x, want %#x", n, got, want)
				}
			}
		})
	}
}

// TestGoldenSum pins a sum over many draws, so that the rare paths (edges and
// tail of the ziggurat, rejections of the gamma method) are pinned too.
func TestGoldenSum(t *testing.T) {
	beta := NewBeta(0.2, 0.7)
	var normal, weight uint64
	for i := range uint64(20_000) {
		s := New(7, i)
		for range 10 {
			normal = normal*31 + math.Float64bits(s.Normal())
		}
		weight = weight*31 + math.Float64bits(beta.Draw(&s))
	}
	if want := uint64(0x1715f3e8e0ab7970); normal != want {
		t.Errorf("normal: got %#x, want %#x", normal, want)
	}
	if want := uint64(0x1b5131532801b04f); weight != want {
		t.Errorf("beta: got %#x, want %#x", weight, want)
	}
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[Stream][2]uint64{}
	for seed := range uint64(300) {
		for i := range uint64(300) {
			s := New(seed, i)
			if other, ok := seen[s]; ok {
				t.Fatalf("items (%d, %d) and %v share a stream", seed, i, other)
			}
			seen[s] = [2]uint64{seed, i}
		}
	}
}

// TestFirstDrawsAreUniform looks across streams: the n-th draws of consecutive
// items, and those of consecutive seeds, must look like one good sequence.
func TestFirstDrawsAreUniform(t *testing.T) {
	const cells = 256
	items := draws(200_000)
	stream := map[string]func(i uint64) Stream{
		"items": func(i uint64) Stream { return New(1, i) },
		"seeds": func(i uint64) Stream { return New(i, 1) },
	}
	for name, at := range stream {
		t.Run(name, func(t *testing.T) {
			for draw := range 3 {
				var count, pair [cells]int
				last := 0
				for i := range uint64(items) {
					s := at(i)
					for range draw {
						s.Uint64()
					}
					u := s.Uint64()
					count[u>>56]++
					pair[(last<<4|int(u&15))&255]++
					last = int(u & 15)
				}
				checkChi2(t, "high bits", count[:], items)
				checkChi2(t, "low bits of neighbors", pair[:], items)
			}
		})
	}
}

// checkChi2 fails when the counts of equally likely cells are too uneven: beyond
// 5 standard deviations of the chi-square statistic.
func checkChi2(t *testing.T, what string, count []int, total int) {
	t.Helper()
	want := float64(total) / float64(len(count))
	chi2 := 0.0
	for _, c := range count {
		chi2 += (float64(c) - want) * (float64(c) - want) / want
	}
	dof := float64(len(count) - 1)
	if chi2 > dof+5*math.Sqrt(2*dof) {
		t.Errorf("%s: chi-square %.1f at %.0f degrees of freedom", what, chi2, dof)
	}
}

func TestIntN(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 10, 100} {
		s := New(5, uint64(n))
		count := make([]int, n)
		for range draws(100_000) {
			count[s.IntN(n)]++
		}
		if n > 1 {
			checkChi2(t, "IntN", count, draws(100_000))
		}
	}
	s := New(1, 1)
	for range 1000 {
		if v := s.IntN(math.MaxInt); v < 0 {
			t.Fatalf("IntN(MaxInt) = %d", v)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("IntN(0) did not panic")
		}
	}()
	s.IntN(0)
}

func TestUniformRange(t *testing.T) {
	s := New(9, 9)
	for range draws(1_000_000) {
		if u := s.Uniform(); !(u >= 0 && u < 1) {
			t.Fatalf("Uniform = %g", u)
		}
		if u := s.positive(); !(u > 0 && u < 1) {
			t.Fatalf("positive = %g", u)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	beta := NewBeta(0.2, 0.2)
	if n := testing.AllocsPerRun(1000, func() {
		s := New(1, 2)
		sink = s.Normal() + beta.Draw(&s) + s.Uniform() + float64(s.IntN(3))
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}
