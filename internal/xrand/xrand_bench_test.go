package xrand

import "testing"

var sink float64

func BenchmarkDraw(b *testing.B) {
	beta, symmetric := NewBeta(0.2, 0.2), NewBeta(2, 2)
	draws := []struct {
		name string
		draw func(*Stream) float64
	}{
		{"kind=uniform", (*Stream).Uniform},
		{"kind=intn", func(s *Stream) float64 { return float64(s.IntN(10)) }},
		{"kind=normal", (*Stream).Normal},
		{"kind=beta/shape=0.2", beta.Draw},
		{"kind=beta/shape=2", symmetric.Draw},
		{"kind=new", func(*Stream) float64 { s := New(1, uint64(sink)); return s.Uniform() }},
	}
	for _, d := range draws {
		b.Run(d.name, func(b *testing.B) {
			b.ReportAllocs()
			s := New(1, 2)
			for b.Loop() {
				sink = d.draw(&s)
			}
		})
	}
}

func BenchmarkMath(b *testing.B) {
	for _, f := range []struct {
		name string
		f    func(float64) float64
	}{{"func=log", Log}, {"func=exp", Exp}} {
		b.Run(f.name, func(b *testing.B) {
			x := 0.7
			for b.Loop() {
				sink = f.f(x)
			}
		})
	}
}
