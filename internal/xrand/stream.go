package xrand

import (
	"math/bits"
	"math/rand/v2"
)

// Stream is a sequence of random numbers: a permuted congruential generator with
// 128 bits of state (O'Neill, PCG, HMC-CS-2014-0905, 2014; the DXSM output of
// math/rand/v2). The zero value is a valid stream. A Stream must not be used by
// two goroutines at once; copying it copies the position.
type Stream struct{ pcg rand.PCG }

// New returns the stream of item i under seed. Different pairs (seed, i) give
// different states, spread over the whole state space even when seeds and items
// are small and consecutive.
func New(seed, i uint64) (s Stream) {
	s.pcg.Seed(splitMix(seed+splitMix(i)), splitMix(i^splitMix(^seed)))
	return s
}

// splitMix is one step of SplitMix64, a bijection in which each input bit flips
// each output bit about half of the time (Steele, Lea and Flood, Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014).
func splitMix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Uint64 returns 64 random bits.
func (s *Stream) Uint64() uint64 { return s.pcg.Uint64() }

// Uniform returns a multiple of 2⁻⁵³ drawn from [0, 1).
func (s *Stream) Uniform() float64 { return float64(int64(s.pcg.Uint64()>>11)) * 0x1p-53 }

// positive returns a number drawn from (0, 1), for logarithms.
func (s *Stream) positive() float64 { return (float64(int64(s.pcg.Uint64()>>12)) + 0.5) * 0x1p-52 }

// IntN returns an integer drawn from [0, n), each with exactly the same
// probability (Lemire, Fast Random Integer Generation in an Interval, ACM TOMACS
// 29, 2019). It panics if n < 1.
func (s *Stream) IntN(n int) int {
	if n < 1 {
		panic("xrand: IntN needs n >= 1")
	}
	hi, lo := bits.Mul64(s.pcg.Uint64(), uint64(n))
	if lo < uint64(n) {
		for least := -uint64(n) % uint64(n); lo < least; {
			hi, lo = bits.Mul64(s.pcg.Uint64(), uint64(n))
		}
	}
	return int(hi)
}
