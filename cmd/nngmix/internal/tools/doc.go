// Package tools has the commands beside the main ones: info, plot, synth,
// adbench, report and version.
package tools

import "github.com/spf13/cobra"

// Commands returns them.
func Commands() []*cobra.Command {
	return []*cobra.Command{infoCommand(), plotCommand(), synthCommand(), adbenchCommand(), reportCommand(), versionCommand()}
}
