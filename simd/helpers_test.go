package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/klauspost/cpuid/v2"
)

func TestMain(m *testing.M) {
	if os.Getenv("SIMD_TEST_PRINT_LEVEL") != "" { // TestForcedLevel runs us again
		fmt.Println(Active())
		os.Exit(0)
	}
	if os.Getenv("SIMD_TEST_USE_KERNELS") != "" {
		useKernels()
		os.Exit(0)
	}
	if err := Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("level %v of %v on %s\n", Active(), Supported(), cpuid.CPU.BrandName)
	os.Exit(m.Run())
}

var metricNames = [metrics]string{"l2", "ip", "l1"}

// eachLevel runs a test for every level and metric, with the portable kernels to
// compare with.
func eachLevel(t *testing.T, run func(t *testing.T, m Metric, got, want *Kernels)) {
	for _, l := range Supported() {
		for m := range metrics {
			t.Run(fmt.Sprintf("level=%v/metric=%s", l, metricNames[m]), func(t *testing.T) {
				t.Parallel()
				run(t, m, &table[l][m], &table[Generic][m])
			})
		}
	}
}

// kinds are the sorts of numbers that values makes.
var kinds = []string{"normal", "alternating", "cancel", "tiny", "subnormal", "underflow", "bits", "special", "rare"}

var special = []float32{
	0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()),
	math.SmallestNonzeroFloat32, -0x1p-127, math.MaxFloat32, -math.MaxFloat32, 1,
}

// values returns n numbers of one kind. Queries and rows of a test have different
// seeds.
func values(kind string, seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	v := make([]float32, n)
	for i := range v {
		v[i] = value(kind, seed, i, r)
	}
	return v
}

func value(kind string, seed uint64, i int, r *rand.Rand) float32 {
	switch kind {
	case "normal":
		return float32(r.NormFloat64())
	case "alternating":
		return float32(1-i%2*2) * (1 + r.Float32())
	case "cancel": // huge norms, tiny differences
		return 3e6 + float32(r.IntN(4))*0.25
	case "tiny":
		return float32(r.NormFloat64() * 1e-22)
	case "subnormal":
		return math.Float32frombits(r.Uint32() & 0x807fffff)
	case "underflow": // products of a query and a row round to -0
		return float32(math.Copysign(1e-40, float64(seed%2)-0.5))
	case "bits":
		return math.Float32frombits(r.Uint32())
	case "special":
		return special[r.IntN(len(special))]
	case "rare":
		if r.IntN(200) == 0 {
			return special[r.IntN(len(special))]
		}
		return float32(r.IntN(3))
	}
	panic(kind)
}

// lengths are the numbers of columns that kernels are tested with, fewer with
// -short, as under an emulator.
func lengths() (dims []int) {
	last := 257
	if testing.Short() {
		last = 66
	}
	for dim := 1; dim <= last; dim++ {
		dims = append(dims, dim)
	}
	return append(dims, 784, 1000)
}

// same reports whether a and b have the same bits or are both NaN.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || (a != a && b != b)
}

// oracle returns the distance in float64 and the sum of the terms' magnitudes.
func oracle(m Metric, q, x []float32) (distance, magnitude float64) {
	for i := range q {
		a, b := float64(q[i]), float64(x[i])
		var t float64
		switch m {
		case L2Squared:
			t = (a - b) * (a - b)
		case InnerProduct:
			t = -a * b
		case L1:
			t = math.Abs(a - b)
		}
		distance += t
		magnitude += math.Abs(t)
	}
	return distance, magnitude
}

// checkOracle fails when got is further from the float64 distance than the
// package comment allows.
func checkOracle(t *testing.T, m Metric, q, x []float32, got float32) {
	t.Helper()
	want, magnitude := oracle(m, q, x)
	if math.IsNaN(magnitude) || magnitude > math.MaxFloat32/2 {
		if math.IsNaN(want) && got == got {
			t.Fatalf("dim %d: got %v, want NaN", len(q), got)
		}
		return // a partial sum may overflow
	}
	d := float64(len(q) + 2)
	bound := d*0x1p-24*magnitude + d*math.SmallestNonzeroFloat32
	if diff := math.Abs(float64(got) - want); !(diff <= bound) {
		t.Fatalf("dim %d: got %v, want %v ± %v", len(q), got, want, bound)
	}
}
