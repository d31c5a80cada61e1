// Command nngmix makes pseudo-anomalies from a table with few labeled anomalies
// and many unlabeled rows, and measures what they are worth.
package main

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
	exitFailure = 1 // the work could not be done
	exitUsage   = 2 // the command line is wrong
)

func main() {
	ctx, stop := signalContext()
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// signalContext returns a context that ends when the user or the system asks
// the program to: Ctrl-C, a kill, a terminal that goes away unless nohup had that
// ignored.
func signalContext() (context.Context, context.CancelFunc) {
	heard := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		heard = append(heard, syscall.SIGHUP)
	}
	return signal.NotifyContext(context.Background(), heard...)
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string) int {
	if err := simd.Err(); err != nil {
		fmt.Fprintln(os.Stderr, "nngmix:", err)
		return exitUsage
	}
	root := rootCommand()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	code := exitCode(err)
	if errors.Is(err, context.Canceled) {
		err = interrupted(cmd)
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, "nngmix:", err)
	}
	if code == exitUsage {
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

// exitCode returns the exit code that err stands for.
func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case cli.IsUsage(err):
		return exitUsage
	}
	return exitFailure
}
