package simd

import (
	"fmt"
	"os"
	"strings"
)

// Level is an instruction set for which kernels exist.
type Level uint8

// The levels, least capable first.
const (
	Generic Level = iota // portable Go
	NEON                 // arm64 Advanced SIMD
	AVX2                 // amd64 with AVX2 and FMA3
	AVX512               // amd64 with AVX-512 F, DQ, BW and VL
)

var levelNames = [...]string{"generic", "neon", "avx2", "avx512"}

// String returns the name that NNGMIX_SIMD takes.
func (l Level) String() string { return levelNames[l] }

// ParseLevel returns the level called name, in any case.
func ParseLevel(name string) (Level, error) {
	for i, n := range levelNames {
		if strings.EqualFold(n, name) {
			return Level(i), nil
		}
	}
	return 0, fmt.Errorf("simd: unknown level %q: want one of %s", name, strings.Join(levelNames[:], ", "))
}

// active is the level in use, fixed when the program starts.
var active = choose(os.Getenv("NNGMIX_SIMD"))

// Active returns the level in use.
func Active() Level { return active }

// Supported returns the levels this CPU and build can run, least capable first.
func Supported() []Level { return append([]Level{Generic}, offered()...) }

// choose returns the level that forced names, or the best one where it is empty.
// It stops the program when that level cannot run here: a run at another level
// than the one asked for would test or measure the wrong code.
func choose(forced string) Level {
	levels := Supported()
	if forced == "" {
		return levels[len(levels)-1]
	}
	want, err := ParseLevel(forced)
	if err == nil {
		for _, l := range levels {
			if l == want {
				return l
			}
		}
		err = fmt.Errorf("simd: level %s is not available here: this CPU and build offer %v", want, levels)
	}
	fmt.Fprintf(os.Stderr, "NNGMIX_SIMD=%s: %v\n", forced, err)
	os.Exit(2)
	return Generic
}
