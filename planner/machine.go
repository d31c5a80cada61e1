package planner

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/klauspost/cpuid/v2"
	"github.com/nngmix/nngmix/exact"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/simd"
)

// Machine says how slow a machine is, as multiples of the times on the one where costs
// were measured (Zen 5 with AVX-512): 1 is as fast, 2 takes twice as long. It decides
// only which way is taken, and where the recall target is 1 never an answer.
type Machine struct {
	Kernels float64 `json:"kernels"` // comparing rows by package simd
	Code    float64 `json:"code"`    // everything else
}

// ThisMachine returns how slow this machine is. It is measured once for a
// processor and instruction set, in some milliseconds, and kept in the user's cache
// directory; where that cannot be read or written, once for each process.
var ThisMachine = sync.OnceValue(func() Machine {
	dir, err := os.UserCacheDir()
	if err != nil {
		return Calibrate()
	}
	return cached(filepath.Join(dir, "nngmix"), Calibrate)
})

// calibrationVersion is part of the key of what was measured: another way to
// measure, or other reference costs, need another one.
const calibrationVersion = 1

// calibration is what a cache file holds.
type calibration struct {
	Version int     `json:"version"`
	CPU     string  `json:"cpu"`
	SIMD    string  `json:"simd"`
	Machine Machine `json:"machine"`
}

// cached returns what a file in dir says of this machine, or what measure returns,
// which it writes there. A file that is damaged or of another machine is replaced.
func cached(dir string, measure func() Machine) Machine {
	key := calibration{Version: calibrationVersion, CPU: runtime.GOARCH + " " + cpuid.CPU.BrandName, SIMD: simd.Active().String()}
	hash := fnv.New64a()
	fmt.Fprint(hash, key.Version, key.CPU, key.SIMD)
	path := filepath.Join(dir, fmt.Sprintf("machine-%016x.json", hash.Sum64()))
	if text, err := os.ReadFile(path); err == nil {
		var c calibration
		if json.Unmarshal(text, &c) == nil && plausible(c.Machine) {
			m := c.Machine
			if c.Machine = key.Machine; c == key {
				return m
			}
		}
	}
	key.Machine = measure()
	if text, err := json.Marshal(key); err == nil && os.MkdirAll(dir, 0o755) == nil {
		write(path, text)
	}
	return key.Machine
}

// write replaces the file at path, whole or not at all. It is no error where that
// cannot be: the next process measures again.
func write(path string, text []byte) {
	f, err := atomicfile.Create(path, true)
	if err != nil {
		return
	}
	defer f.Abort()
	if _, err := f.Write(append(text, '\n')); err == nil {
		_ = f.Commit()
	}
}

// plausible tells whether m can be that of a real machine.
func plausible(m Machine) bool {
	within := func(x float64) bool { return x > 1e-2 && x < 1e3 } // false for NaN
	return within(m.Kernels) && within(m.Code)
}

// Calibrate measures how slow this machine is, in some milliseconds.
func Calibrate() Machine {
	m := Machine{
		Kernels: fastest(20, compareTiles) / referenceTiles,
		Code:    fastest(12, buildTree) / referenceTree,
	}
	if !plausible(m) { // a clock that stands still
		return Machine{Kernels: 1, Code: 1}
	}
	return m
}

// What the measurements take on the reference machine, in seconds.
const (
	referenceTiles = 50e-6
	referenceTree  = 0.75e-3
)

// fastest returns the seconds of the fastest of some runs: others were disturbed.
func fastest(runs int, run func()) float64 {
	best := math.Inf(1)
	for range runs {
		start := time.Now()
		run()
		best = min(best, time.Since(start).Seconds())
	}
	return best
}

// The sizes of the measurements.
const (
	tileDim, tileRows = 32, 2048
	treeDim, treeRows = 8, 8192
)

// compareTiles compares queries with rows that stay in the second-level cache.
func compareTiles() {
	const repeat = 22
	var bound [simd.TileQueries]float32
	for j := range bound {
		bound[j] = 0.5 // the last column puts all rows beyond it
	}
	blocks, queries := tileBlocks(), make([]float32, tileDim*simd.TileQueries)
	var hit simd.TileHit
	for range repeat {
		simd.For(simd.L2Squared).Tile(queries, blocks, tileDim, 0, &bound, &hit)
	}
}

// tileBlocks returns rows of zeros but for the last column.
var tileBlocks = sync.OnceValue(func() []float32 {
	blocks := make([]float32, tileRows*tileDim)
	for i := range blocks {
		if i/simd.BlockRows%tileDim == tileDim-1 {
			blocks[i] = 1
		}
	}
	return blocks
})

// buildTree builds a tree, which no kernel helps with.
func buildTree() {
	opt := exact.Options{Method: exact.KDTree, Threads: 1}
	if _, err := exact.Build(context.Background(), treeValues(), treeDim, opt); err != nil {
		panic(err) // the rows are finite and the context does not end
	}
}

var treeValues = sync.OnceValue(func() []float32 { return scattered(treeRows * treeDim) })

// scattered returns n values without order in [0, 1).
func scattered(n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(uint32(i)*2654435761>>8) / (1 << 24)
	}
	return values
}
