// Command nngmix makes pseudo-anomalies from a table with few labeled anomalies
// and many unlabeled rows, and measures what they are worth.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/nngmix/nngmix/simd"
	"github.com/spf13/cobra"
)

// Exit codes.
const (
	exitFailure = 1 // the work could not be done
	exitUsage   = 2 // the command line is wrong
)

// usageError marks an error of the command line, not of the work.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func main() {
	ctx, stop := signalContext()
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

// signalContext returns a context that ends when the user or the system asks the
// program to: Ctrl-C, a kill, a terminal that goes away. What is ignored from the
// start, as nohup and background jobs want it, stays so.
func signalContext() (context.Context, context.CancelFunc) {
	var heard []os.Signal
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			heard = append(heard, s)
		}
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
	var usage usageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitFailure
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:               "nngmix",
		Short:             "Make few labeled anomalies go further on very large tables",
		SilenceErrors:     true,
		SilenceUsage:      true,
		Args:              noArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return checkRanges(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(generateCommand(), indexCommand(), synthCommand(), plotCommand(), infoCommand(), evalCommand(), reportCommand(), adbenchCommand(), versionCommand())
	return root
}

// noArgs refuses arguments, which are often a forgotten --in or a typo.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

// exclusive refuses more than one of the flags called names.
func exclusive(cmd *cobra.Command, names []string) error {
	var given []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return usageError{fmt.Errorf("%s exclude each other: give one of them", strings.Join(given, " and "))}
	}
	return nil
}
