package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is an engine at work. All engines, ours too, are processes of their own
// that stay alive and answer one request per line, so that they can take turns and
// the memory of each can be told. Files hold raw little-endian values.
//
//	build ROWS DIM THREADS                      makes an index of a file of float32 rows
//	search QUERIES EF THREADS REPEATS OUT       answers a file of float32 queries REPEATS
//	                                            times; OUT gets K int64 ids per query,
//	                                            -1 where there are fewer; "-" is no file
//
// The answer is the seconds taken, of a search those of one repeat, or "error" with
// what is wrong. Reading and writing files is not timed, and the rows are freed after
// a build unless the engine refers to them.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Reader
	stderr  bytes.Buffer
}

// start starts an engine.
func start(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd}
	cmd.Stderr = &p.stderr
	cmd.Cancel = func() error { return cmd.Process.Kill() }
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.in, p.answers = in, bufio.NewReader(out)
	return p, nil
}

// call sends a request and returns the seconds of the answer.
func (p *process) call(ctx context.Context, words ...any) (float64, error) {
	request := strings.TrimSuffix(fmt.Sprintln(words...), "\n")
	if _, err := fmt.Fprintln(p.in, request); err != nil {
		return 0, p.ended(err)
	}
	answer, err := p.answers.ReadString('\n')
	if err := errors.Join(err, ctx.Err()); err != nil {
		return 0, p.ended(err)
	}
	answer = strings.TrimSpace(answer)
	if text, failed := strings.CutPrefix(answer, "error"); failed {
		return 0, errors.New(strings.TrimSpace(text))
	}
	return strconv.ParseFloat(answer, 64)
}

// ended describes the end of the process by the last that it said.
func (p *process) ended(err error) error {
	p.in.Close()
	p.cmd.Wait()
	lines := strings.Split(strings.TrimSpace(p.stderr.String()), "\n")
	return fmt.Errorf("the process ended (%w): %s", err, lines[len(lines)-1])
}

// resident returns the bytes of memory that the process holds, without those of
// files and programs that are mapped.
func (p *process) resident() (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("resident memory is known on Linux only: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("no RssAnon in /proc/PID/status")
}

// close ends the process.
func (p *process) close() {
	p.in.Close()
	p.cmd.Wait()
}
