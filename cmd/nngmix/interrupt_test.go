package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestInterruptedChild is the program, where TestInterrupted asks for it.
func TestInterruptedChild(t *testing.T) {
	args := os.Getenv("NNGMIX_TEST_RUN")
	if args == "" {
		t.Skip("not a test of its own")
	}
	ctx, stop := signalContext()
	defer stop()
	os.Exit(run(ctx, strings.Split(args, "\n")))
}

// TestInterrupted sends signals to the program while it waits for its input, while it
// writes a file and while it writes to standard output: it ends, leaves no file and
// says what became of the output.
func TestInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such signals")
	}
	in := filepath.Join(t.TempDir(), "in.csv")
	table := "a,b,y\n" + strings.Repeat("1,2,0\n3,5,0\n", 20) + "9,9,1\n8,7,1\n"
	if err := os.WriteFile(in, []byte(table), 0o666); err != nil {
		t.Fatal(err)
	}
	signals := []os.Signal{syscall.SIGTERM, os.Interrupt}
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup, which the program heeds
		signals = append(signals, syscall.SIGHUP)
	}
	for _, sent := range signals {
		for _, tc := range []struct{ name, in, out, want string }{
			{"input", "-", "out.csv", "interrupted: no output was written or changed"},
			{"file", in, "out.csv", "interrupted: no output was written or changed"},
			{"output", in, "-", "interrupted: what went to standard output is not complete"},
		} {
			t.Run(tc.name+"/"+sent.String(), func(t *testing.T) {
				dir := t.TempDir()
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				out := tc.out
				if out != "-" {
					out = filepath.Join(dir, out)
				}
				args := []string{"generate", "--in", tc.in, "--label", "y", "--out", out, "--count", "100000000", "--quiet"}
				cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestInterruptedChild$")
				cmd.Env = append(os.Environ(), "NNGMIX_TEST_RUN="+strings.Join(args, "\n"), "TMPDIR="+dir)
				var messages bytes.Buffer
				cmd.Stderr = &messages
				stdin, err := cmd.StdinPipe() // stays open
				if err != nil {
					t.Fatal(err)
				}
				defer stdin.Close()
				stdout, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				waitForWork(t, cmd.Process.Pid, tc.name, dir, stdin, stdout)
				if err := cmd.Process.Signal(sent); err != nil {
					t.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, stdout); err != nil {
					t.Fatal(err)
				}
				err = cmd.Wait()
				if cmd.ProcessState.ExitCode() != exitFailure || !strings.Contains(messages.String(), tc.want) {
					t.Errorf("%v: %s", err, messages.String())
				}
				if left, _ := os.ReadDir(dir); len(left) > 0 {
					t.Errorf("left: %v", left)
				}
			})
		}
	}
}

// waitForWork returns when the program is where it is to be interrupted.
func waitForWork(t *testing.T, pid int, name, dir string, stdin io.Writer, stdout io.Reader) {
	t.Helper()
	switch name {
	case "input": // more than a pipe holds: the program reads
		if _, err := stdin.Write(bytes.Repeat([]byte("1,2,0\n"), 1<<16)); err != nil {
			t.Fatal(err)
		}
	case "file":
		for {
			if files, _ := filepath.Glob(filepath.Join(dir, ".nngmix-*.tmp")); len(files) > 0 || hasOpen(pid, dir) {
				return
			}
			time.Sleep(time.Millisecond)
		}
	case "output":
		if _, err := io.ReadFull(stdout, make([]byte, 1<<16)); err != nil {
			t.Fatal(err)
		}
	}
}

// hasOpen tells whether a program has a file without a name open in dir, where the
// system tells.
func hasOpen(pid int, dir string) bool {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	return slices.ContainsFunc(links, func(link string) bool {
		target, err := os.Readlink(link)
		return err == nil && strings.HasPrefix(target, dir+string(filepath.Separator))
	})
}
