package cli

import (
	"runtime"
	"time"

	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/simd"
)

// RunReport is what every report file says of the run itself.
type RunReport struct {
	Command      string             `json:"command"`
	Version      string             `json:"version"`
	Go           string             `json:"go"`
	CPU          string             `json:"cpu"`
	SIMD         string             `json:"simd"`
	Threads      int                `json:"threads"`
	Machine      eval.Machine       `json:"machine"`
	Options      any                `json:"options"`
	Seconds      map[string]float64 `json:"seconds"`
	PeakRSSBytes int64              `json:"peak_rss_bytes"`
}

// NewRunReport starts the report of a command.
func NewRunReport(command string, options any, threads int) RunReport {
	return RunReport{
		Command: command, Version: Version(), Go: runtime.Version(), CPU: CPUName(),
		SIMD: simd.Active().String(), Threads: threadCount(threads), Machine: eval.ThisMachine(), Options: options,
		Seconds: map[string]float64{},
	}
}

// Timed adds the time that work takes to the stage called name.
func (r *RunReport) Timed(name string, work func() error) error {
	start := time.Now()
	err := work()
	r.Seconds[name] += time.Since(start).Seconds()
	return err
}

// threadCount returns the number of threads an option of n means.
func threadCount(n int) int {
	if n == 0 {
		return runtime.GOMAXPROCS(0)
	}
	return n
}
