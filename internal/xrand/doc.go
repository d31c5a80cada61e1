// Package xrand draws random numbers that are the same on every machine.
//
// [New] gives item i of a run its own [Stream], a pure function of (seed, i), so
// results do not depend on which goroutine makes which item. A Stream is a small
// value: making and using one allocates nothing.
//
// math.Exp and math.Log have different bodies on different architectures, and
// the compiler fuses a*b+c on some of them, so math/rand/v2 and gonum's distuv do
// not promise equal bits. Everything here does: [Log] and [Exp] are built from
// additions, multiplications and divisions, each rounded once (an explicit
// float64(a*b) forbids fusing), and nothing else decides a draw. gonum's
// distributions are the oracle of the tests.
package xrand
