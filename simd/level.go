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

// unusable is the level in use where NNGMIX_SIMD names none that can be: its kernels
// panic with Err.
const (
	unusable = Level(len(levelNames))
	levels   = unusable + 1
)

// String returns the name that NNGMIX_SIMD takes.
func (l Level) String() string {
	if l >= unusable {
		return "unusable"
	}
	return levelNames[l]
}

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
var active, activeErr = choose(os.Getenv("NNGMIX_SIMD"))

// Active returns the level in use.
func Active() Level { return active }

// Err returns why the level that NNGMIX_SIMD asks for cannot be in use, or nil. Where
// there is an error, At has it for the active level, so that the packages that search
// return it, and kernels called without it panic with it: a run at another level
// than the one asked for would test or measure the wrong code. Commands should look at
// it when they start.
func Err() error { return activeErr }

// Supported returns the levels this CPU and build can run, least capable first.
func Supported() []Level { return append([]Level{Generic}, offered()...) }

// choose returns the level that forced names, or the best one where it is empty, or
// unusable and why where that level cannot run here.
func choose(forced string) (Level, error) {
	levels := Supported()
	if forced == "" {
		return levels[len(levels)-1], nil
	}
	want, err := ParseLevel(forced)
	if err == nil {
		for _, l := range levels {
			if l == want {
				return l, nil
			}
		}
		err = fmt.Errorf("simd: level %s is not available here: this CPU and build offer %v", want, levels)
	}
	return unusable, fmt.Errorf("NNGMIX_SIMD=%s: %w", forced, err)
}
