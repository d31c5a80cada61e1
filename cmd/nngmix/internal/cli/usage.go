package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// usageError marks an error of the command line, not of the work.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Usage returns err marked as one of the command line, not of the work.
func Usage(err error) error { return usageError{err} }

// IsUsage tells whether err is one of the command line.
func IsUsage(err error) bool {
	var usage usageError
	return errors.As(err, &usage)
}

// NoArgs refuses arguments, which are often a forgotten --in or a typo.
func NoArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return Usage(fmt.Errorf("unexpected argument %q", args[0]))
	}
	return nil
}

// Exclusive refuses more than one of the flags called names.
func Exclusive(cmd *cobra.Command, names []string) error {
	var given []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return Usage(fmt.Errorf("%s exclude each other: give one of them", strings.Join(given, " and ")))
	}
	return nil
}
