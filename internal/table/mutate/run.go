package mutate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Bounds on what a file may take.
type Bounds struct {
	Time   time.Duration
	Memory int64 // bytes resident at once
}

// Run damages files N times and has workers read them.
type Run struct {
	Worker func() *exec.Cmd // a process that serves
	Bounds Bounds
	N      int
	Seed   uint64
	Folder string // where damaged files are written, and culprits stay
}

// Result counts what became of the files.
type Result struct {
	Read, Refused int
	Slowest       float64 // seconds
	Peak          int64   // bytes
	Faults        []string
}

// Do carries out r with seeds, whose names end in extension.
func (r *Run) Do(seeds []Seed, extension string) (*Result, error) {
	m, res := New(r.Seed, seeds), new(Result)
	var w *worker
	defer func() { w.stop() }()
	for i := range r.N {
		name, data := m.Next()
		path := filepath.Join(r.Folder, fmt.Sprintf("%d-%d%s", r.Seed, i, extension))
		if err := os.WriteFile(path, data, 0o666); err != nil {
			return nil, err
		}
		if w == nil {
			var err error
			if w, err = start(r.Worker()); err != nil {
				return nil, err
			}
		}
		a, err := w.ask(path, r.Bounds.Time)
		if err != nil {
			w.stop()
			a.Fault = fmt.Sprintf("%v\n%s", err, head(w.complaint.String()))
			w = nil
		}
		if fault := res.add(a, r.Bounds); fault != "" {
			res.Faults = append(res.Faults, fmt.Sprintf("%s (from %s): %s", path, name, fault))
		} else if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// add counts a and returns what is wrong with it.
func (res *Result) add(a answer, b Bounds) string {
	res.Slowest, res.Peak = max(res.Slowest, a.Seconds), max(res.Peak, a.Peak)
	switch {
	case a.Fault != "":
		return a.Fault
	case a.Peak > b.Memory:
		return fmt.Sprintf("it took %d MB (%s)", a.Peak>>20, a.Refused)
	case a.Seconds > b.Time.Seconds():
		return fmt.Sprintf("it took %.1f s (%s)", a.Seconds, a.Refused)
	case a.Refused != "":
		res.Refused++
	default:
		res.Read++
	}
	return ""
}

// head returns the first lines of a trace.
func head(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(lines[:min(len(lines), 30)], "")
}

// worker is a process that serves.
type worker struct {
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       *bufio.Reader
	complaint bytes.Buffer
}

func start(cmd *exec.Cmd) (*worker, error) {
	w := &worker{cmd: cmd}
	cmd.Stderr = &w.complaint
	var err error
	if w.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	return w, cmd.Start()
}

// ask has the worker try a file. It is killed when it takes far longer than bound.
func (w *worker) ask(path string, bound time.Duration) (a answer, err error) {
	if _, err := io.WriteString(w.in, path+"\n"); err != nil {
		return a, fmt.Errorf("the process had died: %w", err)
	}
	late := time.AfterFunc(2*bound, func() { _ = w.cmd.Process.Kill() })
	line, err := w.out.ReadBytes('\n')
	if !late.Stop() {
		return a, fmt.Errorf("no answer within %v", 2*bound)
	}
	if err != nil {
		return a, fmt.Errorf("the process died: %w", err)
	}
	return a, json.Unmarshal(line, &a)
}

// stop ends the process.
func (w *worker) stop() {
	if w != nil {
		w.in.Close()
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait() // killed
	}
}
