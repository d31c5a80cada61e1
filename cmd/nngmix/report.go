package main

import (
	"encoding/json"
	"runtime"
	"time"

	"github.com/nngmix/nngmix/eval"
	"github.com/nngmix/nngmix/internal/atomicfile"
	"github.com/nngmix/nngmix/simd"
)

// runReport is what every report file says of the run itself.
type runReport struct {
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

// newRunReport starts the report of a command.
func newRunReport(command string, options any, threads int) runReport {
	return runReport{
		Command: command, Version: buildVersion(), Go: runtime.Version(), CPU: cpuName(),
		SIMD: simd.Active().String(), Threads: threadCount(threads), Machine: eval.ThisMachine(), Options: options,
		Seconds: map[string]float64{},
	}
}

// timed adds the time that work takes to the stage called name.
func (r *runReport) timed(name string, work func() error) error {
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

// writeJSON writes v to path, whole or not at all.
func writeJSON(path string, v any, force bool) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	f, err := atomicfile.Create(path, force)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(append(text, '\n')); err != nil {
		return err
	}
	return f.Commit()
}
