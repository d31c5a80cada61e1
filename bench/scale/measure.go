package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/nngmix/nngmix/bench/internal/side"
	"github.com/nngmix/nngmix/internal/table"
)

//go:embed peer.py
var peerSource string

// measurement prints what command lines take on a table. Nothing happens after an
// error.
type measurement struct {
	opt     *options
	rows    int
	reading float64 // processor seconds of reading alone
	err     error
}

// time runs a command line, with more in its environment, and prints what it takes.
func (m *measurement) time(what string, line []string, environment ...string) {
	var wall, processor, peak side.Times
	for range m.opt.runs {
		if m.err != nil {
			return
		}
		start := time.Now()
		cmd := exec.Command(line[0], line[1:]...)
		cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "OPENBLAS_") })
		cmd.Env = append(cmd.Env, environment...)
		if out, err := cmd.CombinedOutput(); err != nil {
			m.err = fmt.Errorf("%s: %w\n%s", what, err, out)
			return
		}
		wall = append(wall, time.Since(start).Seconds())
		processor = append(processor, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
		peak = append(peak, peakMemory(cmd.ProcessState))
	}
	if m.reading == 0 {
		m.reading = wall.Median()
	}
	fmt.Printf("| %d | %s | %s | %s | %s | %.0f | %.2f |\n", m.rows, what, side.Seconds(wall.Median()), wall.Spread(),
		side.Seconds(processor.Median()), slices.Max(peak)/1e6, wall.Median()/m.reading)
}

// same compares two files.
func (m *measurement) same(a, b string) {
	if m.err != nil {
		return
	}
	x, err := os.ReadFile(a)
	if err == nil {
		var y []byte
		if y, err = os.ReadFile(b); err == nil && !bytes.Equal(x, y) {
			err = fmt.Errorf("%s and %s differ", a, b)
		}
	}
	m.err = err
}

// readOnce goes through all columns of a table.
func readOnce(path string) error {
	ctx := context.Background()
	parts, err := table.Expand(ctx, []string{path}, true)
	if err != nil {
		return err
	}
	t, err := table.OpenStream(ctx, parts, table.StreamOptions{})
	if err != nil {
		return err
	}
	defer t.Close()
	return t.Each(ctx, nil, func(int, []table.Column) error { return nil })
}
