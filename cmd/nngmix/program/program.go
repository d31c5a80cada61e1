// Package program is the command line of nngmix. Programs differ in which stores
// they link (package store), nothing else.
package program

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/nngmix/nngmix/cmd/nngmix/internal/cli"
	"github.com/nngmix/nngmix/simd"
	"github.com/spf13/cobra"
)

// Exit codes.
const (
	ExitFailure = 1 // the work could not be done
	ExitUsage   = 2 // the command line is wrong
)

// Main carries out one command line, which signals end, and returns the exit code.
func Main(args []string) int {
	ctx, stop := SignalContext()
	defer stop()
	return Run(ctx, args)
}

// SignalContext returns a context that ends when the user or the system asks
// the program to: Ctrl-C, a kill, a terminal that goes away unless nohup had that
// ignored.
func SignalContext() (context.Context, context.CancelFunc) {
	heard := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		heard = append(heard, syscall.SIGHUP)
	}
	return signal.NotifyContext(context.Background(), heard...)
}

// Run carries out one command line and returns the exit code.
func Run(ctx context.Context, args []string) int {
	if err := simd.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "nngmix:", err)
		return ExitUsage
	}
	root := Root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	code := ExitCode(err)
	if errors.Is(err, context.Canceled) {
		err = interrupted(cmd)
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "nngmix:", err)
	}
	if code == ExitUsage {
		fmt.Fprintf(os.Stderr, "Run '%s --help' for the options.\n", cmd.CommandPath())
	}
	return code
}

// interrupted says what became of the output of cmd.
func interrupted(cmd *cobra.Command) error {
	if out := cmd.Flag("out"); out != nil && out.Value.String() == "-" {
		return errors.New("interrupted: what went to standard output is not complete")
	}
	return errors.New("interrupted: no output was written or changed")
}

// ExitCode returns the exit code that err stands for.
func ExitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case cli.IsUsage(err):
		return ExitUsage
	}
	return ExitFailure
}
