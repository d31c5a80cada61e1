package side

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/nngmix/nngmix/simd"
)

// Times are the seconds of repeated runs.
type Times []float64

// Median returns the median of t, which is not empty.
func (t Times) Median() float64 {
	s := slices.Sorted(slices.Values(t))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

// Spread returns the fastest and the slowest run as text.
func (t Times) Spread() string {
	return fmt.Sprintf("%s to %s", Seconds(slices.Min(t)), Seconds(slices.Max(t)))
}

// Seconds writes s with three significant digits.
func Seconds(s float64) string {
	switch {
	case s < 0.1:
		return fmt.Sprintf("%.4f", s)
	case s < 1:
		return fmt.Sprintf("%.3f", s)
	case s < 10:
		return fmt.Sprintf("%.2f", s)
	}
	return fmt.Sprintf("%.1f", s)
}

// Machine describes what a benchmark ran on: processor, instruction set, Go
// version and commit.
func Machine() string {
	return fmt.Sprintf("%s, %d CPUs, simd %s, %s, commit %s",
		processor(), runtime.NumCPU(), simd.Active(), runtime.Version(), Commit())
}

// LoadAverage returns the load average of the last minute, which includes this program: above
// 1 others are at work, and times are too long. It is NaN where the system tells none.
func LoadAverage() float64 {
	raw, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(raw))
	if err != nil || len(fields) == 0 {
		return math.NaN()
	}
	load, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return math.NaN()
	}
	return load
}

func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	defer f.Close()
	fields := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok {
			fields[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return fmt.Sprintf("%s (family %s, model %s)", fields["model name"], fields["cpu family"], fields["model"])
}

// Commit returns the commit of the working tree, marked when files differ from
// it.
func Commit() string {
	out, err := exec.Command("git", "describe", "--always", "--dirty", "--exclude=*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// Versions returns the versions of the peers.
func Versions(d *Driver) (string, error) {
	var reply struct{ Text string }
	err := d.Call(map[string]any{"do": "versions"}, &reply)
	return reply.Text, err
}
